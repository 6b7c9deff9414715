/**
 * `run PIPELINE`.
 * @module
 */
import { type Configured, configured } from "../options/configured.ts";
import type { LoadPipelines, Pipelines } from "../project/pipelines.ts";
import { pipelineNamed, projectPipelines } from "../project/project.ts";
import { recordOf } from "../options/recorded.ts";
import { PIPELINE_RUN } from "../../report/record/runs.ts";
import { type FleetOptions, rolloutCommand } from "../options/rollout.ts";
import { type PipelineRun, runPipeline } from "../run.ts";
import { chosen, type Deployed, deployment, fleetOf, listTasks } from "./deploy.ts";
import type { Task } from "../../task.ts";
import { runContext } from "../run_context.ts";
import { exits } from "../exits.ts";

/** The pipeline that a recorded command was a run of; undefined if it was none. */
export function pipelineOf(command: string): string | undefined {
  return command.startsWith(PIPELINE_RUN) ? command.slice(PIPELINE_RUN.length) : undefined;
}

export function runCommand(load: LoadPipelines) {
  return rolloutCommand("run", "run a pipeline of the project on every host: run reboot")
    .argument("<pipeline>", "its name in lockstep.ts")
    .action(exits(async (name, given) => {
      const options = await configured(given);
      const project = await projectPipelines(options, load);
      const pipeline = chosen(pipelineNamed(name, project), options);
      if (options.listTasks) return listTasks(pipeline);
      const { deployed, fleet } = await fleetOf(options, pipeline, project, { deploys: putsLive(pipeline) });
      return await runPipeline(options, {
        ...namedRun(PIPELINE_RUN + name, options, deployed, project, pipeline),
        ...fleet,
      });
    }));
}

/** Whether a project's pipeline may put a set live. */
export function putsLive(pipeline: readonly Task[]): boolean {
  return pipeline.some(({ switches }) => switches);
}

/** What the run `command` of a project's pipeline does with hosts. One that may switch the live set is a deploy of another shape. */
export function namedRun(
  command: string,
  options: Configured<FleetOptions>,
  deployed: Deployed,
  project: Pipelines,
  pipeline: readonly Task[],
): PipelineRun {
  if (putsLive(pipeline)) return deployment(command, options, deployed, project, pipeline);
  return {
    run: runContext(command, options),
    hosts: deployed.hosts,
    pipeline,
    writes: true,
    options: recordOf(options, new Map()),
  };
}
