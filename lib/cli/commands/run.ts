/**
 * `run PIPELINE`.
 * @module
 */
import { type Configured, configured } from "../options/configured.ts";
import { runContext } from "../fleet/hosts.ts";
import type { LoadPipelines, Pipelines } from "../project/pipelines.ts";
import { pipelineNamed, projectPipelines } from "../project/project.ts";
import { recordOf } from "../options/recorded.ts";
import { PIPELINE_RUN } from "../../report/run_dir.ts";
import { type FleetOptions, rolloutCommand } from "../options/rollout.ts";
import { type PipelineRun, runPipeline } from "../run.ts";
import { chosen, deployment, fleetOf, listTasks } from "./deploy.ts";
import type { RolloutOptions } from "../../rollout/rollout.ts";
import type { Task } from "../../task.ts";

/** The pipeline that a recorded command was a run of; undefined if it was none. */
export function pipelineOf(command: string): string | undefined {
  return command.startsWith(PIPELINE_RUN) ? command.slice(PIPELINE_RUN.length) : undefined;
}

export function runCommand(load: LoadPipelines, done: (exitCode: number) => void) {
  return rolloutCommand("run", "take every host through a pipeline of the project: run reboot")
    .argument("<pipeline>", "as lockstep.ts names it")
    .action(async (name, given) => {
      const options = await configured(given);
      const project = await projectPipelines(options, load);
      const pipeline = chosen(pipelineNamed(name, project), options);
      if (options.listTasks) return done(listTasks(pipeline));
      const { hosts, fleet } = await fleetOf(options, pipeline, project);
      done(
        await runPipeline(options, {
          ...await namedRun(PIPELINE_RUN + name, options, hosts, project, pipeline),
          ...fleet,
        }),
      );
    });
}

/** What the run `command` of a project's pipeline does with hosts. One that may switch the live set is a deploy of another shape. */
export async function namedRun(
  command: string,
  options: Configured<FleetOptions>,
  hosts: RolloutOptions["hosts"],
  project: Pipelines,
  pipeline: readonly Task[],
): Promise<PipelineRun> {
  if (pipeline.some(({ switches }) => switches)) {
    return await deployment(command, options, hosts, project, pipeline);
  }
  return {
    run: runContext(command, options),
    hosts,
    pipeline,
    writes: true,
    options: recordOf(options, new Map()),
  };
}
