/**
 * In what the content of a file differs, as views show it.
 * @module
 */
import { type Line, span, type Tone } from "./spans.ts";

/** Under this name a task's detail says in what the content of files differs: as `diff -u` prints it. */
export const DIFF = "diff";

const tones: Readonly<Record<string, Tone>> = { "+": "good", "-": "bad", "@": "note" };

/** Its lines, under the task that it belongs to. The bar keeps `---` and `+++` from the beginning of a line, where a CI's log would take them for commands. */
export function diffLines(diff: string): Line[] {
  return diff.replace(/\n$/, "").split("\n").map((line) => [span(`      | ${line}`, tones[line[0] ?? ""])]);
}
