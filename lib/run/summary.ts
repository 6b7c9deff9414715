/**
 * How many hosts of a run ended how, and the exit code that follows from it. Pure.
 * @module
 */
import { EXIT } from "../errors.ts";
import type { HostOutcome, HostStatus, Summary } from "../events.ts";

/** How many hosts ended how. */
export function summarize(statuses: Iterable<HostStatus>): Summary {
  const summary = { hosts: 0, ok: 0, changed: 0, failed: 0, rolled_back: 0, unreachable: 0, skipped: 0 };
  for (const status of statuses) {
    summary.hosts++;
    summary[status]++;
  }
  return summary;
}

/** How a run ended besides its counts. */
export interface ExitCircumstances {
  /** The user asked to stop. */
  readonly interrupted: boolean;
  /** Another run's lock, and nothing else, is what kept hosts back: see `onlyLocked()`. */
  readonly locked: boolean;
}

/**
 * The exit code of a run. The first that applies: 130 interrupted, 2 a host `failed` or was `rolled_back`, 75 hosts failed and all of them
 * on another run's lock, 4 a host was `unreachable`, 0. A host that was `skipped` does not count by itself: what made it so does.
 */
export function exitCodeOf(summary: Summary, { interrupted, locked }: ExitCircumstances): number {
  if (interrupted) return EXIT.interrupted;
  if (summary.rolled_back > 0) return EXIT.failed;
  if (locked) return EXIT.locked;
  if (summary.failed > 0) return EXIT.failed;
  return summary.unreachable > 0 ? EXIT.unreachable : EXIT.ok;
}

/** True if hosts failed, and every one of them because another run holds its lock. */
export function onlyLocked(hosts: Iterable<Pick<HostOutcome, "status" | "error">>): boolean {
  let locked = false;
  for (const { status, error } of hosts) {
    if (status !== "failed" && status !== "rolled_back") continue;
    if (error?.kind !== "locked") return false;
    locked = true;
  }
  return locked;
}
