/**
 * The table of the service managers in docs/device.md, which `deno task schema` writes.
 * @module
 */
import { markdownTable } from "../plain/markdown_table.ts";
import { managerNames, managerWords } from "./mod.ts";

/** That document with the table as it should be; it stands behind the heading "Service managers". */
export function withManagers(text: string): string {
  const table = markdownTable([
    ["`service_manager`", "what it is"],
    ...managerNames.map((name) => [`\`${name}\``, managerWords.get(name)!]),
  ]);
  return text.replace(/(\n### Service managers\n[^|]*?\n)(?:\|.*\n)+/, (_, before: string) => before + table);
}
