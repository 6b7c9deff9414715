/**
 * What a printing view remembers of a run: the hosts under way, counts, and what is to be said at the end, with equal things kept once.
 * A host that has ended leaves its count and, where it failed or has a plan, its name.
 * @module
 */
import type { FailureData } from "../../errors.ts";
import type { Event, HostOutcome, Summary, TaskReport } from "../../events.ts";

export type RunStarted = Extract<Event, { type: "run-started" }>;
export type RunFinished = Extract<Event, { type: "run-finished" }>;

/** A host under way. */
export interface HostUnderWay {
  /** What it is doing; null between two tasks. */
  task: string | null;
  /** It is being brought back to the old set. */
  rollback: boolean;
  /** When the task, or between two the host, began: milliseconds since the epoch. */
  since: number;
  readonly tasks: TaskReport[];
}

/** A host that has just ended. */
export interface FinishedHost {
  readonly outcome: HostOutcome;
  readonly tasks: readonly TaskReport[];
}

/** Something to be said once for all the hosts it is true of. */
export interface Shared<T> {
  readonly first: T;
  readonly hosts: string[];
}

export class Ledger {
  start: RunStarted | null = null;
  end: RunFinished | null = null;
  interrupted = false;
  /** The wave under way; 0 before the first. */
  wave = 0;
  /** Why no host is begun any more. */
  stopped: string | null = null;
  /** When the last event happened: milliseconds since the epoch. */
  lastAt = 0;
  bytesSent = 0;
  readonly counts: { -readonly [key in keyof Summary]: number } = {
    hosts: 0,
    ok: 0,
    changed: 0,
    failed: 0,
    rolled_back: 0,
    unreachable: 0,
    skipped: 0,
  };
  /** In the order in which they began. */
  readonly underWay = new Map<string, HostUnderWay>();
  /** By what they say. A warning without a host adds no name; `times` counts it all the same. */
  readonly warnings = new Map<string, Shared<string> & { times: number }>();
  /** Hosts that failed, were unreachable or rolled back, by what failed. */
  readonly failures = new Map<string, Shared<HostOutcome>>();
  /** Hosts that a dry run would change, by what it would do. */
  readonly plans = new Map<string, Shared<readonly TaskReport[]>>();

  /** Takes an event in. Returns the host that ended by it, with its tasks, which are then forgotten. */
  add(event: Event): FinishedHost | null {
    this.lastAt = Date.parse(event.at);
    switch (event.type) {
      case "run-started":
        this.start = event;
        return null;
      case "warning":
        this.#warn(event.message, event.host);
        return null;
      case "host-started":
        this.#host(event.host);
        return null;
      case "task-started":
        Object.assign(this.#host(event.host), {
          task: event.task,
          rollback: event.rollback === true,
          since: this.lastAt,
        });
        return null;
      case "task-finished": {
        const host = this.#host(event.host);
        host.task = null;
        host.since = this.lastAt;
        host.tasks.push(event);
        return null;
      }
      case "host-finished": {
        const tasks = this.underWay.get(event.host)?.tasks ?? [];
        this.underWay.delete(event.host);
        this.#finish(event, tasks);
        return { outcome: event, tasks };
      }
      case "wave-started":
        this.wave = event.wave;
        return null;
      case "host-prepared":
        this.underWay.delete(event.host);
        return null;
      case "stopped":
        this.stopped ??= event.reason;
        return null;
      case "interrupted":
        this.interrupted = true;
        return null;
      case "run-finished":
        this.end = event;
        return null;
    }
  }

  /** Hosts in the order of the inventory. */
  inOrder(hosts: readonly string[]): string[] {
    const wanted = new Set(hosts);
    return (this.start?.hosts ?? []).filter((host) => wanted.delete(host)).concat(...wanted);
  }

  #host(name: string): HostUnderWay {
    let host = this.underWay.get(name);
    if (host === undefined) {
      host = { task: null, rollback: false, since: this.lastAt, tasks: [] };
      this.underWay.set(name, host);
    }
    return host;
  }

  #finish(outcome: HostOutcome, tasks: readonly TaskReport[]): void {
    const { host, status } = outcome;
    if (outcome.was === undefined) this.counts.hosts++;
    else this.counts[outcome.was]--;
    this.counts[status]++;
    this.bytesSent += outcome.bytesSent;
    if (this.start?.dryRun && status === "changed") {
      const planned = tasks.filter(({ steps }) => steps.length > 0);
      // Only plans that are equal to the letter are shown once: the steps are what a real run carries out.
      share(this.plans, JSON.stringify(planned.map(({ task, steps }) => [task, steps])), planned, host);
    }
    if (outcome.error !== undefined || outcome.rollbackError !== undefined || isBad(status)) {
      const { error, rollbackError, previousRelease } = outcome;
      const key = [
        status,
        status === "rolled_back" ? previousRelease : null,
        error === undefined ? null : withoutHost(error, host),
        rollbackError === undefined ? null : withoutHost(rollbackError, host),
      ];
      share(this.failures, JSON.stringify(key), outcome, host);
    }
  }

  #warn(message: string, host?: string): void {
    const key = host === undefined ? message : anonymous(message, host);
    let warning = this.warnings.get(key);
    if (warning === undefined) {
      warning = { first: message, hosts: [], times: 0 };
      this.warnings.set(key, warning);
    }
    warning.times++;
    if (host !== undefined) warning.hosts.push(host);
  }
}

function share<T>(groups: Map<string, Shared<T>>, key: string, first: T, host: string): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, { first, hosts: [host] });
  else group.hosts.push(host);
}

function isBad(status: HostOutcome["status"]): boolean {
  return status === "failed" || status === "rolled_back" || status === "unreachable";
}

/** What two hosts' failures have to share to be the same to a reader; the host's own words (`log`) always differ. */
function withoutHost(failure: FailureData, host: string): readonly string[] {
  const { kind, action, evidence, next = "" } = failure;
  return [kind, ...[action, evidence, next].map((text) => anonymous(text, host))];
}

/** The text with the host's name and IPv4 addresses taken out. */
function anonymous(text: string, host: string): string {
  const name = host.replace(/[^\w]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
  return text
    .replace(new RegExp(`(?<![\\w.-])${name}(?![\\w-])`, "gu"), "\u0000")
    .replace(/\b\d{1,3}(\.\d{1,3}){3}\b/g, "\u0000");
}
