/**
 * Runs a pipeline over the hosts, keeps the run's files and shows it: what `deploy`, `resume`, `rollback`, `cleanup`, `verify-remote` and
 * `health-check` have in common.
 * @module
 */
import { EXIT, Failure, formatFailure } from "../errors.ts";
import type { Listener } from "../events.ts";
import { openRun } from "../report/record/run_dir.ts";
import { rollout, type RolloutOptions } from "../rollout/rollout.ts";
import { heapKeeper } from "../memory.ts";
import type { Task } from "../task.ts";
import { connector } from "../rollout/connector.ts";
import { type ControllerHooks, runHook, runHooksAfter } from "./project/hooks.ts";
import type { Configured } from "./options/configured.ts";
import type { HostsOptions } from "./options/common.ts";
import { complain, warn } from "./output/streams.ts";
import { harmless, outputForm, together, viewOf } from "./output/views.ts";
import { simulationWarnings } from "./fleet/simulated.ts";
import { stopSignal } from "./stop_signal.ts";

/** What the command decides of a rollout; the rest comes from the options that all commands have. */
export type PipelineRun =
  & Pick<RolloutOptions, "run" | "hosts" | "pipeline" | "writes">
  & Partial<RolloutOptions>
  & {
    /** Commands that are run on this machine. */
    readonly hooks?: ControllerHooks;
    /** Whether what the tasks found is what the user asked for. */
    readonly details?: boolean;
    /** Whether it is asked what runs where. */
    readonly releases?: boolean;
  };

/** Returns the exit code. */
export async function runPipeline(options: Configured<HostsOptions>, what: PipelineRun): Promise<number> {
  const { artifacts = [], hooks = new Map(), details = false, releases = false, warnings = [], ...rest } =
    what;
  const runDir = await openRun(options.reports, what.run.id, warn, options.reportsMode);
  const view = harmless(
    await viewOf(outputForm(options), runDir, { verbosity: Number(options.verbose), details, releases }),
  );
  const stop = stopSignal(() => {
    // What happened until now is on the disk, line by line; devices are safe at any moment.
    view.close();
    Deno.exit(EXIT.interrupted);
  });
  const told = {
    run: what.run.id,
    releases: artifacts.map(({ id }) => id),
    hosts: what.hosts.length,
    report: runDir.path,
  };
  const switched = switchWatch(what.pipeline);
  try {
    const exitCode = await rollout({
      forks: options.forks,
      artifacts,
      connect: connector(options),
      listener: together(runDir.listener, view, smallHeap(), switched.listener),
      stop: stop.signal,
      mayBegin: () => runHook(hooks, "before_deploy", told),
      ...rest,
      run: { ...what.run, keep: runDir.keep },
      warnings: [...simulationWarnings(what.hosts), ...warnings],
    });
    view.close();
    const kept = await keep(runDir.finish(), exitCode);
    return what.run.dryRun ? kept : await runHooksAfter(hooks, told, switched.any(), kept);
  } finally {
    view.close();
    stop.dispose();
  }
}

/** Whether any host has switched. */
function switchWatch(pipeline: readonly Task[]): { readonly listener: Listener; any(): boolean } {
  const names = new Set(pipeline.filter(({ switches }) => switches).map(({ name }) => name));
  let any = false;
  return {
    listener: (event) => {
      if (event.type === "task-finished" && event.status === "changed" && names.has(event.task)) any = true;
    },
    any: () => any,
  };
}

/** How much may be left behind by hosts before it is collected: a few thousand of them. Bytes. */
const GROWTH = 96 * 1024 * 1024;

/** Looks after the program's own memory as hosts end. */
function smallHeap(): Listener {
  const keepSmall = heapKeeper(GROWTH);
  return ({ type }) => {
    if (type === "host-prepared" || type === "host-finished") keepSmall();
  };
}

/** A run whose record could not be kept is told apart from one that went wrong, unless it did. */
async function keep(finishing: Promise<void>, exitCode: number): Promise<number> {
  try {
    await finishing;
    return exitCode;
  } catch (error) {
    complain(formatFailure(Failure.from(error, "keep the run's reports").data));
    return exitCode === EXIT.ok ? EXIT.fault : exitCode;
  }
}
