import { assert, assertEquals } from "@std/assert";
import { oneLine } from "../../../../lib/plain/printable.ts";
import {
  count,
  duration,
  firstLine,
  nameList,
  size,
  thousands,
  wholeSeconds,
} from "../../../../lib/report/words/text.ts";

Deno.test("duration() and wholeSeconds() are short at any length", () => {
  const cases: [number, string][] = [
    [0, "0ms"],
    [999.4, "999ms"],
    [1000, "1.0s"],
    [59_949, "59.9s"],
    [59_950, "1m00s"],
    [125_000, "2m05s"],
    [3_599_400, "59m59s"],
    [3_720_000, "1h02m"],
  ];
  for (const [ms, text] of cases) assertEquals(duration(ms), text);
  assertEquals([0, 59, 60, 3600].map(wholeSeconds), ["0s", "59s", "1m00s", "1h00m"]);
});

Deno.test("size() and count() read as a person writes", () => {
  assertEquals([0, 412, 2_100_000].map(size), ["0 B", "412 B", "2.1 MB"]);
  assertEquals([0, 1, 8412].map((n) => count(n, "host")), ["0 hosts", "1 host", "8,412 hosts"]);
  assertEquals([999, 1000, 1_234_567].map(thousands), ["999", "1,000", "1,234,567"]);
});

Deno.test("oneLine() and firstLine() let no text from outside move the cursor", () => {
  assertEquals(oneLine("a\n\x1b[2Jb\r"), "a\\n\\u{1b}[2Jb\\u{d}");
  assertEquals(firstLine("a\x07\nb"), "a\\u{7}");
});

Deno.test("nameList() stays short, when names are many", () => {
  const names = Array.from({ length: 43 }, (_, index) => `e${index}`);
  assertEquals(nameList(["a", "b\x1b"]), "a, b\\u{1b}");
  assert(nameList(names).endsWith("e38, e39 and 3 more"));
  assertEquals(nameList(names, 2), "e0, e1 and 41 more");
});
