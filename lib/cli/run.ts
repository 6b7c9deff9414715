/**
 * Runs a pipeline over the hosts, keeps the run's files and shows it: what `deploy`, `rollback`, `cleanup`, `verify-remote` and
 * `health-check` have in common.
 * @module
 */
import { EXIT, Failure, formatFailure } from "../errors.ts";
import type { ArtifactsSummary } from "../events.ts";
import type { HostSettings } from "../inventory/mod.ts";
import type { ArtifactSet } from "../manifest.ts";
import type { Release } from "../release.ts";
import { openRun } from "../report/run_dir.ts";
import { rollout } from "../rollout/rollout.ts";
import type { ObservedHost, RunContext, Task } from "../task.ts";
import { connector, outputForm, simulationWarnings, stopSignal, together, viewOf } from "./context.ts";
import type { HostsOptions } from "./options.ts";

export interface PipelineRun {
  readonly run: RunContext;
  readonly hosts: readonly HostSettings[];
  readonly pipeline: readonly Task[];
  readonly undo?: readonly Task[];
  readonly writes: boolean;
  readonly releaseOf?: (host: ObservedHost) => Promise<Release | null>;
  readonly sets?: readonly ArtifactSet[];
  readonly warnings?: readonly string[];
  /** Whether what the tasks found is what the user asked for. */
  readonly details?: boolean;
}

/** Returns the exit code. */
export async function runPipeline(options: HostsOptions, what: PipelineRun): Promise<number> {
  const runDir = await openRun(options.reports, what.run.id);
  const view = await viewOf(outputForm(options), {
    verbosity: Number(options.verbose),
    details: what.details ?? false,
    runDir: runDir.path,
  });
  const stop = stopSignal(() => {
    // What happened until now is on the disk, line by line; devices are safe at any moment.
    view.close();
    Deno.exit(EXIT.interrupted);
  });
  try {
    const exitCode = await rollout({
      hosts: what.hosts,
      run: what.run,
      forks: options.forks,
      pipeline: what.pipeline,
      undo: what.undo ?? [],
      writes: what.writes,
      releaseOf: what.releaseOf ?? (() => Promise.resolve(null)),
      artifacts: (what.sets ?? []).map(summaryOf),
      warnings: [...simulationWarnings(what.hosts), ...what.warnings ?? []],
      connect: connector(options),
      listener: together(runDir.listener, view),
      stop: stop.signal,
    });
    view.close();
    return await keep(runDir.finish(), exitCode);
  } finally {
    view.close();
    stop.dispose();
  }
}

/** The files that the manifest lists; metadata.json, which travels with them, is not one of them. */
function summaryOf({ id, version, files }: ArtifactSet): ArtifactsSummary {
  const listed = files.filter((file) => file.name !== "metadata.json");
  return { id, version, files: listed.length, bytes: listed.reduce((sum, file) => sum + file.bytes, 0) };
}

/** A run whose record could not be kept is told apart from one that went wrong, unless it did. */
async function keep(finishing: Promise<void>, exitCode: number): Promise<number> {
  try {
    await finishing;
    return exitCode;
  } catch (error) {
    console.error(formatFailure(Failure.from(error, "keep the run's reports").data));
    return exitCode === EXIT.ok ? EXIT.fault : exitCode;
  }
}
