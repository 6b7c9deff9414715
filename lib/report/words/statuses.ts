/**
 * How hosts end: in what words, and how much somebody has to hear of it.
 * @module
 */
import type { HostOutcome, HostStatus, TaskStatus } from "../../events.ts";

/** `changed`, and in a dry run `would change`. */
export function word(status: HostStatus | TaskStatus, dryRun: boolean): string {
  return dryRun && status === "changed" ? "would change" : status;
}

/** Whether a host ended in a way that somebody has to hear of. */
export function isBad({ status, rollbackError }: HostOutcome): boolean {
  return status === "failed" || status === "rolled_back" || status === "unreachable" ||
    rollbackError !== undefined;
}

/** How much somebody has to hear of it: what needs a person most is highest. */
export function gravity({ status, rollbackError, was }: HostOutcome): number {
  if (rollbackError !== undefined) return 6;
  // What others suffered from is above what they suffered from.
  if (was !== undefined) return 1;
  return { ok: 0, changed: 0, skipped: 1, unreachable: 2, rolled_back: 3, failed: 4 }[status];
}
