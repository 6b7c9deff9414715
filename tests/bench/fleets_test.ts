import { assertEquals, assertThrows } from "@std/assert";
import { isLarge, readFleets } from "../../bench/fleets.ts";

Deno.test("readFleets() reads devices, megabytes and states", () => {
  assertEquals(readFleets("50x2,200x2:first+one-file"), [
    { hosts: 50, setMb: 2 },
    { hosts: 200, setMb: 2, states: ["first", "one-file"] },
  ]);
});

Deno.test("readFleets() says what it expects, when a word is wrong", () => {
  for (const word of ["", "50", "0x2", "50x2:", "50x2:first+", "50 x 2"]) {
    assertThrows(() => readFleets(`10x2,${word}`), RangeError, "expected HOSTSxMB");
  }
});

Deno.test("isLarge() goes by what all devices get together", () => {
  assertEquals([{ hosts: 50, setMb: 2 }, { hosts: 10, setMb: 40 }].map(isLarge), [false, true]);
});
