/**
 * The table of the service managers in docs/device.md, which `deno task schema` writes.
 * @module
 */
import { managerNames, managerWords } from "./mod.ts";

/** That document with the table as it should be; it stands behind the heading "Service managers". */
export function withManagers(text: string): string {
  const rows = managerNames.map((name) => [`\`${name}\``, managerWords.get(name)!] as const);
  const cells = [["`service_manager`", "what it is"] as const, ...rows];
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column as 0 | 1].length)));
  const line = (row: readonly string[], fill = " "): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at]!, fill)).join(" | ")} |\n`;
  const [head, ...others] = cells;
  const table = line(head!) + line(["", ""], "-") + others.map((row) => line(row)).join("");
  return text.replace(/(\n### Service managers\n[^|]*?\n)(?:\|.*\n)+/, (_, before: string) => before + table);
}
