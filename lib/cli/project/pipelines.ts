/**
 * The pipelines as commands are handed them: nothing in lib knows a task by itself.
 * @module
 */
import type { Release } from "../../release.ts";
import type { AfterFailure } from "../../rollout/rollout.ts";
import type { HostSettings } from "../../settings/mod.ts";
import type { Task } from "../../task.ts";

export interface Pipelines {
  readonly pipelines: {
    readonly deploy: readonly Task[];
    readonly rollback: readonly Task[];
    readonly undo: readonly Task[];
    readonly "health-check": readonly Task[];
    readonly cleanup: readonly Task[];
  };
  execPipeline(command: readonly string[]): readonly Task[];
  /** A pipeline with the hooks that hosts have. */
  withHooks(pipeline: readonly Task[], hosts: readonly HostSettings[]): readonly Task[];
  /** The hook of a host that has failed. */
  readonly afterFailure: AfterFailure;
  verifyRemotePipeline(local: (host: HostSettings) => Release | undefined): readonly Task[];
}

/** Loads them when a command needs them: `--help` does not. */
export type LoadPipelines = () => Promise<Pipelines>;
