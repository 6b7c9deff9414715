import { assertEquals } from "@std/assert";
import { firstOf } from "../../../lib/plain/left_out.ts";

Deno.test("firstOf() names how many there are besides", () => {
  assertEquals(firstOf(["a", "b"], 2, "faults"), ["a", "b"]);
  assertEquals(firstOf(["a", "b", "c", "d"], 2, "faults"), ["a", "b", "… 2 more faults left out …"]);
});
