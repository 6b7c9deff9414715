import { assert, assertEquals } from "@std/assert";
import { table } from "../../../../lib/cli/output/table.ts";

Deno.test("table() makes every column as wide as its widest word", () => {
  assertEquals(table([]), "");
  assertEquals(
    table([["HOST", "RELEASE", "STATE"], ["edge-1", "0123", "whole"], ["e", "", "a long state"]]),
    "HOST    RELEASE  STATE\nedge-1  0123     whole\ne                a long state\n",
  );
});

Deno.test("table() keeps each row on one line, and lets no device write to the terminal", () => {
  const text = table([["edge-1", "two\nlines"], ["\u001b[2J", "x"]]);
  assertEquals(text.trimEnd().split("\n").length, 2);
  assert(!text.includes("\u001b"));
});
