import { assertEquals } from "@std/assert";
import * as lockstep from "../mod.ts";

Deno.test("mod.ts is a library when it is imported: nothing runs", () => {
  assertEquals(Object.keys(lockstep).sort(), [
    "EXIT",
    "Failure",
    "UsageError",
    "defineTask",
    "formatFailure",
    "formatProblem",
    "printable",
  ]);
});
