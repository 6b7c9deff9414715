/**
 * The runner: takes a fleet through a pipeline, wave by wave, several hosts at once, within a failure budget. What happens is told in
 * events; a host's failure is that host's alone, until the budget says otherwise.
 * @module
 */
import { bounded, EVENT_BOUNDS } from "../bounds.ts";
import { EXIT, type FailureData } from "../errors.ts";
import type { ArtifactsSummary, Event, HostOutcome, HostStatus, Json, Listener, Wave } from "../events.ts";
import { SCHEMA } from "../events.ts";
import type { HostSettings } from "../settings/mod.ts";
import type { Release } from "../release.ts";
import type { ObservedHost, RunContext, Task } from "../task.ts";
import { type Allowance, Budget, NO_LIMIT } from "./budget.ts";
import { connector } from "./connector.ts";
import {
  type AfterFailure,
  type Connect,
  type Deadlines,
  type Emit,
  type HostEnd,
  runHost,
} from "./one_host.ts";
import { type Slot, Slots } from "./slots.ts";
import { maskedEvent } from "../run/masked_events.ts";
import { exitCodeOf, onlyLocked, summarize } from "../run/summary.ts";

export type { Allowance } from "./budget.ts";
export type { AfterFailure, Connect, Deadlines } from "./one_host.ts";

/** What happens to hosts that had ended well, when the failure budget is spent. */
export type OnFailure = "stop" | "rollback-wave" | "rollback-all";

/** All that decides a rollout. */
export interface RolloutOptions {
  /** The hosts; each is in exactly one wave. */
  readonly hosts: readonly HostSettings[];
  /** Its name, when it began, and whether it is a dry run. */
  readonly run: RunContext;
  /** How many hosts at once. */
  readonly forks: number;
  /** The tasks that every host is taken through, in order. */
  readonly pipeline: readonly Task[];
  /** What brings the old set back if a host fails after it has begun to switch; empty for commands that do not switch. */
  readonly undo: readonly Task[];
  /** Whether the command may write on devices. */
  readonly writes: boolean;
  /** The release to put live on a host. A Failure that it throws is that host's. */
  readonly releaseOf: (host: ObservedHost) => Promise<Release | null>;
  /** The sets that are sent, for reports. */
  readonly artifacts: readonly ArtifactsSummary[];
  /** What should be said at the start. */
  readonly warnings: readonly string[];
  /** Opens a session with a host. */
  readonly connect: Connect;
  /** Is told every event, as it happens. */
  readonly listener: Listener;
  /** Aborted when the user asks to stop. */
  readonly stop: AbortSignal;
  /** Every host is in one; one wave of all hosts if it is left out. */
  readonly waves?: readonly Wave[];
  /** Any number of hosts may fail if it is left out. */
  readonly budget?: Allowance;
  /** How long a task and a host may take. */
  readonly deadlines?: Deadlines;
  /** What happens to hosts that ended well, once too many have failed; default: `stop`. */
  readonly onFailure?: OnFailure;
  /** Every host is prepared up to the switch before the first switches, and a failure after that takes every host back. */
  readonly allOrNothing?: boolean;
  /** Asked once, before any host is contacted: why the run is to stop; null if it may begin. Not in a dry run. */
  readonly mayBegin?: () => Promise<string | null>;
  /** What is done on a host that has failed. */
  readonly afterFailure?: AfterFailure;
  /** How a host that had ended well is taken back to its former set. */
  readonly takeBack?: TakeBack;
  /** Seconds between two waves. */
  readonly pause?: number;
  /** Asks whether to go on with a wave, counted from 1. */
  readonly confirm?: (wave: number, waves: readonly Wave[]) => Promise<boolean>;
  /** How hosts have ended that are not to be touched again, when an earlier run is taken up. */
  readonly done?: readonly HostOutcome[];
  /** That run. */
  readonly resumes?: string;
  /** What the user asked for, as `resume` reads it. */
  readonly options?: Json;
}

/** How a host that had ended well is taken back. */
export interface TakeBack {
  /** The tasks that take a host back. */
  readonly pipeline: readonly Task[];
  /** What was live on the host before. */
  readonly releaseOf: (host: ObservedHost, ended: HostOutcome) => Promise<Release>;
}

/** An hour for a task and two for a host: hangs are noticed long before, by the limits of single programs. */
export const DEADLINES: Deadlines = { task: 3600, host: 7200 };

/** What a rollout is told. What is left out: 20 hosts at once, nothing to undo, no set, nobody listens, ssh as it is configured. */
export type RolloutRequest =
  & Pick<RolloutOptions, "hosts" | "run" | "pipeline" | "writes">
  & Partial<RolloutOptions>;

/** How many hosts at once, if nobody says it. */
export const FORKS = 20;

