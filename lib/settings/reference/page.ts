/**
 * `docs/variables.md`: every variable with what it may be, its default and what it is for.
 * @module
 */
import { markdownTable } from "../../plain/markdown_table.ts";
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
  return markdownTable([
    ["variable", "may be", "default", "meaning"],
    ...names.map((name) => [`\`${name}\``, expectedOf(name), defaultOf(name), variableOf(name).meaning]),
  ]);
}

function defaultOf(name: VariableName): string {
  const preset = presetOf(name);
  if (preset === undefined) return variableOf(name).unset ?? "";
  if (typeof preset === "boolean") return preset ? "yes" : "no";
  return typeof preset !== "string" ? String(preset) : preset === "" ? "" : `\`${preset}\``;
}
