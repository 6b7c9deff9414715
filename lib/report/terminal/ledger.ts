/**
 * What a printing view remembers of a run: the hosts under way, counts, and what should be said at the end, with equal things kept once.
 * A host that has ended leaves its count and, where it failed or has a plan, its name.
 * @module
 */
import { append } from "../../plain/append.ts";
import { bounded, TASK_BOUNDS } from "../../bounds.ts";
import type { Event, HostOutcome, HostStatus, Summary, TaskReport } from "../../events.ts";
import { addToHost, type HostSoFar, newHost } from "../fold/host_fold.ts";
import { countReleases, type ReleaseCount } from "../fold/releases.ts";
import { RunState } from "../fold/run_state.ts";
import { anonymous, outcomeKey, share, type Shared, sharePlan } from "../words/groups.ts";
import { isBad } from "../words/statuses.ts";

/** A host that has just ended. */
export interface FinishedHost {
  readonly outcome: HostOutcome;
  readonly tasks: readonly TaskReport[];
}

/** What is remembered of a failure. */
const LEDGER_BOUNDS = { ...TASK_BOUNDS, size: 32 * 1024, text: 9 * 1024 };

export class Ledger extends RunState {
  /** The wave under way; 0 before the first. */
  wave = 0;
  /** Since when hosts end at the wave's pace, in milliseconds since the epoch, and how many have since. */
  paceFrom = 0;
  paced = 0;
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
  readonly underWay = new Map<string, HostSoFar>();
  /** By what they say. A warning without a host adds no name; `times` counts it all the same. */
  readonly warnings = new Map<string, Shared<string> & { times: number }>();
  /** Hosts that failed, were unreachable or rolled back, by what failed. */
  readonly failures = new Map<string, Shared<HostOutcome>>();
  /** Hosts that a dry run would change, by what it would do. */
  readonly plans = new Map<string, Shared<readonly TaskReport[]>>();
  /** How each host ended in a dry run of several waves, which is told wave by wave. */
  readonly forecast = new Map<string, HostStatus>();
  readonly #live = new Map<string, Pick<HostOutcome, "release" | "sets">>();
  readonly #position = new Map<string, number>();

  /** Takes an event in. Returns the host that ended by it, with its tasks, which are then forgotten. */
  add(event: Event): FinishedHost | null {
    this.lastAt = Date.parse(event.at);
    this.note(event);
    switch (event.type) {
      case "run-started":
        this.paceFrom = this.lastAt;
        event.hosts.forEach((host, at) => this.#position.set(host, at));
        return null;
      case "warning":
        this.#warn(event.message, event.host);
        return null;
      case "host-started":
      case "task-started":
      case "task-finished":
        addToHost(this.#host(event.host, event.at), event);
        return null;
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
      case "host-prepared":
        this.underWay.delete(event.host);
        this.prepared.add(event.host);
        // Hosts begin to end when the last one is prepared.
        this.paceFrom = this.lastAt;
        return null;
      default:
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
    return countReleases(this.#live.values(), this.versions);
  }

  #host(name: string, at: string): HostSoFar {
    let host = this.underWay.get(name);
    if (host === undefined) this.underWay.set(name, host = newHost(at));
    return host;
  }

  #finish(outcome: HostOutcome, tasks: readonly TaskReport[]): void {
    const { host, status } = outcome;
    this.prepared.delete(host);
    this.#live.set(host, {
      release: outcome.release,
      ...(outcome.sets === undefined ? {} : { sets: outcome.sets }),
    });
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
