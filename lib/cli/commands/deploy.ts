/**
 * `deploy` and `plan`.
 * @module
 */
import { closestString } from "@std/text/closest-string";
import { UsageError } from "../../errors.ts";
import type { Task } from "../../task.ts";
import { hostsOf, readSets, releaseOf, runContext, unlistedWarnings } from "../context.ts";
import { hostsCommand, type HostsOptions } from "../options.ts";
import type { LoadPipelines } from "../pipelines.ts";
import { runPipeline } from "../run.ts";

export function deployCommand(pipelines: LoadPipelines, done: (exitCode: number) => void) {
  return hostsCommand(
    "deploy",
    "put the local set live on every host: preflight, backup, stage, verify, commit, restart, health",
  )
    .option("--only <tasks>", "only these tasks, joined by commas")
    .option("--force", "also where this release has failed before")
    .action(async (options) => done(await deploy("deploy", options, pipelines, options.only)));
}

export function planCommand(pipelines: LoadPipelines, done: (exitCode: number) => void) {
  return hostsCommand("plan", "show what deploy would do: the same as deploy --dry-run")
    .option("--only <tasks>", "only these tasks, joined by commas")
    .option("--force", "also where this release has failed before")
    .action(async (options) =>
      done(await deploy("plan", { ...options, dryRun: true }, pipelines, options.only))
    );
}

async function deploy(
  command: string,
  options: HostsOptions & { readonly force?: boolean | undefined },
  load: LoadPipelines,
  only: string | undefined,
): Promise<number> {
  const hosts = await hostsOf(options);
  const sets = await readSets(hosts.map((host) => host.artifactsDir));
  const { pipelines } = await load();
  return await runPipeline(options, {
    run: runContext(command, options),
    hosts,
    pipeline: chosen(pipelines.deploy, only),
    undo: pipelines.undo,
    writes: true,
    releaseOf: (host) => Promise.resolve(releaseOf(sets.get(host.settings.artifactsDir)!)),
    sets: [...sets.values()],
    warnings: unlistedWarnings(sets.values()),
  });
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
