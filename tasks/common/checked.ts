/**
 * Arguments of tasks as functions of the host, and checks of those that are no files: see arguments.ts.
 * @module
 */
import type { TaskHost } from "../../lib/task.ts";
import { Argument, type Check } from "./arguments.ts";
import type { PerHost } from "./per_host.ts";

/** A host's value. Throws a Failure (`unsuitable`) that names it if it is wrong. */
export type Checked<T, Variables> = (host: TaskHost, variables: Variables) => T;

/** `value` as a function of the host. Throws a UsageError at once if a constant is wrong. */
export function checked<T, Variables>(
  task: string,
  field: string,
  value: PerHost<T, Variables>,
  check: Check<T>,
): Checked<T, Variables> {
  const argument = new Argument(task, field, value, check);
  return (host, variables) => argument.of(host, variables);
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
export function absolutePath(path: string): string | undefined {
  return typeof path === "string" && path.startsWith("/") && !path.includes("\0")
    ? undefined
    : `found ${JSON.stringify(path)}, expected an absolute path without NUL`;
}

/** Wrong if it is no program with its arguments. */
export function argumentList(argv: readonly string[]): string | undefined {
  if (!Array.isArray(argv) || argv.length === 0 || argv.some((word) => typeof word !== "string")) {
    return `found ${JSON.stringify(argv)}, expected a program and its arguments as a list of strings`;
  }
  if (argv[0] === "" || argv[0].startsWith("-")) {
    return `found ${JSON.stringify(argv[0])}, expected the name of a program, which does not begin with "-"`;
  }
  const nul = argv.find((word) => word.includes("\0"));
  return nul === undefined ? undefined : `found ${JSON.stringify(nul)}, expected no NUL`;
}

/** A check of whole numbers. */
export function wholeNumber(least: number, most: number): Check<number> {
  return (value) =>
    Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : `found ${JSON.stringify(value)}, expected a whole number from ${least} to ${most}`;
}

/** A check of words that there are. */
export function oneOf<Word extends string>(...words: readonly Word[]): Check<Word> {
  return (value) =>
    words.includes(value) ? undefined : `found ${JSON.stringify(value)}, expected ${words.join(", ")}`;
}
