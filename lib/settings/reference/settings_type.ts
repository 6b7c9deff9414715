/**
 * `lib/settings/host/variable_settings.ts`: the type of the settings that are variables as they are, with what each is for, so that editors and
 * `deno doc` tell it. The compiler holds it to the variables' own types (`Inferred` in `settings.ts`).
 * @module
 */
import { z } from "zod";
import { camelCase } from "../host/camel_case.ts";
import { settingVariableNames, type VariableName, variableOf } from "../variables.ts";
import { withoutLinks } from "./words.ts";

const HEAD = `/**
 * The settings of a host that are variables as they are. Written by \`deno task schema\` from \`lib/settings/variables\`.
 * @module
 */

/** The variables that are used as they are: \`deploy_path\` is \`deployPath\`. */
export interface VariableSettings {
`;
const LINE_WIDTH = 110;

/** The file, as `deno fmt` leaves it. */
export function settingsType(): string {
  const members = settingVariableNames.map((name) =>
    `  /** \`${name}\`: ${withoutLinks(variableOf(name).meaning)} */\n${member(name)}`
  );
  return `${HEAD}${members.join("")}}\n`;
}

function member(name: VariableName): string {
  const types = typesOf(name);
  const start = `  readonly ${camelCase(name)}:`;
  const line = `${start} ${types.join(" | ")};\n`;
  return line.length <= LINE_WIDTH + 1
    ? line
    : `${start}\n${types.map((type) => `    | ${type}`).join("\n")};\n`;
}

/** The types of a variable's values, one of which each is. Throws for what the settings cannot have as it is. */
function typesOf(name: VariableName): readonly string[] {
  const { type, enum: words } = z.toJSONSchema(variableOf(name).type, { unrepresentable: "any" });
  if (words) return words.map((word) => JSON.stringify(word));
  if (type === "integer") return ["number"];
  if (type === "string" || type === "number" || type === "boolean") return [type];
  throw new Error(
    `${name} comes to no text, number, truth value or word: pipe its type into one (\`.pipe(z.string())\`), or mark it as \`derived\``,
  );
}
