/**
 * `docs/variables.md`: every variable with what it may be, its default and what it is for.
 * @module
 */
import { expectedOf, type VariableName, variableOf } from "../variables.ts";
import { variableGroups } from "./groups.ts";
import { presetOf } from "./words.ts";

const HEAD = `# Variables

Every variable of a host that Lockstep reads; all others are your own. [inventory.md](inventory.md) explains
sources, groups and precedence.

Each may be a [template](inventory.md#templates). Those that do not begin with \`ansible_\` may be written with
\`lockstep_\` in front (\`lockstep_service\`), and then win over the plain ones. \`deno task schema\` generates this
page from \`lib/settings/variables\`.
`;

/** The page, as `deno fmt` leaves it. */
export function variablesPage(): string {
  const sections = variableGroups.map(({ title, introduction, variables }) =>
    `\n## ${title}\n\n${introduction}\n\n${table(Object.keys(variables) as VariableName[])}`
  );
  return HEAD + sections.join("");
}

function table(names: readonly VariableName[]): string {
  const head = ["variable", "may be", "default", "meaning"];
  const rows = names.map((
    name,
  ) => [`\`${name}\``, cell(expectedOf(name)), cell(defaultOf(name)), cell(variableOf(name).meaning)]);
  const widths = head.map((_, at) => Math.max(...[...rows, head].map((row) => row[at]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, at) => text.padEnd(widths[at]!)).join(" | ")} |\n`;
  return line(head) + line(widths.map((width) => "-".repeat(width))) + rows.map(line).join("");
}

function defaultOf(name: VariableName): string {
  const preset = presetOf(name);
  if (preset === undefined) return variableOf(name).unset ?? "";
  if (typeof preset === "boolean") return preset ? "yes" : "no";
  return typeof preset !== "string" ? String(preset) : preset === "" ? "" : `\`${preset}\``;
}

/** Text as one cell of a table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
