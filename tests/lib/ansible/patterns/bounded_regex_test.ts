import { assert, assertEquals, assertThrows } from "@std/assert";
import { matchingOf, TooSlow } from "../../../../lib/ansible/patterns/bounded_regex.ts";

Deno.test("matchingOf() picks what matches, whatever flags the expression has", () => {
  assertEquals(matchingOf(/a/, ["a", "b", "ca"]), ["a", "ca"]);
  assertEquals(matchingOf(/a/gy, ["a", "a", "a"]), ["a", "a", "a"]);
  assertEquals(matchingOf(/x/, []), []);
});

Deno.test("matchingOf() gives up in time, if an expression tries every way to part a text", () => {
  const text = `${"a".repeat(60)}!`;
  for (const regex of [/^(?:(a+)+$)/u, /(a|a)*$/, /^(a|aa)+$/]) {
    const began = performance.now();
    assertThrows(() => matchingOf(regex, ["a", text, "b"], 100), TooSlow, "longer than 2 s");
    assert(performance.now() - began < 1500, String(regex));
  }
});
