import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { getColorEnabled, setColorEnabled, stripAnsiCode } from "@std/fmt/colors";
import {
  colouredText,
  fit,
  pad,
  plainText,
  span,
  width,
  wrapped,
} from "../../../../lib/report/terminal/spans.ts";

Deno.test("fit() cuts to the columns, when characters are wide or many", () => {
  const line = [span("edge", "good"), span(" 端末端末", "bad")];
  const cases: [number, string][] = [
    [0, ""],
    [1, "…"],
    [4, "edg…"],
    [7, "edge …"],
    [8, "edge 端…"],
    [13, "edge 端末端末"],
    [99, "edge 端末端末"],
  ];
  for (const [columns, text] of cases) {
    const cut = plainText(fit(line, columns));
    assertEquals(cut, text);
    assert(width(cut) <= columns);
  }
  assertEquals(plainText(fit([span("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦")], 5)), "👩‍👩‍👧‍👦👩‍👩‍👧‍👦…");
});

Deno.test("pad() counts columns, not characters", () => {
  assertEquals([pad("ab", 4), pad("端", 4), pad("abcde", 4)], ["ab  ", "端  ", "abcde"]);
});

Deno.test("colouredText() says the same as plainText(), in colours unless they are off", () => {
  const line = [span("failed", "bad"), span("  edge-1"), span("", "alarm"), span("gone", "alarm")];
  const before = getColorEnabled();
  try {
    setColorEnabled(true);
    assertNotEquals(colouredText(line), plainText(line));
    assertEquals(stripAnsiCode(colouredText(line)), plainText(line));
    setColorEnabled(false);
    assertEquals(colouredText(line), plainText(line));
  } finally {
    setColorEnabled(before);
  }
});

Deno.test("wrapped() has every name, on lines that are no wider than asked", () => {
  assertEquals(wrapped("  ok:", ["a"]), ["  ok: a"]);
  assertEquals(wrapped("  ok:", ["edge-1", "edge-2\x1b", "edge-3", "a-very-long-name"], 16), [
    "  ok: edge-1,",
    "    edge-2\\u{1b},",
    "    edge-3,",
    "    a-very-long-name",
  ]);
});
