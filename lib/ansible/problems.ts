/**
 * Words for what was found, and problems with a position.
 * @module
 */
import type { Problem } from "../errors.ts";
import { isPythonNumber } from "./python/python_number.ts";
import { secretKeeper } from "./secret_keeper.ts";
import type { Origin } from "./types.ts";

const LONGEST = 80;

/** A value in words short enough for one line: `"twenty"`, `22`, `a list`, `nothing`. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && !isPythonNumber(value)) {
    return "__ansible_vault" in value ? "a value encrypted by ansible-vault" : "a mapping";
  }
  // Before it is cut: half a password is one, too.
  const text = secretKeeper().masked(JSON.stringify(value));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** A problem at the place where a variable was set. */
export function problemAt(origin: Origin, message: string, hint?: string): Problem {
  return {
    where: origin.file,
    ...(origin.line > 0 ? { line: origin.line, col: origin.col } : {}),
    ...(origin.path === undefined ? {} : { path: origin.path }),
    message,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Problems in the order of the text, file by file as they first came. */
export function byPlace(problems: readonly Problem[]): Problem[] {
  return [...Map.groupBy(problems, ({ where }) => where).values()].flatMap((those) =>
    those.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.col ?? 0) - (b.col ?? 0))
  );
}

/** Problems without those that say the same of the same place. */
export function problemOnce(problems: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  for (const problem of problems) {
    const { where, line, col, path, message } = problem;
    const key = JSON.stringify([where, line, col, path, message]);
    if (!seen.has(key)) seen.set(key, problem);
  }
  return [...seen.values()];
}
