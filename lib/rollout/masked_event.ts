/**
 * Events without secrets. What holds a run together (names of hosts and tasks, statuses, kinds, times) stays as it is, whatever somebody has
 * taken for a password: `changed` is a word before it is one.
 * @module
 */
import { maskedDeep } from "../secrets.ts";

const STRUCTURE: ReadonlySet<string> = new Set([
  ...["type", "at", "run", "resumes", "command", "host", "hosts", "waves", "wave", "artifacts", "summary"],
  ...["task", "status", "was", "startedAt", "kind", "release", "previousRelease", "for"],
]);

/** Pure, but for the secrets that are known by now. */
export function maskedEvent<E extends object>(event: E): E {
  const before = Object.entries(event);
  const after = before.map(([key, value]) => [key, STRUCTURE.has(key) ? value : part(key, value)] as const);
  return after.every(([, value], at) => value === before[at]![1]) ? event : Object.fromEntries(after) as E;
}

/** Failures have a structure of their own. */
function part(key: string, value: unknown): unknown {
  const isFailure = key === "error" || key === "rollbackError";
  return isFailure && typeof value === "object" && value !== null ? maskedEvent(value) : maskedDeep(value);
}