/** Runs it all and returns the exit code. */
export async function rollout(request: RolloutRequest): Promise<number> {
  const options: RolloutOptions = {
    forks: FORKS,
    undo: [],
    releaseOf: () => Promise.resolve(null),
    artifacts: [],
    warnings: [],
    listener: () => {},
    stop: new AbortController().signal,
    ...request,
    connect: request.connect ?? connector(),
  };
  return await new Rollout(options).run();
}

class Rollout {
  readonly #options: RolloutOptions;
  readonly #waves: readonly Wave[];
  readonly #settings: ReadonlyMap<string, HostSettings>;
  readonly #slots: Slots;
  readonly #budget: Budget;
  /** How each host has ended so far. */
  readonly #statuses = new Map<string, HostStatus>();
  readonly #failed = new Map<string, Pick<HostOutcome, "status" | "error">>();
  /** Hosts that changed, and so can be taken back. */
  readonly #changed = new Map<string, HostOutcome>();
  /** All or nothing: hosts that are prepared, since when, and what was sent to them. */
  readonly #prepared = new Map<string, { readonly startedAt: Date; readonly bytesSent: number }>();
  readonly #waveNumbers: ReadonlyMap<string, number>;
  readonly #releases = new Map<string, string>();
  /** Why no host is begun any more. */
  #stopped: string | null = null;
  /** A dry run has said where a real one would have stopped. */
  #warned = false;
  readonly #emit: Emit;

