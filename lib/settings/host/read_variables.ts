/**
 * A host's variables, checked: what the inventory says, else what is configured, else the default.
 * @module
 */
import { type Resolved, TemplateError } from "../../ansible/jinja/references.ts";
import { problemAt, shown } from "../../ansible/problems.ts";
import type { Host, Setting } from "../../ansible/types.ts";
import { CannotOpen } from "../../ansible/vault/sealed.ts";
import type { Problem } from "../../errors.ts";
import { noteUrl } from "../../secrets.ts";
import { configuredVariable } from "../configured_variables.ts";
import { resolveVariable } from "../resolved_variable.ts";
import { misspeltPrefixed, writtenNumbers, wrongValue } from "../variable_check.ts";
import {
  expectedOf,
  type HostVariables,
  hostVariables,
  isVariableName,
  PREFIX,
  type VariableName,
  variableNames,
  variableOf,
} from "../variables.ts";
import type { SettingsOptions } from "./host_settings.ts";
import { originOf, settingOf, writtenName } from "./written.ts";

/** The variables of a host; what is wrong with them goes to `problems`, and a host that is reached in another way than ours to `elsewhere`. */
export function readVariables(
  host: Host,
  options: SettingsOptions,
  problems: Problem[],
  elsewhere: Host[],
): HostVariables | undefined {
  const input: Record<string, unknown> = {};
  const found = new Map<string, Resolved>();
  const configured = new Map<VariableName, Setting>();
  for (const name of variableNames) {
    // Its entries are read one by one, each with its own variables: see setsOfHost().
    if (name === "sets") continue;
    const written = writtenName(host, name);
    const { length } = problems;
    const resolved = resolve(host, name, written, options, problems);
    if ((resolved?.value ?? null) === null && problems.length === length) {
      const setting = configuredVariable(name, options.configuration);
      // How to become somebody matters only to who does.
      if (setting !== undefined && (name !== "ansible_become_method" || isTrue(input.ansible_become))) {
        configured.set(name, setting);
        input[name] = setting.value;
        continue;
      }
    }
    if (!resolved) continue;
    if (variableOf(name).isUrl && typeof resolved.value === "string") noteUrl(resolved.value);
    found.set(name, resolved);
    input[name] = writtenNumbers(resolved.value);
  }
  for (const name in host.vars) {
    if (!name.startsWith(PREFIX)) continue;
    const problem = misspeltPrefixed(name, settingOf(host, name));
    if (problem) problems.push(problem);
  }
  const parsed = hostVariables.safeParse(input);
  for (const name of new Set(parsed.error?.issues.map((issue) => String(issue.path[0])))) {
    if (isVariableName(name)) {
      if (name === "ansible_connection") elsewhere.push(host);
      const setting = configured.get(name) ?? settingOf(host, writtenName(host, name));
      problems.push(wrongValue(name, setting, found.get(name)));
    }
  }
  return parsed.data;
}

function isTrue(become: unknown): boolean {
  return hostVariables.shape.ansible_become.safeParse(become).data === true;
}

/** What a variable comes to; undefined if it is not set, or (with a problem) if that is not known. */
function resolve(
  host: Host,
  name: VariableName,
  written: string,
  { cwd }: SettingsOptions,
  problems: Problem[],
): Resolved | undefined {
  try {
    return resolveVariable(host, written, cwd);
  } catch (error) {
    if (error instanceof TemplateError) {
      const text = shown(host.vars[written]);
      const message = `found ${text}: ${error.message}; expected ${expectedOf(name)}`;
      problems.push(problemAt(originOf(host, written), message, error.hint));
    } else if (error instanceof CannotOpen) {
      const message = `found a value encrypted by ansible-vault, ${error.message}`;
      problems.push(problemAt(originOf(host, written), message, error.hint));
    } else throw error;
    return undefined;
  }
}
