/**
 * `deploy` and `plan`.
 * @module
 */
import { EXIT, UsageError } from "../../errors.ts";
import { didYouMean } from "../../plain/near_miss.ts";
import { releaseOfBackup } from "../../rollout/backup_release.ts";
import type { RolloutOptions } from "../../rollout/rollout.ts";
import type { Task } from "../../task.ts";
import { inventoryOf, settingsFor } from "../fleet/hosts.ts";
import { type Configured, configured } from "../options/configured.ts";
import { controllerHooks } from "../project/hooks.ts";
import type { LoadPipelines, Pipelines } from "../project/pipelines.ts";
import { projectPipelines, variablesFor } from "../project/project.ts";
import { recordOf } from "../options/recorded.ts";
import { type FleetOptions, rolloutCommand, rolloutOf } from "../options/rollout.ts";
import { type PipelineRun, runPipeline } from "../run.ts";
import { print } from "../output/streams.ts";
import type { RunStarted } from "../../report/fold/run_state.ts";
import { type LocalReleases, readReleases, setWarnings } from "../fleet/sets.ts";
import { runContext } from "../run_context.ts";
import { exits } from "../exits.ts";

export function deployCommand(pipelines: LoadPipelines) {
  return rolloutCommand(
    "deploy",
    "put the local set live on every host: preflight, backup, stage, verify, commit, restart, health",
  )
    .action(exits(async (options) => await deploy("deploy", await configured(options), pipelines)));
}

export function planCommand(pipelines: LoadPipelines) {
  return rolloutCommand("plan", "show what deploy would do: the same as deploy --dry-run")
    .action(
      exits(async (options) =>
        await deploy("plan", await configured({ ...options, dryRun: true }), pipelines)
      ),
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
  const { deployed, fleet } = await fleetOf(options, pipeline, project);
  return await runPipeline(options, {
    ...deployment(command, options, deployed, project, pipeline),
    ...fleet,
  });
}

/** Hosts, and what is put live on them: no sets if nothing is. */
export interface Deployed extends LocalReleases {
  readonly hosts: RolloutOptions["hosts"];
}

/**
 * The hosts, what is put live on them if the pipeline `deploys`, and how they are rolled out; if an earlier run has `planned` it, its hosts
 * alone and in its waves. The inventory, which may be much larger than all that, is released here, unless a set has templates: a fleet is at
 * work for long.
 */
export async function fleetOf(
  options: Configured<FleetOptions>,
  pipeline: readonly Task[],
  project: Pipelines,
  { planned, deploys = true }: { readonly planned?: RunStarted; readonly deploys?: boolean } = {},
): Promise<{ readonly deployed: Deployed; readonly fleet: Partial<PipelineRun> }> {
  const { inventory, hosts: selected } = await inventoryOf(options);
  const only = planned && new Set(planned.hosts);
  const hosts = settingsFor(
    only === undefined ? selected : selected.filter(({ name }) => only.has(name)),
    options,
    variablesFor(pipeline, project),
  );
  const switches = pipeline.some((task) => task.switches);
  return {
    deployed: { hosts, ...await readReleases(deploys ? hosts : [], selected, options) },
    fleet: {
      ...rolloutOf(options, hosts, inventory, planned?.waves),
      ...(switches ? { hooks: await controllerHooks(selected, hosts) } : {}),
    },
  };
}

/** What a deploy does with hosts, no matter who asks for it: `deploy`, `resume`, or `run` of a pipeline that may switch. */
export function deployment(
  command: string,
  options: Configured<FleetOptions>,
  { hosts, sets, releases, artifacts }: Deployed,
  { pipelines, withHooks, afterFailure }: Pipelines,
  pipeline: readonly Task[],
): PipelineRun {
  return {
    run: runContext(command, options),
    hosts,
    pipeline: withHooks(pipeline, hosts),
    afterFailure,
    undo: pipelines.undo,
    writes: true,
    releaseOf: (host) => Promise.resolve(releases.of(host.settings)!),
    takeBack: {
      pipeline: pipelines.rollback,
      releaseOf: (host, { previousRelease, sets = [] }) => {
        const was = sets.find(({ set }) => set === host.settings.set)?.previousRelease ?? previousRelease;
        return releaseOfBackup(host, undefined, was);
      },
    },
    artifacts,
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
    throw UsageError.of(skip === undefined ? "--start-at" : "--skip", "no task is left");
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
