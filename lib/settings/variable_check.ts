/**
 * Looks at a variable where it is written. An inventory may be shared with Ansible and hold variables of somebody's own, so nothing is refused
 * here: a name that is close to one of ours is a warning, once for all places. What a variable holds is judged by `settingsOf()`, for the
 * hosts that are used.
 * @module
 */
import type { Problem } from "../errors.ts";
import { isPythonNumber } from "../ansible/python/python_number.ts";
import type { Json } from "../events.ts";
import { didYouMean, misspeltVariable } from "../near_miss.ts";
import { problemAt, shown } from "../ansible/problems.ts";
import type { Resolved } from "../ansible/jinja/references.ts";
import { CannotOpen, isSealed, type Sealed } from "../ansible/vault/sealed.ts";
import type { Origin, Setting } from "../ansible/types.ts";
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

/** Words that are no names in Python, and so none in a template. */
const KEYWORDS: ReadonlySet<string> = new Set(
  ("False None True and as assert async await break class continue def del elif else except finally for from global if import in is " +
    "lambda nonlocal not or pass raise return try while with yield").split(" "),
);

/** Looks at every variable of the sources; `problems` are of those who read them. */
export class VariableCheck {
  constructor(
    readonly problems: Problem[],
    readonly warn: (warning: Problem) => void,
    /** The names that have been warned of. */
    readonly seen: Set<string> = new Set(),
  ) {}

  /** Looks at a variable, whose name is written at `nameOrigin()`. */
  variable(name: string, { value, origin }: Setting, nameOrigin = () => origin): void {
    if (this.seen.has(name)) return;
    const meant = nearMiss(name, value);
    if (meant !== undefined) {
      this.#warn(
        name,
        nameOrigin(),
        `found the variable "${name}", which Lockstep does not read; it is kept as it is`,
        `did you mean "${meant}"?`,
      );
    } else if (!isUsable(name)) {
      this.#warn(
        name,
        nameOrigin(),
        `found the variable "${name}", which no template can name; it is kept as it is`,
        "a name is made of letters, digits and _, and does not begin with a digit",
      );
    }
  }

  #warn(name: string, origin: Origin, message: string, hint: string): void {
    this.seen.add(name);
    this.warn(problemAt(origin, message, hint));
  }
}

function isUsable(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && !KEYWORDS.has(name);
}

/** Whether Ansible would evaluate this value as a Jinja2 template. */
export function isTemplate(value: unknown): value is string {
  return typeof value === "string" && /\{[{%#]/.test(value);
}

/** The same value with the numbers that JavaScript has no word for as the text that they are: what the schema reads. */
export function writtenNumbers(value: unknown): unknown {
  if (isPythonNumber(value)) return value.text;
  if (Array.isArray(value)) return value.map(writtenNumbers);
  if (typeof value !== "object" || value === null || isSealed(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, writtenNumbers(inner)]));
}

/** What `!unsafe` marks is text that is no template, whatever it looks like. */
export function plain(value: unknown): unknown {
  return isUnsafe(value) ? value.__ansible_unsafe : value;
}

function isUnsafe(value: unknown): value is { readonly __ansible_unsafe: unknown } {
  return typeof value === "object" && value !== null && "__ansible_unsafe" in value;
}

/** The problem of a value (and what it comes to, where it names others) that its variable cannot take. */
export function wrongValue(name: VariableName, { value, origin }: Setting, resolved?: Resolved): Problem {
  const meant = resolved && !resolved.secret ? resolved.value : value;
  const hint = typeof meant === "string"
    ? didYouMean(meant, choicesOf(name))
    : typeof meant === "object" && meant !== null && !isPythonNumber(meant) &&
        prefixedNames.includes(PREFIX + name)
    ? `if it is not meant for Lockstep, set ${PREFIX}${name} beside it, which wins`
    : undefined;
  const outcome = meant !== value && !isUnsafe(value) ? `, which comes to ${shown(meant)}` : "";
  return problemAt(origin, `found ${shown(plain(value))}${outcome}, expected ${expectedOf(name)}`, hint);
}

/** The number that a group's `ansible_group_priority` is, as Python's `int()` reads it; undefined (and a problem) where it is none. */
export function priorityOf(setting: Setting, problems: Problem[]): number | undefined {
  const { origin } = setting;
  let value = setting.value;
  if (isSealed(value)) {
    const opened = openSealed(value, origin, problems);
    if (opened === undefined) return undefined;
    value = opened;
  }
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "number" || isPythonNumber(value)) return Math.trunc(Number(String(value)));
  if (typeof value === "string" && /^\s*[-+]?\d+(?:_\d+)*\s*$/.test(value)) {
    return Number(value.replaceAll("_", ""));
  }
  problems.push(problemAt(origin, `found ${shown(setting.value)}, expected a whole number`));
  return undefined;
}

/** What an encrypted value holds; undefined (and a problem) where it does not open. */
export function openSealed(sealed: Sealed, origin: Origin, problems: Problem[]): Json | undefined {
  try {
    return sealed.open();
  } catch (error) {
    if (!(error instanceof CannotOpen)) throw error;
    problems.push(
      problemAt(origin, `found a value encrypted by ansible-vault, ${error.message}`, error.hint),
    );
    return undefined;
  }
}

const misses = new Map<string, string | undefined>();

/** The problem of a name with our prefix that was most likely meant to be another; undefined where there is none. */
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
