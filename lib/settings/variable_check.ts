/**
 * What is wrong with a variable that Lockstep reads: a name that is close to one of ours, a value that it cannot take. An inventory may be
 * shared with Ansible and hold variables of somebody's own, so a near miss is a warning, and values are judged by `settingsOf()` for the hosts
 * that are used.
 * @module
 */
import type { Problem } from "../errors.ts";
import { isPythonNumber } from "../ansible/python/python_number.ts";
import type { Json } from "../plain/json.ts";
import { didYouMean, misspeltVariable } from "../plain/near_miss.ts";
import { isUnsafe, plain } from "../ansible/values.ts";
import type { Advice } from "../ansible/variable_check.ts";
import { problemAt, shown } from "../ansible/problems.ts";
import type { Resolved } from "../ansible/jinja/references.ts";
import { isSealed } from "../ansible/vault/sealed.ts";
import type { Setting } from "../ansible/types.ts";
import {
  choicesOf,
  expectedOf,
  isVariableName,
  PREFIX,
  prefixedNames,
  unprefixed,
  type VariableName,
  variableNames,
} from "./variables.ts";

/** The same value with the numbers that JavaScript has no word for as the text that they are: what the schema reads. */
export function writtenNumbers(value: unknown): unknown {
  if (isPythonNumber(value)) return value.text;
  if (Array.isArray(value)) return value.map(writtenNumbers);
  if (typeof value !== "object" || value === null || isSealed(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, writtenNumbers(inner)]));
}

/** The problem of a value (and what it comes to, where it names others) that its variable cannot take. */
export function wrongValue(name: VariableName, { value, origin }: Setting, resolved?: Resolved): Problem {
  const meant = resolved && !resolved.secret ? resolved.value : value;
  const hint = typeof meant === "string"
    ? didYouMean(meant, choicesOf(name))
    : typeof meant === "object" && meant !== null && !isPythonNumber(meant) &&
        prefixedNames.includes(PREFIX + name)
    ? `if it is not meant for Lockstep, also set ${PREFIX}${name}, which wins`
    : undefined;
  const outcome = meant !== value && !isUnsafe(value) ? `, whose value is ${shown(meant)}` : "";
  return problemAt(origin, `found ${shown(plain(value))}${outcome}, expected ${expectedOf(name)}`, hint);
}

/** What is said about a variable whose name is close to one of ours. */
export function nearMissAdvice(name: string, value: Json): Advice | undefined {
  const meant = nearMiss(name, value);
  return meant === undefined ? undefined : {
    message: `found the variable "${name}", which Lockstep does not read; it is kept as it is`,
    hint: `did you mean "${meant}"?`,
  };
}

const misses = new Map<string, string | undefined>();

/** The problem of a name with our prefix that was most likely meant to be another; undefined if there is none. */
export function misspeltPrefixed(name: string, { value, origin }: Setting): Problem | undefined {
  const meant = name.startsWith(PREFIX) ? nearMiss(name, value) : undefined;
  if (meant === undefined) return undefined;
  return problemAt(origin, `found the unknown variable "${name}"`, `did you mean "${meant}"?`);
}

/** The variable of ours that this one was most likely meant to be. Remembered, because ten thousand hosts use the same few names. */
function nearMiss(name: string, value: Json): string | undefined {
  if (isVariableName(unprefixed(name))) return undefined;
  // All of ours are scalars: a list called `services` is somebody's own.
  if (typeof value === "object" && value !== null && !isSealed(value) && !isPythonNumber(value)) {
    return undefined;
  }
  if (!misses.has(name)) {
    misses.set(name, misspeltVariable(name, name.startsWith(PREFIX) ? prefixedNames : variableNames));
  }
  return misses.get(name);
}
