/**
 * The runner: takes every host through a pipeline, several at once. What happens is told in events; a host's failure is that host's alone.
 * @module
 */
import { Failure, type FailureData } from "../errors.ts";
import type { ArtifactsSummary, Event, HostOutcome, HostStatus, Listener } from "../events.ts";
import { SCHEMA } from "../events.ts";
import { layout } from "../facts/layout.ts";
import { live } from "../facts/live.ts";
import type { HostSettings } from "../inventory/mod.ts";
import { linkSlot, type Release, slotRelease } from "../release.ts";
import type { Remote } from "../remote/session.ts";
import { exitCodeOf, onlyLocked, summarize } from "../report/report.ts";
import type { ObservedHost, RunContext, Task } from "../task.ts";
import { HostRun } from "./host_run.ts";

/** Opens a session with a host; the signal ends it at any moment. */
export type Connect = (settings: HostSettings, signal: AbortSignal) => Promise<Remote>;

export interface RolloutOptions {
  readonly hosts: readonly HostSettings[];
  readonly run: RunContext;
  /** How many hosts at once. */
  readonly forks: number;
  readonly pipeline: readonly Task[];
  /** What brings the old set back where a host fails after it has begun to switch; empty for commands that do not switch. */
  readonly undo: readonly Task[];
  /** Whether the command may write on devices. */
  readonly writes: boolean;
  /** What is to be live on a host. A Failure that it throws is that host's. */
  readonly releaseOf: (host: ObservedHost) => Promise<Release | null>;
  readonly artifacts: readonly ArtifactsSummary[];
  /** What is to be said at the start. */
  readonly warnings: readonly string[];
  readonly connect: Connect;
  readonly listener: Listener;
  /** Aborted when the user asks to stop. */
  readonly stop: AbortSignal;
}

/** Runs it all and returns the exit code. */
export async function rollout(options: RolloutOptions): Promise<number> {
  const { hosts, run, forks, stop } = options;
  const emit = (event: WithoutTime<Event>): void =>
    options.listener({ at: new Date().toISOString(), ...event } as Event);
  emit({
    type: "run-started",
    schema: SCHEMA,
    run: run.id,
    command: run.command,
    dryRun: run.dryRun,
    hosts: hosts.map((host) => host.name),
    forks,
    artifacts: options.artifacts,
    waves: [{ name: "all", hosts: hosts.map((host) => host.name) }],
  });
  for (const message of options.warnings) emit({ type: "warning", message });
  stop.addEventListener("abort", () => emit({ type: "interrupted" }), { once: true });

  const statuses: HostStatus[] = [];
  const failed: { status: HostStatus; error?: FailureData }[] = [];
  const finish = (outcome: HostOutcome): void => {
    statuses.push(outcome.status);
    if (outcome.status !== "ok" && outcome.status !== "changed") failed.push(outcome);
    emit({ type: "host-finished", ...outcome });
  };
  const waiting = hosts.values();
  const worker = async (): Promise<void> => {
    for (const settings of waiting) {
      finish(stop.aborted ? notBegun(settings) : await runHost(settings, options, emit));
    }
  };
  await Promise.all(Array.from({ length: Math.min(forks, hosts.length) }, worker));

  const summary = summarize(statuses);
  const exitCode = exitCodeOf(summary, { interrupted: stop.aborted, locked: onlyLocked(failed) });
  emit({ type: "run-finished", exitCode, summary });
  return exitCode;
}

type WithoutTime<E> = E extends unknown ? Omit<E, "at"> : never;
type Emit = (event: WithoutTime<Event>) => void;

function notBegun(settings: HostSettings): HostOutcome {
  return {
    host: settings.name,
    status: "skipped",
    wave: 1,
    startedAt: new Date().toISOString(),
    durationMs: 0,
    bytesSent: 0,
    release: null,
    previousRelease: null,
    error: {
      kind: "interrupted",
      action: "begin",
      host: settings.name,
      evidence: "the run was interrupted",
      next: "nothing changed",
    },
  };
}

async function runHost(settings: HostSettings, options: RolloutOptions, emit: Emit): Promise<HostOutcome> {
  const startedAt = new Date();
  emit({ type: "host-started", host: settings.name, wave: 1 });
  // Until the switch begins, an interrupted host is let go at once; from then on it is finished or undone.
  const session = new AbortController();
  const letGo = (): void => session.abort();
  options.stop.addEventListener("abort", letGo);
  let host: HostRun | null = null;
  let end: HostEnd;
  try {
    const remote = await options.connect(settings, session.signal);
    host = new HostRun({ settings, run: options.run, remote, writes: options.writes });
    const committing = (): void => options.stop.removeEventListener("abort", letGo);
    end = await runPipeline(host, options, emit, committing);
  } catch (error) {
    const failure = Failure.from(error, "connect", settings.name);
    end = {
      status: failure.kind === "privilege" || failure.kind === "fault" ? "failed" : "unreachable",
      error: failure.data,
      release: null,
      previousRelease: null,
    };
  }
  if (session.signal.aborted && end.error !== undefined && end.status !== "rolled_back") {
    const evidence = "the run was interrupted before the switch";
    end = {
      ...end,
      status: "skipped",
      error: {
        kind: "interrupted",
        action: options.run.command,
        host: settings.name,
        evidence,
        next: "the live set is untouched",
      },
    };
  }
  options.stop.removeEventListener("abort", letGo);
  await host?.close();
  return {
    host: settings.name,
    wave: 1,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    bytesSent: host?.bytesSent ?? 0,
    ...end,
  };
}