  constructor(options: RolloutOptions) {
    this.#options = options;
    const names = options.hosts.map((host) => host.name);
    this.#waves = options.waves ?? [{ name: "all", hosts: names }];
    this.#settings = new Map(options.hosts.map((host) => [host.name, host]));
    this.#waveNumbers = new Map(
      this.#waves.flatMap(({ hosts }, at) => hosts.map((name) => [name, at + 1] as const)),
    );
    this.#slots = new Slots(options.forks);
    this.#budget = new Budget(options.budget ?? NO_LIMIT, options.hosts.length);
    this.#emit = (event) => {
      // What a host is the reason for has a device's own words in it.
      const told = maskedEvent({ at: new Date().toISOString(), ...event } as Event);
      // Masked first: a secret that is cut is not found any more.
      options.listener("host" in told ? bounded(told, EVENT_BOUNDS) : told);
    };
  }

  async run(): Promise<number> {
    const { hosts, run, forks, stop, artifacts, warnings, done = [], resumes } = this.#options;
    this.#emit({
      type: "run-started",
      schema: SCHEMA,
      run: run.id,
      command: run.command,
      dryRun: run.dryRun,
      hosts: hosts.map((host) => host.name),
      forks,
      artifacts,
      waves: this.#waves,
      ...(this.#options.options === undefined ? {} : { options: this.#options.options }),
      ...(resumes === undefined ? {} : { resumes }),
    });
    for (const message of warnings) this.#emit({ type: "warning", message });
    const interrupted = (): void => this.#emit({ type: "interrupted" });
    stop.addEventListener("abort", interrupted, { once: true });
    for (const outcome of done) this.#finish(outcome);

    const refused = run.dryRun ? null : await this.#options.mayBegin?.() ?? null;
    if (refused !== null) this.#stop(refused);
    else if (this.#options.allOrNothing && !run.dryRun) await this.#allOrNothing();
    else await this.#waveByWave();
    this.#skipTheRest();

    stop.removeEventListener("abort", interrupted);
    const summary = summarize(this.#statuses.values());
    const circumstances = {
      interrupted: stop.aborted || this.#stopped === NOT_CONFIRMED,
      locked: onlyLocked(this.#failed.values()),
    };
    const exitCode = refused === null ? exitCodeOf(summary, circumstances) : EXIT.failed;
    this.#emit({ type: "run-finished", exitCode, summary });
    return exitCode;
  }

  async #waveByWave(): Promise<void> {
    const { onFailure = "stop" } = this.#options;
    let begun: readonly string[] = [];
    for (const [at, { hosts }] of this.#waves.entries()) {
      const waiting = hosts.filter((host) => !this.#statuses.has(host));
      if (waiting.length === 0) continue;
      if (at > 0 && !await this.#mayBegin(at + 1)) break;
      this.#emit({ type: "wave-started", wave: at + 1 });
      begun = hosts;
      await this.#each(waiting, (host, slot) => this.#takeThrough(host, slot));
    }
    if (this.#stopped === null || this.#stopped === NOT_CONFIRMED) return;
    if (onFailure === "rollback-all") await this.#takeBack(this.#changed.keys());
    if (onFailure === "rollback-wave") await this.#takeBack(begun.filter((host) => this.#changed.has(host)));
  }

  async #allOrNothing(): Promise<void> {
    const waiting = this.#waves.flatMap(({ hosts }) => hosts).filter((host) => !this.#statuses.has(host));
    await this.#each(waiting, (host, slot) => this.#prepare(host, slot));
    if (!this.#halted) await this.#waveByWave();
    // A run that stops half-way has not changed all hosts, so it must change none.
    if (this.#halted && waiting.some((host) => !this.#statuses.has(host) || this.#failed.has(host))) {
      this.#stopped ??= "the run was interrupted";
      await this.#takeBack(this.#changed.keys());
    }
  }

  /** Works on hosts until they are through or no host may be begun any more. */
  async #each(hosts: Iterable<string>, work: (host: string, slot: Slot) => Promise<void>): Promise<void> {
    await this.#slots.each(hosts, work, () => this.#halted);
  }

  get #mayTakeBack(): boolean {
    const { onFailure = "stop", allOrNothing = false } = this.#options;
    return allOrNothing || onFailure !== "stop";
  }

  /** The same text for the same release: a piece cut out of a device's answer would keep the whole answer in memory, for every host. */
  #once(release: string | null): string | null {
    if (release === null) return null;
    const known = this.#releases.get(release) ?? release;
    this.#releases.set(known, known);
    return known;
  }

  get #halted(): boolean {
    return this.#stopped !== null || this.#options.stop.aborted;
  }

  /** Between two waves: whether the next one may begin. */
  async #mayBegin(wave: number): Promise<boolean> {
    const { run, stop, pause = 0, confirm } = this.#options;
    if (this.#halted) return false;
    if (run.dryRun) return true;
    if (pause > 0) {
      this.#emit({ type: "wave-waiting", wave, for: "pause", seconds: pause });
      await sleep(pause * 1000, stop);
    }
    if (confirm !== undefined && !stop.aborted) {
      this.#emit({ type: "wave-waiting", wave, for: "confirm" });
      const go = await Promise.race([confirm(wave, this.#waves), whenAborted(stop)]);
      if (!go && !stop.aborted) this.#stop(NOT_CONFIRMED);
    }
    return !this.#halted;
  }

  #stop(reason: string): void {
    if (this.#stopped !== null) return;
    this.#stopped = reason;
    this.#emit({ type: "stopped", reason });
  }

  async #takeThrough(host: string, slot: Slot): Promise<void> {
    const { pipeline, releaseOf, run } = this.#options;
    const prepared = this.#prepared.get(host);
    const startedAt = prepared?.startedAt ?? new Date();
    if (prepared === undefined) this.#emit({ type: "host-started", host, wave: this.#waveOf(host) });
    const told = new Set(prepared === undefined ? [] : beforeSwitch(pipeline).map((task) => task.name));
    const end = await runHost({ ...this.#job(host, slot), run, pipeline, releaseOf, told });
    this.#end(host, startedAt, { ...end, bytesSent: end.bytesSent + (prepared?.bytesSent ?? 0) });
  }

  /** Takes a host up to the switch. */
  async #prepare(host: string, slot: Slot): Promise<void> {
    const { pipeline, releaseOf, run } = this.#options;
    const startedAt = new Date();
    this.#emit({ type: "host-started", host, wave: this.#waveOf(host) });
    const end = await runHost({ ...this.#job(host, slot), run, pipeline: beforeSwitch(pipeline), releaseOf });
    if (end.error !== undefined || end.status === "skipped") return this.#end(host, startedAt, end);
    this.#prepared.set(host, { startedAt, bytesSent: end.bytesSent });
    this.#emit({ type: "host-prepared", host });
  }

  /** Takes hosts that had ended well back to what they ran before. */
  async #takeBack(hosts: Iterable<string>): Promise<void> {
    const { takeBack, run } = this.#options;
    if (takeBack === undefined || run.dryRun) return;
    const never = new AbortController().signal;
    const ended = [...hosts].map((host) => this.#changed.get(host)!);
    await this.#slots.each(ended, async (outcome, slot) => {
      this.#emit({ type: "host-started", host: outcome.host, wave: outcome.wave });
      const job = this.#job(outcome.host, slot);
      const end = await runHost({
        ...job,
        settings: changedSets(job.settings, outcome),
        run: { ...run, command: "rollback" },
        pipeline: takeBack.pipeline,
        releaseOf: (host) => takeBack.releaseOf(host, outcome),
        emit: (event) => this.#emit("task" in event ? { ...event, rollback: true } : event),
        stop: never,
      });
      this.#finishTakenBack(outcome, end);
    });
  }

  #finishTakenBack(ended: HostOutcome, end: HostEnd): void {
    const error: FailureData = {
      kind: "stopped",
      action: "keep the new set",
      host: ended.host,
      evidence: `it had succeeded, and was rolled back: ${this.#stopped}`,
      next: "it runs what it ran before; fix what failed, then: resume",
    };
    const back = end.error === undefined;
    this.#finish({
      ...ended,
      was: "changed",
      status: back ? "rolled_back" : "failed",
      durationMs: Date.now() - Date.parse(ended.startedAt),
      release: back ? end.release : end.release ?? ended.release,
      ...(ended.sets === undefined ? {} : setsTakenBack(ended, end, back)),
      error: back
        ? error
        : { ...error, evidence: `it had succeeded, and could not be rolled back: ${this.#stopped}` },
      ...(end.error === undefined ? {} : { rollbackError: end.rollbackError ?? end.error }),
    });
  }

  #job(host: string, slot: Slot) {
    const { undo, writes, connect, stop, afterFailure, deadlines = DEADLINES } = this.#options;
    return {
      settings: this.#settings.get(host)!,
      undo,
      writes,
      connect,
      stop,
      deadlines,
      afterFailure,
      emit: this.#emit,
      slot,
    };
  }

  #end(host: string, startedAt: Date, end: HostEnd): void {
    this.#finish({
      host,
      wave: this.#waveOf(host),
      startedAt: startedAt.toISOString(),
      durationMs: Date.now() - startedAt.getTime(),
      ...end,
    });
  }

  #finish(ended: HostOutcome): void {
    const { host, status } = ended;
    const outcome = {
      ...ended,
      release: this.#once(ended.release),
      previousRelease: this.#once(ended.previousRelease),
    };
    this.#statuses.set(host, status);
    this.#changed.delete(host);
    this.#failed.delete(host);
    if (status === "changed" && this.#mayTakeBack) this.#changed.set(host, outcome);
    else if (status !== "ok" && status !== "changed") this.#failed.set(host, outcome);
    this.#emit({ type: "host-finished", ...outcome });
    // Those that are taken back are a consequence, and do not count again.
    if (outcome.was !== undefined) return;
    this.#budget.note(outcome);
    const reason = this.#options.allOrNothing && status !== "skipped" && this.#failed.has(host)
      ? `${host} ${WORDS[status]}, and --all-or-nothing is set`
      : this.#budget.spent;
    if (reason === null) return;
    if (!this.#options.run.dryRun) this.#stop(reason);
    else if (!this.#warned) {
      this.#warned = true;
      this.#emit({ type: "warning", message: `a real run would have stopped here: ${reason}` });
    }
  }

  #skipTheRest(): void {
    for (const { name } of this.#options.hosts) {
      if (this.#statuses.has(name)) continue;
      const evidence = this.#stopped ?? "the run was interrupted";
      const prepared = this.#prepared.get(name);
      const startedAt = prepared?.startedAt ?? new Date();
      const error: FailureData = {
        kind: this.#stopped === null ? "interrupted" : "stopped",
        action: prepared === undefined ? "begin" : "switch",
        host: name,
        evidence,
        next: prepared === undefined ? "nothing changed" : "the live set is untouched",
      };
      const bytesSent = prepared?.bytesSent ?? 0;
      this.#end(name, startedAt, {
        status: "skipped",
        release: null,
        previousRelease: null,
        error,
        bytesSent,
      });
    }
  }

  #waveOf(host: string): number {
    return this.#waveNumbers.get(host) ?? 0;
  }
}

