/**
 * What Ansible makes of a variable's value.
 * @module
 */
import type { Problem } from "../errors.ts";
import type { Json } from "../plain/json.ts";
import { problemAt, shown } from "./problems.ts";
import { isPythonNumber } from "./python/python_number.ts";
import type { Origin, Setting } from "./types.ts";
import { CannotOpen, isSealed, type Sealed } from "./vault/sealed.ts";

/** Whether Ansible would evaluate this value as a Jinja2 template. */
export function isTemplate(value: unknown): value is string {
  return typeof value === "string" && /\{[{%#]/.test(value);
}

/** What `!unsafe` marks is text that is no template, whatever it looks like. */
export function plain(value: unknown): unknown {
  return isUnsafe(value) ? value.__ansible_unsafe : value;
}

export function isUnsafe(value: unknown): value is { readonly __ansible_unsafe: unknown } {
  return typeof value === "object" && value !== null && "__ansible_unsafe" in value;
}

/** The number that a group's `ansible_group_priority` is, as Python's `int()` reads it; undefined (and a problem) if it is none. */
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

/** What an encrypted value holds; undefined (and a problem) if it does not open. */
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
