/**
 * One host through a pipeline: connect, task after task, and back to the old set if it fails once the switch has begun. Nothing that
 * happens here is another host's.
 * @module
 */
import { bounded, TASK_BOUNDS } from "../bounds.ts";
import { Failure, type FailureData } from "../errors.ts";
import type { Event, HostOutcome, HostStatus } from "../events.ts";
import { faultOf } from "../facts/releases/failed_mark.ts";
import { layout } from "../facts/releases/layout.ts";
import { live } from "../facts/releases/live.ts";
import type { HostSettings } from "../settings/mod.ts";
import { linkSlot, type Release, slotRelease } from "../release.ts";
import { setsOf } from "../sets/sets_of.ts";
import { turnsOf } from "../sets/turns.ts";
import type { ObservedHost, RunContext, Task } from "../task.ts";
import { atHome } from "./home.ts";
import { HostRun } from "./host_run.ts";
import type { Slot } from "./slots.ts";
import type { Remote } from "../remote/remote.ts";

/**
 * Opens a session with a host; the signal ends it at any moment. `slow` is called once if the host lets us wait, so that others need not
 * wait for it. `warn` is told what is worth knowing of the connection.
 */
export type Connect = (
  settings: HostSettings,
  signal: AbortSignal,
  slow?: () => void,
  warn?: (message: string) => void,
) => Promise<Remote>;

type WithoutTime<E> = E extends unknown ? Omit<E, "at"> : never;
/** Tells of what happens; the time is added. */
export type Emit = (event: WithoutTime<Event>) => void;

/** Seconds after which a task, or all that is done with a host, is ended on the device and here. */
export interface Deadlines {
  /** For one task. */
  readonly task: number;
  /** For all that is done with a host. */
  readonly host: number;
}

/** Tasks for a host that has failed; what comes of them does not change how it ended. */
export type AfterFailure = (host: HostSettings, status: HostStatus) => readonly Task[];

/** What should be done with a host. */
export interface HostJob {
  readonly settings: HostSettings;
  readonly run: RunContext;
  readonly pipeline: readonly Task[];
  /** What brings the old set back if a task fails after the switch has begun. */
  readonly undo: readonly Task[];
  readonly writes: boolean;
  /** A Failure that it throws is the host's. */
  readonly releaseOf: (host: ObservedHost) => Promise<Release | null>;
  readonly deadlines: Deadlines;
  /** What is done on a host that has failed and ended with this status, if it can still be reached. */
  readonly afterFailure?: AfterFailure | undefined;
  readonly connect: Connect;
  readonly emit: Emit;
  /** Aborted when the user asks to stop. */
  readonly stop: AbortSignal;
  readonly slot: Slot;
  /** Tasks that were done on this host before, in another session: only what is new about them is told. */
  readonly told?: ReadonlySet<string>;
}

/** How it ended. */
export interface HostEnd
  extends Pick<HostOutcome, "status" | "release" | "previousRelease" | "sets" | "error" | "rollbackError"> {
  readonly bytesSent: number;
}

type End = Omit<HostEnd, "bytesSent">;

/** Does it. Never throws. */
export async function runHost(job: HostJob): Promise<HostEnd> {
  const one = new OneHost(job);
  const end = bounded(await one.run(), TASK_BOUNDS);
  return { ...end, bytesSent: one.bytesSent };
}

/** A device is given this much longer than its deadline to say that it has ended what ran. Seconds. */
const WORD_GRACE = 3;

/** One set of a host, on its way; most hosts have one. */
interface SetRun {
  readonly host: HostRun;
  /** What was live of it before. */
  previousRelease: string | null;
  /** Its switch has begun. */
  begun: boolean;
}

class OneHost {
  readonly #job: HostJob;
  #sets: readonly SetRun[] = [];
  #session = new AbortController();
  /** Why the session was ended by us; null while it was not. */
  #late: Failure | null = null;
  #hostDeadline = Infinity;

  constructor(job: HostJob) {
    this.#job = job;
  }

