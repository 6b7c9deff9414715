/**
 * `deploy` and `plan`.
 * @module
 */
import { closestString } from "@std/text/closest-string";
import { UsageError } from "../../errors.ts";
import type { RunStarted } from "../../report/report.ts";
import { releaseOfBackup } from "../../rollout/backup_release.ts";
import type { RolloutOptions } from "../../rollout/rollout.ts";
import type { Task } from "../../task.ts";
import { inventoryOf, readSets, releaseOf, runContext, settingsFor, setWarnings } from "../context.ts";
import type { LoadPipelines } from "../pipelines.ts";
import { recordOf } from "../recorded.ts";
import { type FleetOptions, rolloutCommand, rolloutOf } from "../rollout_options.ts";
import { type PipelineRun, runPipeline } from "../run.ts";

export function deployCommand(pipelines: LoadPipelines, done: (exitCode: number) => void) {
  return rolloutCommand(
    "deploy",
    "put the local set live on every host: preflight, backup, stage, verify, commit, restart, health",
  )
    .action(async (options) => done(await deploy("deploy", options, pipelines)));
}

export function planCommand(pipelines: LoadPipelines, done: (exitCode: number) => void) {
  return rolloutCommand("plan", "show what deploy would do: the same as deploy --dry-run")
    .action(async (options) => done(await deploy("plan", { ...options, dryRun: true }, pipelines)));
}

async function deploy(command: string, options: FleetOptions, load: LoadPipelines): Promise<number> {
  const { hosts, fleet } = await fleetOf(options);
  return await runPipeline(options, { ...await deployment(command, options, hosts, load), ...fleet });
}

/**
 * The hosts and how they are rolled out; where an earlier run has `planned` it, its hosts alone and in its waves. The inventory, which may be
 * much larger than both, is let go here: a fleet is at work for long.
 */
export async function fleetOf(options: FleetOptions, planned?: RunStarted) {
  const { inventory, hosts: selected } = await inventoryOf(options);
  const only = planned && new Set(planned.hosts);
  const hosts = settingsFor(
    only === undefined ? selected : selected.filter(({ name }) => only.has(name)),
    options,
  );
  return { hosts, fleet: rolloutOf(options, hosts, inventory, planned?.waves) };
}

/** What `deploy` does with hosts, whoever asks for it: the command itself, or `resume`. */
export async function deployment(
  command: string,
  options: FleetOptions,
  hosts: RolloutOptions["hosts"],
  load: LoadPipelines,
): Promise<PipelineRun> {
  const sets = await readSets(hosts.map((host) => host.artifactsDir), options);
  const { pipelines } = await load();
  return {
    run: runContext(command, options),
    hosts,
    pipeline: chosen(pipelines.deploy, options.only),
    undo: pipelines.undo,
    writes: true,
    releaseOf: (host) => Promise.resolve(releaseOf(sets.get(host.settings.artifactsDir)!)),
    takeBack: {
      pipeline: pipelines.rollback,
      releaseOf: (host, { previousRelease }) => releaseOfBackup(host, undefined, previousRelease),
    },
    sets: [...sets.values()],
    warnings: setWarnings(sets.values()),
    options: recordOf(options, sets),
  };
}

/** The tasks that `--only` names, in the pipeline's order. */
export function chosen(pipeline: readonly Task[], only: string | undefined): readonly Task[] {
  if (only === undefined) return pipeline;
  const known = pipeline.map((task) => task.name);
  const names = only.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (names.length === 0) {
    throw UsageError.of("--only", `found no task, expected some of ${known.join(", ")}`);
  }
  const problems = names.filter((name) => !known.includes(name)).map((name) => ({
    where: "--only",
    message: `found ${JSON.stringify(name)}, expected some of ${known.join(", ")}`,
    hint: `did you mean "${closestString(name, known)}"?`,
  }));
  if (problems.length > 0) throw new UsageError(problems);
  return pipeline.filter((task) => names.includes(task.name));
}
