/**
 * What a task is made with, checked: a constant when the task is made, what is made for a host before anything is done there.
 * @module
 */
import { Failure, UsageError } from "../../lib/errors.ts";
import type { TaskHost } from "../../lib/task.ts";
import { type PerHost, perHost } from "./per_host.ts";

/** What is wrong with a value, "found …, expected …"; null if nothing is. */
export type Check<T> = (value: T) => string | null;

/** A host's value. Throws a Failure (`unsuitable`) that names it if it is wrong. */
export type Checked<T, Variables> = (host: TaskHost, variables: Variables) => T;

/** `value` as a function of the host. Throws a UsageError at once if a constant is wrong. */
export function checked<T, Variables>(
  task: string,
  field: string,
  value: PerHost<T, Variables>,
  check: Check<T>,
): Checked<T, Variables> {
  if (typeof value !== "function") {
    const wrong = check(value);
    if (wrong !== null) throw UsageError.of(`${task}.${field}`, wrong);
  }
  return (host, variables) => {
    const own = perHost(value, host, variables);
    const wrong = check(own);
    if (wrong === null) return own;
    throw new Failure({
      kind: "unsuitable",
      action: task,
      host: host.settings.name,
      evidence: `${field}: ${wrong}`,
      next: "nothing was done; correct what the task makes of the host's variables",
    });
  };
}

/** `checked()` of a value that may be left out. */
export function checkedIfAny<T, Variables>(
  task: string,
  field: string,
  value: PerHost<T, Variables> | undefined,
  check: Check<T>,
): Checked<T | undefined, Variables> {
  return value === undefined ? () => undefined : checked(task, field, value, check);
}

/** Wrong if it is no absolute path. A line break is a character like any other. */
export function absolutePath(path: string): string | null {
  return typeof path === "string" && path.startsWith("/") && !path.includes("\0")
    ? null
    : `found ${JSON.stringify(path)}, expected an absolute path without NUL`;
}

/** Wrong if it is no program with its arguments. */
export function argumentList(argv: readonly string[]): string | null {
  if (!Array.isArray(argv) || argv.length === 0 || argv.some((word) => typeof word !== "string")) {
    return `found ${JSON.stringify(argv)}, expected a program and its arguments as a list of texts`;
  }
  if (argv[0] === "" || argv[0].startsWith("-")) {
    return `found ${JSON.stringify(argv[0])}, expected the name of a program, which begins with no "-"`;
  }
  const nul = argv.find((word) => word.includes("\0"));
  return nul === undefined ? null : `found ${JSON.stringify(nul)}, expected no NUL`;
}

/** A check of whole numbers. */
export function wholeNumber(least: number, most: number): Check<number> {
  return (value) =>
    Number.isInteger(value) && value >= least && value <= most
      ? null
      : `found ${JSON.stringify(value)}, expected a whole number from ${least} to ${most}`;
}

/** A check of words that there are. */
export function oneOf<Word extends string>(...words: readonly Word[]): Check<Word> {
  return (value) =>
    words.includes(value) ? null : `found ${JSON.stringify(value)}, expected ${words.join(", ")}`;
}
