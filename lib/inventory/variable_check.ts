/**
 * Checks a variable where it is written, so that a mistake is reported once and in its place, however many hosts inherit it.
 * What another tool could make sense of (a template, a connection that is not ours) is no mistake yet: an inventory may be shared
 * with Ansible. `settingsOf()` refuses those for the hosts that are really used.
 * @module
 */
import type { Problem } from "../errors.ts";
import { didYouMean, misspeltVariable } from "./near_miss.ts";
import { problemAt, shown } from "./problems.ts";
import type { Origin, Setting } from "./types.ts";
import {
  choicesOf,
  expectedOf,
  hostVariables,
  isVariableName,
  type VariableName,
  variableNames,
} from "./variables.ts";

/** Valid in Ansible with values that Lockstep has no use for. */
const WIDER_IN_ANSIBLE: ReadonlySet<string> = new Set<VariableName>([
  "ansible_connection",
  "ansible_become_method",
]);

/** Whether Ansible would evaluate this value as a Jinja2 template. */
export function isTemplate(value: unknown): value is string {
  return typeof value === "string" && /\{[{%#]/.test(value);
}

/** What is wrong with a variable's name (written at `nameOrigin`) or value, or undefined. */
export function variableProblem(
  name: string,
  { value, origin }: Setting,
  nameOrigin: Origin = origin,
): Problem | undefined {
  if (!isVariableName(name)) {
    // All of ours are scalars: a list called `services` is somebody's own.
    if (typeof value === "object" && value !== null) return undefined;
    const meant = nearMiss(name);
    if (meant === undefined) return undefined;
    return problemAt(
      nameOrigin,
      `found the unknown variable "${name}", expected a known one or a name that none could be mistaken for`,
      `did you mean "${meant}"?`,
    );
  }
  if (isTemplate(value) || (WIDER_IN_ANSIBLE.has(name) && typeof value === "string")) return undefined;
  return hostVariables.shape[name].safeParse(value).success ? undefined : wrongValue(name, { value, origin });
}

/** The problem of a value that its variable cannot take. */
export function wrongValue(name: VariableName, { value, origin }: Setting): Problem {
  const hint = typeof value === "string" ? didYouMean(value, choicesOf(name)) : undefined;
  return problemAt(origin, `found ${shown(value)}, expected ${expectedOf(name)}`, hint);
}

const misses = new Map<string, string | undefined>();

/** Remembered, because ten thousand hosts use the same few names. */
function nearMiss(name: string): string | undefined {
  if (!misses.has(name)) misses.set(name, misspeltVariable(name, variableNames));
  return misses.get(name);
}
