/**
 * Rows of words in columns. Pure.
 * @module
 */
import { oneLine } from "../../plain/printable.ts";

/** Every column as wide as its widest word; what devices said is made printable. */
export function table(rows: readonly (readonly string[])[]): string {
  const words = rows.map((row) => row.map((word) => oneLine(word)));
  const widths: number[] = [];
  for (const row of words) {
    row.slice(0, -1).forEach((word, at) => widths[at] = Math.max(widths[at] ?? 0, word.length));
  }
  return words.map((row) =>
    row.map((word, at) => at === row.length - 1 ? word : word.padEnd(widths[at] ?? 0)).join("  ") + "\n"
  ).join("");
}