/** What is live of each set of a host, once those that had changed were taken back; at the host itself that of the first. */
function setsTakenBack(
  { sets = [], release }: HostOutcome,
  end: HostEnd,
  back: boolean,
): Pick<HostOutcome, "sets" | "release"> {
  const now = new Map(end.sets?.map((set) => [set.set, set.release]));
  const all = sets.map((set) => {
    const found = now.get(set.set);
    return found === undefined || (found === null && !back) ? set : { ...set, release: found };
  });
  return { sets: all, release: all[0]?.release ?? (back ? null : release) };
}

/** The settings of a host without those of its sets that it need not be taken back from. */
function changedSets(settings: HostSettings, { sets = [] }: HostOutcome): HostSettings {
  const changed = new Set(sets.filter(({ changed }) => changed).map(({ set }) => set));
  return settings.sets === undefined
    ? settings
    : { ...settings, sets: settings.sets.filter(({ set = "" }) => changed.has(set)) };
}

const WORDS: Record<HostStatus, string> = {
  ok: "is ok",
  changed: "is changed",
  failed: "failed",
  rolled_back: "was rolled back",
  unreachable: "is unreachable",
  skipped: "was not started",
};

const NOT_CONFIRMED = "the next wave was not confirmed";

/** The tasks that leave the live set alone. */
function beforeSwitch(pipeline: readonly Task[]): readonly Task[] {
  const at = pipeline.findIndex((task) => task.switches);
  return at < 0 ? pipeline : pipeline.slice(0, at);
}

/** Resolves to false once the signal says so. */
function whenAborted(signal: AbortSignal): Promise<false> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(false), { once: true }));
}

/** Ends early if the signal says so. */
function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
