import { assertEquals } from "@std/assert";
import { type Edit, lineEdits, linesOf, unified } from "../../lib/diff.ts";
import { testWhere } from "../support.ts";

function diff(before: string, after: string): string {
  return unified(lineEdits(linesOf(before), linesOf(after)), "a", "b");
}

/** What a comparison says of one of its texts. */
function side(edits: readonly Edit[], without: "-" | "+"): string {
  return edits.filter(({ kind }) => kind !== without).map(({ text }) => text).join("");
}

Deno.test("unified() shows changed lines with those around them, when texts differ", () => {
  assertEquals(diff("a\n", "a\n"), "");
  assertEquals(diff("", "new\n"), "--- a\n+++ b\n@@ -0,0 +1 @@\n+new\n");
  assertEquals(diff("old\n", ""), "--- a\n+++ b\n@@ -1 +0,0 @@\n-old\n");
  assertEquals(
    diff("1\n2\n3\n4\n5\n6\n", "1\n2\n3\nfour\n5\n6\n"),
    "--- a\n+++ b\n@@ -1,6 +1,6 @@\n 1\n 2\n 3\n-4\n+four\n 5\n 6\n",
  );
  assertEquals(
    diff("a\nb", "a\nb\n"),
    "--- a\n+++ b\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n",
  );
});

Deno.test("lineEdits() holds both texts, and is the shortest, when texts are any", () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
  for (let run = 0; run < 300; run++) {
    const text = () => Array.from({ length: random(12) }, () => "abc"[random(3)] + "\n").join("");
    const [before, after] = [text(), text()];
    const edits = lineEdits(linesOf(before), linesOf(after));
    assertEquals([side(edits, "+"), side(edits, "-")], [before, after]);
    const kept = edits.filter(({ kind }) => kind === " ").length;
    assertEquals(kept, longestCommon(linesOf(before), linesOf(after)), `${before}|${after}`);
  }
});

Deno.test("lineEdits() gives up the shortest way, when texts have thousands of lines and nothing in common", () => {
  const lines = (word: string) => Array.from({ length: 5000 }, (_, at) => `${word} ${at}\n`);
  const edits = lineEdits(lines("a"), lines("b"));
  assertEquals([edits.length, edits[0]?.kind, edits.at(-1)?.kind], [10_000, "-", "+"]);
});

testWhere("unified() is what patch takes, when diff has made the same", { needs: ["linux"] }, async () => {
  const dir = await Deno.makeTempDir();
  try {
    const before = Array.from({ length: 60 }, (_, at) => `line ${at}\n`);
    const after = before.toSpliced(50, 2, "x\n").toSpliced(20, 0, "y\n", "z\n").toSpliced(2, 1);
    await Deno.writeTextFile(`${dir}/a`, before.join(""));
    await Deno.writeTextFile(`${dir}/b`, after.join(""));
    const { stdout } = await new Deno.Command("diff", {
      args: ["-u", "--label", "a", "--label", "b", `${dir}/a`, `${dir}/b`],
    }).output();
    assertEquals(diff(before.join(""), after.join("")), new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  const best = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i]![j] = a[i] === b[j] ? best[i + 1]![j + 1]! + 1 : Math.max(best[i + 1]![j]!, best[i]![j + 1]!);
    }
  }
  return best[0]![0]!;
}
