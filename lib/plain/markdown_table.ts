/**
 * A table of Markdown, as `deno fmt` leaves it. Pure.
 * @module
 */

/** The first row is the head. Cells are Markdown; a "|" in them is escaped. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const [head = [], ...others] = cells;
  const widths = head.map((_, at) => cells.reduce((most, row) => Math.max(most, row[at]!.length), 0));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |\n`;
  return line(head) + line(widths.map((width) => "-".repeat(width))) + others.map(line).join("");
}
