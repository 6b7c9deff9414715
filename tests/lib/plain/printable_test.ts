import { assert, assertEquals } from "@std/assert";
import { oneLine, printable, toJson, withoutCommands } from "../../../lib/plain/printable.ts";
import { assertHarmless, hostileText, hostileTexts } from "../../hostile.ts";

Deno.test("printable() leaves nothing that hides or is a command, and saying it twice changes nothing", () => {
  for (const text of [...hostileTexts, hostileText]) {
    assertHarmless(printable(text), JSON.stringify(text));
    assertEquals(printable(printable(text)), printable(text));
    assertHarmless(oneLine(text), JSON.stringify(text));
    assert(!oneLine(text).includes("\n"));
  }
});

Deno.test("printable() finds every character that Unicode calls hidden", () => {
  const seen = /[\n\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]/u;
  const texts: string[] = [];
  for (let point = 0; point <= 0x10ffff; point++) {
    const char = String.fromCodePoint(point);
    if (/[\p{C}\p{Zl}\p{Zp}\p{DI}]/u.test(char) && !seen.test(char)) texts.push(char);
  }
  // One text, for a regular expression that is asked a million times takes its time.
  assertHarmless(printable(texts.filter((char) => !/\p{Cn}|\p{Co}/u.test(char)).join("a")), "all");
  assertHarmless(printable(texts.join("a")), "all, with what is unassigned and private");
});

Deno.test("printable() leaves alone what people write, in whatever language", () => {
  const texts = [
    "größe ñandú naïve e\u0301 Ελληνικά Русский 日本語 한국어 ไทย தமிழ் हिन्दी עִבְרִית العَرَبِيَّة \u0601\u0663",
    "🚀 ⚠️ ✔︎ 👩‍👩‍👧‍👦 👩🏽‍🚀 👩‍❤️‍👩",
    "http://[::1]:9208 a::b C:\\temp # comment ## heading #[x] --force a-b +1 ~/x ---- +++x",
    "one\n  two\n\nthree",
  ];
  for (const text of texts) assertEquals(printable(text), text);
  assertEquals(printable("\ta\x1b[31mred\x1b[0m"), "    ared");
  assertEquals(printable("a\u200db \u200d👩 x\ufe0f"), "a\\u{200d}b \\u{200d}👩 x\\u{fe0f}");
});

Deno.test("toJson() is the same value, and harmless to look at", () => {
  for (const text of [...hostileTexts, hostileText, "größe 日本語 ⚠️ 👩‍👩‍👧"]) {
    const value = { [text]: [text, { text }], n: 1.5, no: null };
    for (const indent of [undefined, 2]) {
      assertEquals(JSON.parse(toJson(value, indent)), value);
      assertHarmless(toJson(value, indent), JSON.stringify(text));
    }
  }
  assertEquals(toJson({ a: "größe 日本語 e\u0301" }), '{"a":"größe 日本語 e\u0301"}');
  assertEquals(toJson("\u{e0041}\u009b"), '"\\udb40\\udc41\\u009b"');
});

Deno.test("withoutCommands() makes no command of what it shows", () => {
  for (const text of ["######[x", "##[##[", "::::", " \n ::\n::"]) {
    const shown = withoutCommands(text);
    assertHarmless(shown, text);
    assertEquals(withoutCommands(shown), shown);
  }
});

Deno.test("printable() and toJson() take time in proportion to the text", () => {
  const pieces = [
    "\n",
    " ",
    " :",
    "::\n",
    "\u0301",
    "#",
    "##[",
    "\u200d",
    "👩‍",
    "\ufe0f",
    "\x1b[",
    "\u2800",
    "-",
    "a\t",
  ];
  for (const piece of pieces) {
    const text = piece.repeat(100_000);
    const began = performance.now();
    printable(text);
    toJson(text);
    const took = performance.now() - began;
    assert(took < 2000, `${JSON.stringify(piece)}: ${took} ms`);
  }
});
