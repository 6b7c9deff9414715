/**
 * The exit codes with which our device programs report the kind of an error: the counterpart of `die` in prelude.sh.
 * @module
 */
import type { FailureKind } from "../errors.ts";

const kinds: Readonly<Record<number, FailureKind>> = {
  80: "no-space",
  81: "not-writable",
  82: "missing-tool",
  83: "mismatch",
  84: "not-found",
  85: "locked",
  86: "service",
  87: "unhealthy",
  88: "unsuitable",
  89: "privilege",
  90: "timeout",
  91: "not-tried",
};

/** The exit code that says this kind; 1 if none of ours does. */
export function exitOfKind(kind: FailureKind): number {
  return Number(Object.keys(kinds).find((code) => kinds[Number(code)] === kind) ?? 1);
}

/** The kind that an exit code of one of our programs stands for; `exit` if it is not one of ours. */
export function kindOfExit(code: number): FailureKind {
  return kinds[code] ?? "exit";
}
