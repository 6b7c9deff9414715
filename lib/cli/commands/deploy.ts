/**
 * `deploy` and `plan`.
 * @module
 */
import { EXIT, UsageError } from "../../errors.ts";
import { didYouMean } from "../../plain/near_miss.ts";
import type { RunStarted } from "../../report/report.ts";
import { releaseOfBackup } from "../../rollout/backup_release.ts";
import type { RolloutOptions } from "../../rollout/rollout.ts";
import type { Task } from "../../task.ts";
import { inventoryOf, readSets, releaseOf, runContext, settingsFor, setWarnings } from "../fleet/hosts.ts";
import { type Configured, configured } from "../options/configured.ts";
import { controllerHooks } from "../project/hooks.ts";
import type { LoadPipelines, Pipelines } from "../project/pipelines.ts";
import { projectPipelines, variablesFor } from "../project/project.ts";
import { recordOf } from "../options/recorded.ts";
import { type FleetOptions, rolloutCommand, rolloutOf } from "../options/rollout.ts";
import { type PipelineRun, runPipeline } from "../run.ts";
import { print } from "../output/streams.ts";

export function deployCommand(pipelines: LoadPipelines, done: (exitCode: number) => void) {
  return rolloutCommand(
    "deploy",
    "put the local set live on every host: preflight, backup, stage, verify, commit, restart, health",
  )
    .action(async (options) => done(await deploy("deploy", await configured(options), pipelines)));
}

export function planCommand(pipelines: LoadPipelines, done: (exitCode: number) => void) {
  return rolloutCommand("plan", "show what deploy would do: the same as deploy --dry-run")
    .action(async (options) =>
      done(await deploy("plan", await configured({ ...options, dryRun: true }), pipelines))
    );
}

async function deploy(
  command: string,
  options: Configured<FleetOptions>,
  load: LoadPipelines,
): Promise<number> {
  const project = await projectPipelines(options, load);
  const pipeline = chosen(project.pipelines.deploy, options);
  if (options.listTasks) return listTasks(pipeline);
  const { hosts, fleet } = await fleetOf(options, pipeline, project);
  return await runPipeline(options, {
    ...await deployment(command, options, hosts, project, pipeline),
    ...fleet,
  });
}

/**
 * The hosts and how they are rolled out; where an earlier run has `planned` it, its hosts alone and in its waves. The inventory, which may be
 * much larger than both, is let go here: a fleet is at work for long.
 */
export async function fleetOf(
  options: Configured<FleetOptions>,
  pipeline: readonly Task[],
  project: Pipelines,
  planned?: RunStarted,
) {
  const { inventory, hosts: selected } = await inventoryOf(options);
  const only = planned && new Set(planned.hosts);
  const hosts = settingsFor(
    only === undefined ? selected : selected.filter(({ name }) => only.has(name)),
    options,
    variablesFor(pipeline, project),
  );
  const switches = pipeline.some((task) => task.switches);
  return {
    hosts,
    fleet: {
      ...rolloutOf(options, hosts, inventory, planned?.waves),
      ...(switches ? { hooks: await controllerHooks(selected, hosts) } : {}),
    },
  };
}

/** What a deploy does with hosts, whoever asks for it: `deploy`, `resume`, or `run` of a pipeline that may switch. */
export async function deployment(
  command: string,
  options: Configured<FleetOptions>,
  hosts: RolloutOptions["hosts"],
  { pipelines, withHooks, afterFailure }: Pipelines,
  pipeline: readonly Task[],
): Promise<PipelineRun> {
  const sets = await readSets(hosts.map((host) => host.artifactsDir), options);
  return {
    run: runContext(command, options),
    hosts,
    pipeline: withHooks(pipeline, hosts),
    afterFailure,
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

/** Prints the names of the tasks, one a line. Returns the exit code. */
export function listTasks(pipeline: readonly Task[]): number {
  print(pipeline.map(({ name }) => `${name}\n`).join(""));
  return EXIT.ok;
}

/** Which tasks of a pipeline are asked for. */
export type Choice = Pick<FleetOptions, "only" | "skip" | "startAt">;

/** The tasks that `--only`, `--skip` and `--start-at` leave, in the pipeline's order. Throws a UsageError for one that is not in it. */
export function chosen(pipeline: readonly Task[], { only, skip, startAt }: Choice): readonly Task[] {
  const wanted = only === undefined ? undefined : namesOf("--only", only, pipeline);
  const skipped = skip === undefined ? [] : namesOf("--skip", skip, pipeline);
  const [first] = startAt === undefined ? [] : namesOf("--start-at", startAt, pipeline);
  const from = first === undefined ? 0 : pipeline.findIndex(({ name }) => name === first);
  const left = pipeline.slice(from).filter(({ name }) =>
    (wanted === undefined || wanted.includes(name)) && !skipped.includes(name)
  );
  if (left.length === 0) {
    throw UsageError.of(skip === undefined ? "--start-at" : "--skip", "found no task that is left to do");
  }
  return left;
}

function namesOf(option: string, text: string, pipeline: readonly Task[]): string[] {
  const known = pipeline.map((task) => task.name);
  const names = text.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (names.length === 0) {
    throw UsageError.of(option, `found no task, expected some of ${known.join(", ")}`);
  }
  if (option === "--start-at" && names.length > 1) {
    throw UsageError.of(option, `found ${names.length} tasks, expected one of ${known.join(", ")}`);
  }
  const problems = names.filter((name) => !known.includes(name)).map((name) => {
    const hint = didYouMean(name, known);
    return {
      where: option,
      message: `found ${JSON.stringify(name)}, expected some of ${known.join(", ")}`,
      ...(hint === undefined ? {} : { hint }),
    };
  });
  if (problems.length > 0) throw new UsageError(problems);
  return names;
}