  /** From the switch on, an interrupted host is finished or undone; until then it is released at once. */
  get #begun(): boolean {
    return this.#sets.some(({ begun }) => begun);
  }

  get bytesSent(): number {
    return this.#sets.reduce((sum, { host }) => sum + host.bytesSent, 0);
  }

  async run(): Promise<End> {
    const { settings, run, stop, slot } = this.#job;
    const letGo = (): void => {
      if (!this.#begun) this.#session.abort();
    };
    stop.addEventListener("abort", letGo);
    this.#hostDeadline = performance.now() + this.#job.deadlines.host * 1000;
    let end: End;
    try {
      const remote = await this.#within(
        this.#hostDeadline,
        `connect`,
        "host",
        () => slot.during((slow) => this.#job.connect(settings, this.#session.signal, slow, this.#warn)),
      );
      const placed = await this.#within(
        this.#hostDeadline,
        "connect",
        "host",
        () => Promise.all(setsOf(settings).map((set) => atHome(set, remote))),
      );
      const hosts: HostRun[] = placed.map((settings) =>
        new HostRun({
          settings,
          run,
          remote,
          writes: this.#job.writes,
          // From the switch on the device has the fleet's risk: no further one is begun meanwhile.
          waiting: (ask) => this.#begun ? ask() : slot.asked(ask),
          reopen: () => this.#job.connect(this.#job.settings, this.#session.signal, undefined, this.#warn),
          peers: () => hosts.filter((other) => other.settings !== settings),
        })
      );
      this.#sets = hosts.map((host) => ({ host, previousRelease: null, begun: false }));
      end = await this.#pipeline(this.#sets);
      await this.#afterFailure(this.#sets, end);
    } catch (error) {
      const failure = this.#late ?? Failure.from(error, "connect", settings.name);
      end = {
        status: ["privilege", "fault", "unsuitable"].includes(failure.kind) ? "failed" : "unreachable",
        error: failure.data,
        release: null,
        previousRelease: null,
      };
    } finally {
      stop.removeEventListener("abort", letGo);
    }
    await this.#sets[0]?.host.close();
    const gaveUp = stop.aborted && !this.#begun && end.error !== undefined && this.#session.signal.aborted;
    return gaveUp && this.#late === null ? { ...end, ...this.#interrupted() } : end;
  }

  readonly #warn = (message: string): void =>
    this.#job.emit({ type: "warning", host: this.#job.settings.name, message });

  #interrupted(): Pick<End, "status" | "error"> {
    return {
      status: "skipped",
      error: {
        kind: "interrupted",
        action: this.#job.run.command,
        host: this.#job.settings.name,
        evidence: "the run was interrupted before the switch",
        next: "the live set is untouched",
      },
    };
  }

  async #pipeline(sets: readonly SetRun[]): Promise<End> {
    const { run, pipeline } = this.#job;
    try {
      for (const { host } of sets) {
        host.deadline = this.#hostDeadline;
        host.setRelease(await this.#job.releaseOf(host));
      }
      for (const { task, set, holds, again } of turnsOf(pipeline, sets)) {
        if (task.switches) set.begun = true;
        set.host.holds = holds;
        const error = await this.#task(task, set.host, again);
        if (task === pipeline[0] || !set.begun) set.previousRelease = await liveRelease(set.host);
        if (error !== undefined) return await this.#failed(sets, set, task, error);
      }
    } catch (error) {
      const failure = (this.#late ?? Failure.from(error, run.command, this.#job.settings.name)).data;
      return {
        status: "failed",
        error: failure,
        ...outcomesOf(sets, ({ previousRelease }) => previousRelease),
      };
    }
    const changed = sets.some(({ host }) => isChanged(host, pipeline));
    return {
      status: changed ? "changed" : "ok",
      ...outcomesOf(
        sets,
        ({ host, previousRelease }) => !run.dryRun && host.switched ? host.release.id : previousRelease,
        pipeline,
      ),
    };
  }

  /** How a host ends on which a task has failed: every set that this run has switched is brought back, the last one first. */
  async #failed(sets: readonly SetRun[], failed: SetRun, task: Task, error: FailureData): Promise<End> {
    const ends = new Map<SetRun, End | null>();
    for (const set of sets.toReversed()) {
      if (!set.begun) continue;
      const { previousRelease } = set;
      ends.set(set, await this.#undo(set.host, set === failed ? task : null, { error, previousRelease }));
    }
    const back = [...ends.values()].filter((end) => end !== null);
    const release = (set: SetRun): string | null => {
      const end = ends.get(set) ?? null;
      if (end !== null) return end.release;
      // One that was confirmed, or did not have to be switched, stays what it is.
      return set !== failed && set.begun && set.host.switched ? set.host.release.id : set.previousRelease;
    };
    const outcome = { error, ...outcomesOf(sets, release) };
    const stays = sets.filter((set) => set !== failed && set.host.switched && ends.get(set) === null);
    const rollbackError = back.find((end) => end.rollbackError !== undefined)?.rollbackError;
    if (back.length === 0) {
      // A link that breaks before the switch is the same to the user as one that never was.
      return { ...outcome, status: error.kind === "dropped" && !this.#begun ? "unreachable" : "failed" };
    }
    const told = back.find((end) => end.status === "failed")?.error ?? error;
    const next = stays.length === 0
      ? told.next
      : `${
        stays.map(({ host }) => host.settings.set).join(", ")
      } was confirmed and stays new; resume, or roll back`;
    return {
      ...outcome,
      error: next === undefined ? told : { ...told, next },
      ...(rollbackError === undefined ? {} : { rollbackError }),
      status: stays.length === 0 && back.every(({ status }) => status === "rolled_back")
        ? "rolled_back"
        : "failed",
    };
  }

  async #afterFailure(sets: readonly SetRun[], { status, error }: End): Promise<void> {
    const { run, settings, afterFailure } = this.#job;
    if (error === undefined || run.dryRun || this.#session.signal.aborted) return;
    if (status !== "failed" && status !== "rolled_back") return;
    const tasks = afterFailure?.(settings, status) ?? [];
    const [first] = sets;
    if (tasks.length === 0 || first === undefined) return;
    if (!await first.host.answers()) {
      return this.#warn("it does not answer any more, so on_failure was not run");
    }
    for (const task of tasks) await this.#task(task, first.host);
  }

  /** Runs one task and tells of it. Returns what failed. */
  async #task(task: Task, host: HostRun, again = false): Promise<FailureData | undefined> {
    const { emit, told, deadlines } = this.#job;
    const { name, set } = host.settings;
    const ofSet = set === undefined ? {} : { set };
    const rollback = host.undo === null ? {} : { rollback: true } as const;
    const quiet = host.undo === null && (again || told?.has(task.name) === true);
    if (!quiet) emit({ type: "task-started", host: name, task: task.name, ...ofSet, ...rollback });
    const taskDeadline = performance.now() + deadlines.task * 1000;
    const [deadline, whose] = taskDeadline < this.#hostDeadline
      ? [taskDeadline, "task"] as const
      : [this.#hostDeadline, "host"] as const;
    host.deadline = deadline;
    const outcome = await this.#within(deadline, task.name, whose, () => task.run(host));
    // The lock was asked for before anything was looked at. Who else holds the device is the better answer than what was seen of it.
    const locked = this.#late === null ? await host.lockFailure() : null;
    const failure = locked ?? this.#late?.data ?? outcome.report.error;
    const error = failure === undefined || set === undefined
      ? failure
      : { ...failure, action: `${failure.action} (set ${set})` };
    const report = error === undefined
      ? { ...outcome.report, ...ofSet }
      : { ...outcome.report, ...ofSet, status: "failed" as const, error };
    const warning = locked === null ? outcome.warning : undefined;
    if (report.status === "changed") host.noteChanged(task);
    if (warning !== undefined && !quiet) {
      emit({ type: "warning", host: name, message: set === undefined ? warning : `${set}: ${warning}` });
    }
    if (!quiet || report.status === "changed" || report.status === "failed") {
      emit({ type: "task-finished", host: name, ...report });
    }
    return error;
  }

  /** Ends the session if `work` takes longer than its deadline and the device does not say so itself. */
  async #within<T>(
    deadline: number,
    what: string,
    whose: "task" | "host",
    work: () => Promise<T>,
  ): Promise<T> {
    const left = deadline - performance.now() + WORD_GRACE * 1000;
    const seconds = this.#job.deadlines[whose];
    // Longer than a timer can count is as long as it takes.
    if (left > 2 ** 31 - 1) return await work();
    const timer = setTimeout(() => {
      this.#late = new Failure({
        kind: "timeout",
        action: what === "connect" ? "connect" : `end ${what} in time`,
        host: this.#job.settings.name,
        evidence: `${what} did not end within the ${seconds} s of --${whose}-timeout`,
        next: `if it only needs longer, raise --${whose}-timeout`,
      });
      this.#session.abort();
    }, Math.max(0, left));
    try {
      return await work();
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Brings the old set back on a host that failed after it had begun to switch. Null if it had not, so that there is nothing to undo. `failed`
   * is null if it was another set of the host that failed: then this one is not to blame.
   * The failure that led here stays the host's error, whatever happens now.
   */
  async #undo(
    host: HostRun,
    failed: Task | null,
    end: { error: FailureData; previousRelease: string | null },
  ): Promise<End | null> {
    const { undo, run, settings, connect, deadlines } = this.#job;
    if (undo.length === 0 || run.dryRun) return null;
    // Its time was used up by what failed; the way back has its own.
    this.#late = null;
    this.#hostDeadline = performance.now() + deadlines.host * 1000;
    host.deadline = this.#hostDeadline;
    try {
      if (this.#session.signal.aborted || !await host.answers()) {
        this.#session = new AbortController();
        const open = () => connect(settings, this.#session.signal);
        await host.reconnect(await this.#within(this.#hostDeadline, "connect", "host", open));
      }
      host.forget([layout]);
      const { journal, target, slot } = await host.look(layout);
      if (journal === null) {
        // The device has done it by itself, because it was not told in time.
        const restored = failed?.switches !== true && slot !== null && slotRelease(slot) !== host.release.id;
        return restored ? { ...end, status: "rolled_back", release: slotRelease(slot) } : null;
      }
      // If the switch itself failed, the journal may still be that of an earlier run, whose switch this run has not taken up.
      if (failed?.switches === true && journal.run !== host.run.id) return null;
      if (journal.previous === "") {
        const next =
          "there is no earlier set to go back to: the new one stays live, unconfirmed; fix the service and deploy again, or deploy another set";
        return { ...end, status: "failed", release: host.release.id, error: { ...end.error, next } };
      }
      host.startUndo(journal.previous, failed === null ? null : faultOf(end.error.kind));
      for (const task of undo) {
        const rollbackError = await this.#task(task, host);
        if (rollbackError !== undefined) return { ...end, status: "failed", release: null, rollbackError };
      }
      const former = linkSlot(journal.previous);
      const release = end.previousRelease ?? (former === null ? null : slotRelease(former));
      return { ...end, status: target === journal.release ? "rolled_back" : "failed", release };
    } catch (error) {
      const failure = (this.#late ?? Failure.from(error, "bring the old set back", settings.name)).data;
      const byItself =
        `it brings the old set back by itself, ${settings.confirmTimeout} s after the switch; check with status`;
      const rollbackError = failure.action === "connect" && settings.confirmTimeout > 0
        ? { ...failure, next: byItself }
        : failure;
      return { ...end, status: "failed", release: null, rollbackError };
    }
  }
}

function isChanged(host: HostRun, pipeline: readonly Task[]): boolean {
  return pipeline.some((task) => host.changed(task));
}

/** What is live of each set, and was; at the host itself that of the first. */
function outcomesOf(
  sets: readonly SetRun[],
  releaseOf: (set: SetRun) => string | null,
  pipeline: readonly Task[] = [],
): Pick<End, "release" | "previousRelease" | "sets"> {
  const all = sets.map((set) => ({
    set: set.host.settings.set ?? "",
    changed: isChanged(set.host, pipeline),
    release: releaseOf(set),
    previousRelease: set.previousRelease,
  }));
  const { release = null, previousRelease = null } = all[0] ?? {};
  const named = sets.some(({ host }) => host.settings.set !== undefined);
  return { release, previousRelease, ...(named ? { sets: all } : {}) };
}

/** The release that is live, as far as the tasks have looked; null if nothing is live. */
async function liveRelease(host: HostRun): Promise<string | null> {
  const set = await host.known(live);
  if (set !== undefined) return set?.id ?? null;
  const slot = (await host.known(layout))?.slot ?? null;
  return slot === null ? null : slotRelease(slot);
}
