import { assertEquals, assertThrows } from "@std/assert";
import { median, ratio } from "../../bench/measure/median.ts";

Deno.test("median() takes the middle value, or the mean of the two in the middle", () => {
  assertEquals(median([5, 1, 30]), 5);
  assertEquals(median([4, 1, 30, 2]), 3);
  assertThrows(() => median([]), RangeError);
});

Deno.test("ratio() compares medians, so that one slow run does not count", () => {
  const runs = (...times: number[]) => times.map((wallMs) => ({ wallMs }));
  assertEquals(ratio(runs(2500, 9000, 3500), runs(900, 1000, 5000)), 3.5);
});
