/**
 * What a printing view remembers of a run: the hosts under way, counts, and what is to be said at the end, with equal things kept once.
 * A host that has ended leaves its count and, where it failed or has a plan, its name.
 * @module
 */
import { append } from "../../plain/append.ts";
import { bounded, TASK_BOUNDS } from "../../bounds.ts";
import type { FailureData } from "../../errors.ts";
import type { Event, HostOutcome, HostStatus, Summary, TaskReport } from "../../events.ts";
import { countReleases, noteVersions, type ReleaseCount } from "../releases.ts";

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

/** What is remembered of a failure. */
const LEDGER_BOUNDS = { ...TASK_BOUNDS, size: 32 * 1024, text: 9 * 1024 };

export class Ledger {
  start: RunStarted | null = null;
  end: RunFinished | null = null;
  interrupted = false;
  /** The wave under way; 0 before the first. */
  wave = 0;
  /** Since when hosts end at the wave's pace, in milliseconds since the epoch, and how many have since. */
  paceFrom = 0;
  paced = 0;
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
  /** All-or-nothing: hosts that wait for the others. */
  readonly prepared = new Set<string>();
  /** In the order in which they began. */
  readonly underWay = new Map<string, HostUnderWay>();
  /** By what they say. A warning without a host adds no name; `times` counts it all the same. */
  readonly warnings = new Map<string, Shared<string> & { times: number }>();
  /** Hosts that failed, were unreachable or rolled back, by what failed. */
  readonly failures = new Map<string, Shared<HostOutcome>>();
  /** Hosts that a dry run would change, by what it would do. */
  readonly plans = new Map<string, Shared<readonly TaskReport[]>>();
  /** How each host ended in a dry run of several waves, which is told wave by wave. */
  readonly forecast = new Map<string, HostStatus>();
  readonly #live = new Map<string, string | null>();
  readonly #versions = new Map<string, string>();
  readonly #position = new Map<string, number>();

  /** Takes an event in. Returns the host that ended by it, with its tasks, which are then forgotten. */
  add(event: Event): FinishedHost | null {
    this.lastAt = Date.parse(event.at);
    noteVersions(this.#versions, event);
    switch (event.type) {
      case "run-started":
        this.start = event;
        this.paceFrom = this.lastAt;
        event.hosts.forEach((host, at) => this.#position.set(host, at));
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
        this.paceFrom = this.lastAt;
        this.paced = 0;
        return null;
      case "wave-waiting":
        return null;
      case "host-prepared":
        this.underWay.delete(event.host);
        this.prepared.add(event.host);
        // Hosts begin to end when the last one is prepared.
        this.paceFrom = this.lastAt;
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
    const position = (host: string): number => this.#position.get(host) ?? this.#position.size;
    return [...hosts].sort((a, b) => position(a) - position(b));
  }

  /** Hosts that ended so, those first whose failure was seen first; no more than `most`. */
  namesOf(status: HostStatus, most = Infinity): string[] {
    const names: string[] = [];
    for (const { first, hosts } of this.failures.values()) {
      if (first.status === status) append(names, hosts.slice(0, most - names.length));
      if (names.length >= most) break;
    }
    return names;
  }

  /** What is live where, as far as hosts have ended. */
  releases(): ReleaseCount[] {
    return countReleases([...this.#live.values()].map((release) => ({ release })), this.#versions);
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
    this.prepared.delete(host);
    this.#live.set(host, outcome.release);
    this.counts[status]++;
    if (outcome.was === undefined) this.counts.hosts++;
    else this.counts[outcome.was]--;
    // What an earlier run has done took none of this run's time.
    if (outcome.was === undefined && outcome.run === undefined) {
      this.bytesSent += outcome.bytesSent;
      if (status !== "skipped") this.paced++;
    }
    if (this.start?.dryRun && this.start.waves.length > 1) this.forecast.set(host, status);
    if (this.start?.dryRun && status === "changed") {
      sharePlan(this.plans, tasks, host);
    }
    if (outcome.error !== undefined || isBad(outcome)) {
      // One host's words may be long, and every host's may differ: the reports have the whole.
      const kept = bounded(outcome, LEDGER_BOUNDS);
      share(this.failures, outcomeKey(kept), kept, host);
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

/** Adds a host to those of which the same is true. */
export function share<T>(groups: Map<string, Shared<T>>, key: string, first: T, host: string): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, { first, hosts: [host] });
  else group.hosts.push(host);
}

/** Adds a host to those with the same plan. Only plans that are equal to the letter are one: the steps are what a real run carries out. */
export function sharePlan(
  plans: Map<string, Shared<readonly TaskReport[]>>,
  tasks: readonly TaskReport[],
  host: string,
): void {
  const planned = tasks.filter(({ steps }) => steps.length > 0);
  share(plans, JSON.stringify(planned.map(({ task, steps }) => [task, steps])), planned, host);
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

/** What two hosts that ended badly have to share to be told of together. */
export function outcomeKey(outcome: HostOutcome): string {
  const { host, status, was = null, previousRelease, error, rollbackError } = outcome;
  return JSON.stringify([
    status,
    was,
    status === "rolled_back" ? previousRelease : null,
    error === undefined ? null : failureKey(error, host),
    rollbackError === undefined ? null : failureKey(rollbackError, host),
  ]);
}

/** What two hosts' failures have to share to be the same to a reader; the host's own words (`log`) always differ. */
export function failureKey(failure: FailureData, host: string): string {
  const { kind, action, evidence, next = "" } = failure;
  return JSON.stringify([kind, ...[action, evidence, next].map((text) => anonymous(text, host))]);
}

/** The text with the host's name and IPv4 addresses taken out. */
function anonymous(text: string, host: string): string {
  const name = host.replace(/[^\w]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
  return text
    .replace(new RegExp(`(?<![\\w.-])${name}(?![\\w-])`, "gu"), "\u0000")
    .replace(/\b\d{1,3}(\.\d{1,3}){3}\b/g, "\u0000");
}
