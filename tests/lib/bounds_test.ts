import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { bounded, type Bounds, cutText, TASK_BOUNDS } from "../../lib/bounds.ts";

const small: Bounds = { size: 1000, text: 100, members: 5, values: 50, depth: 4 };

Deno.test("bounded() is the same value, when it is within its bounds", () => {
  for (const value of ["x", 1, null, [], {}, { a: [1, "two", { three: null }], __proto: 1 }]) {
    assertStrictEquals(bounded(value, small), value);
  }
});

Deno.test("bounded() says what it has left out, when texts, lists, objects or nestings are too large", () => {
  assertEquals(bounded(["1", "2", "3", "4", "5", "6", "7"], small), [
    "1",
    "2",
    "3",
    "4",
    "5",
    "… 2 more left out …",
  ]);
  assertEquals(bounded<unknown>({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }, small), {
    ...{ a: 1, b: 2, c: 3, d: 4, e: 5 },
    "…": "more left out",
  });
  assertEquals(bounded([[[[["x"]]]]], small), [[[["… nested deeper than 4"]]]] as unknown);
  const [text] = bounded(["x".repeat(500)], small);
  assertEquals(text, `${"x".repeat(50)}\n… 400 characters left out …\n${"x".repeat(50)}`);
});

Deno.test("bounded() ends, and keeps JSON.stringify() from the end of its stack, whatever a device says", () => {
  const deep = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, [i, { i }]]));
  const keys = { ["k".repeat(1_000_000)]: 1 };
  const texts = Array.from({ length: 900 }, () => "t".repeat(60_000));
  const odd = JSON.parse('{"__proto__": {"a": 1}, "constructor": "x"}');
  for (const value of [deep, wide, keys, texts, odd, { deep, wide, keys, texts }]) {
    const text = JSON.stringify(bounded(value, TASK_BOUNDS));
    assert(text.length < 3 * TASK_BOUNDS.size, `${text.length}`);
  }
  assertEquals(JSON.stringify(bounded(odd, TASK_BOUNDS)), '{"__proto__":{"a":1},"constructor":"x"}');
});

Deno.test("cutText() keeps whole lines of both ends, when the text has lines", () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}`).join("\n");
  const cut = cutText(lines, 200).split("\n");
  assertEquals([cut[0], cut.at(-1)], ["line 0", "line 999"]);
  assert(cut.every((line) => /^line \d+$|^… \d+ characters left out …$/.test(line)), cut.join("|"));
  const kept = cut.filter((line) => line.startsWith("line")).join("\n").length;
  assert(lines.includes(cut.slice(0, cut.findIndex((line) => line.startsWith("…"))).join("\n")));
  assert(kept <= 200);
});

Deno.test("cutText() cuts no character in half", () => {
  assert(cutText("\u{1f600}".repeat(500), 101).isWellFormed());
});
