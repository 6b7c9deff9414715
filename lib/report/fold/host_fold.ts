/**
 * What one host came to: the fold of its events. Plain data all the way, so that a host that waits can be put on the disk meanwhile.
 * @module
 */
import type { FailureData } from "../../errors.ts";
import type { Event, HostOutcome, TaskReport } from "../../events.ts";

/** One host of a report. */
export interface HostReport extends HostOutcome {
  readonly tasks: readonly TaskReport[];
}

/** A host as far as its events have come. */
export interface HostSoFar {
  wave: number;
  startedAt: string | null;
  /** The task that has begun and not ended. */
  task: string | null;
  /** It is being brought back to the old set. */
  rollback: boolean;
  lastAt: string;
  outcome: HostOutcome | null;
  tasks: TaskReport[];
}

/** Events that move one host on. A warning does not. */
export type HostEvent = Extract<Event, {
  type: "host-started" | "task-started" | "task-finished" | "host-prepared" | "host-finished";
}>;

export function isHostEvent(event: Event): event is HostEvent {
  return "host" in event && event.type !== "warning";
}

/** A host of which nothing was heard yet. */
export function newHost(at: string): HostSoFar {
  return { wave: 0, startedAt: null, task: null, rollback: false, lastAt: at, outcome: null, tasks: [] };
}

/** A host that had ended and goes on: it is taken back. */
export function reopened({ tasks, ...outcome }: HostReport): HostSoFar {
  const { wave, startedAt } = outcome;
  return { wave, startedAt, task: null, rollback: false, lastAt: startedAt, outcome, tasks: [...tasks] };
}

export function addToHost(host: HostSoFar, event: HostEvent): void {
  host.lastAt = event.at;
  switch (event.type) {
    case "host-started":
      host.wave = event.wave;
      // One that is taken back has not ended, whatever was said about it before.
      host.outcome = null;
      // A host that goes on after it has waited for others began when it began.
      host.startedAt ??= event.at;
      break;
    case "task-started":
      host.task = event.set === undefined ? event.task : `${event.set}: ${event.task}`;
      host.rollback = event.rollback === true;
      break;
    case "task-finished": {
      const { type: _, at: __, host: ___, ...task } = event;
      host.task = null;
      host.tasks.push(task);
      break;
    }
    case "host-prepared":
      break;
    case "host-finished": {
      const { type: _, at: __, ...outcome } = event;
      host.outcome = outcome;
      break;
    }
  }
}

/** The run that a host is a host of, as far as its report needs it. */
export interface RunOfHost {
  readonly at: string;
  readonly command: string;
}

/**
 * The host's report. Without an end it is `skipped` if it was never started, and `failed` with kind `interrupted` if it was: its outcome
 * is not known.
 */
export function hostReport(name: string, host: HostSoFar, start: RunOfHost): HostReport {
  return { ...(host.outcome ?? unfinished(name, host, start)), tasks: host.tasks };
}

/** What can be said about a host whose end was not recorded. */
function unfinished(name: string, host: HostSoFar, start: RunOfHost): HostOutcome {
  const known = { host: name, wave: host.wave, bytesSent: 0, release: null, previousRelease: null };
  if (host.startedAt === null) {
    return { ...known, status: "skipped", startedAt: start.at, durationMs: 0 };
  }
  const error: FailureData = {
    kind: "interrupted",
    action: `finish ${start.command}`,
    host: name,
    evidence: host.task === null
      ? "the record of the run ends between two tasks"
      : `the record of the run ends during ${host.task}`,
    next: `${name} runs one complete set, the old or the new; run the same command again`,
  };
  return {
    ...known,
    status: "failed",
    startedAt: host.startedAt,
    durationMs: Math.max(0, Date.parse(host.lastAt) - Date.parse(host.startedAt)),
    error,
  };
}