type HostEnd = Pick<HostOutcome, "status" | "release" | "previousRelease" | "error" | "rollbackError">;

async function runPipeline(
  host: HostRun,
  options: RolloutOptions,
  emit: Emit,
  committing: () => void,
): Promise<HostEnd> {
  let previousRelease: string | null = null;
  try {
    host.setRelease(await options.releaseOf(host));
    let begun = false;
    for (const task of options.pipeline) {
      if (task.name === "commit") {
        begun = true;
        committing();
      }
      const error = await runTask(task, host, emit);
      if (task === options.pipeline[0]) previousRelease = await liveRelease(host);
      if (error !== undefined) {
        const end = { error, previousRelease };
        const undone = begun ? await undo(host, task, options, emit, end) : null;
        // A link that breaks before the switch is the same to the user as one that never was.
        return undone ??
          {
            ...end,
            status: error.kind === "dropped" && !begun ? "unreachable" : "failed",
            release: previousRelease,
          };
      }
    }
  } catch (error) {
    return {
      status: "failed",
      error: Failure.from(error, options.run.command, host.settings.name).data,
      release: previousRelease,
      previousRelease,
    };
  }
  const changed = options.pipeline.some((task) => host.changed(task.name));
  const switched = !host.run.dryRun && host.changed("commit");
  return {
    status: changed ? "changed" : "ok",
    release: switched ? host.release.id : previousRelease,
    previousRelease,
  };
}

/** Runs one task and tells of it. Returns what failed. */
async function runTask(task: Task, host: HostRun, emit: Emit): Promise<FailureData | undefined> {
  const name = host.settings.name;
  const rollback = host.undo === null ? {} : { rollback: true } as const;
  emit({ type: "task-started", host: name, task: task.name, ...rollback });
  const outcome = await task.run(host);
  // The lock was asked for before anything was looked at. Who else holds the device is the better answer than what was seen of it.
  const locked = await host.lockFailure();
  const report = locked === null
    ? outcome.report
    : { ...outcome.report, status: "failed" as const, error: locked };
  const warning = locked === null ? outcome.warning : undefined;
  if (report.status === "changed") host.noteChanged(task.name);
  if (warning !== undefined) emit({ type: "warning", host: name, message: warning });
  emit({ type: "task-finished", host: name, ...report });
  return report.error;
}

/** The release that is live, as far as the tasks have looked; null where nothing is live. */
async function liveRelease(host: HostRun): Promise<string | null> {
  const set = await host.known(live);
  if (set !== undefined) return set?.id ?? null;
  const slot = (await host.known(layout))?.slot ?? null;
  return slot === null ? null : slotRelease(slot);
}

/**
 * Brings the old set back on a host that failed after it had begun to switch. Null where it had not, so that there is nothing to undo.
 * The failure that led here stays the host's error, whatever happens now.
 */
async function undo(
  host: HostRun,
  failed: Task,
  options: RolloutOptions,
  emit: Emit,
  end: { error: FailureData; previousRelease: string | null },
): Promise<HostEnd | null> {
  if (options.undo.length === 0 || options.run.dryRun) return null;
  try {
    if (!await host.answers()) {
      await host.reconnect(await options.connect(host.settings, new AbortController().signal));
    }
    host.forget([layout]);
    const { journal, target, slot } = await host.look(layout);
    if (journal === null) {
      // The device has done it by itself, because it was not told in time.
      const restored = failed.name !== "commit" && slot !== null && slotRelease(slot) !== host.release.id;
      return restored ? { ...end, status: "rolled_back", release: slotRelease(slot) } : null;
    }
    // Where commit itself failed, the journal may still be that of an earlier run, whose switch this run has not taken up.
    if (failed.name === "commit" && journal.run !== host.run.id) return null;
    if (journal.previous === "") {
      const next =
        "there is no earlier set to go back to: the new one stays live, unconfirmed; mend the service and deploy again, or deploy another set";
      return { ...end, status: "failed", release: host.release.id, error: { ...end.error, next } };
    }
    host.startUndo(journal.previous, end.error.kind === "unhealthy" || end.error.kind === "service");
    for (const task of options.undo) {
      const rollbackError = await runTask(task, host, emit);
      if (rollbackError !== undefined) return { ...end, status: "failed", release: null, rollbackError };
    }
    const former = linkSlot(journal.previous);
    const release = end.previousRelease ?? (former === null ? null : slotRelease(former));
    return { ...end, status: target === journal.release ? "rolled_back" : "failed", release };
  } catch (error) {
    const failure = Failure.from(error, "bring the old set back", host.settings.name).data;
    const byItself =
      `it brings the old set back by itself, ${host.settings.confirmTimeout} s after the switch; status tells`;
    const rollbackError = failure.action === "connect" && host.settings.confirmTimeout > 0
      ? { ...failure, next: byItself }
      : failure;
    return { ...end, status: "failed", release: null, rollbackError };
  }
}
