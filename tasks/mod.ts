/**
 * The pipelines: which tasks a command takes every host through, in order. To add a task, write its file and name it here.
 * @module
 */
import type { Release } from "../lib/release.ts";
import type { HostSettings } from "../lib/settings/mod.ts";
import type { Task } from "../lib/task.ts";
import { backup } from "./backup.ts";
import { exec } from "./exec.ts";
import { cleanup } from "./cleanup.ts";
import { commit } from "./commit/commit.ts";
import { health, healthCheck } from "./health.ts";
import { preflight } from "./preflight.ts";
import { restart } from "./restart/restart.ts";
import { stage } from "./stage/stage.ts";
import { verify } from "./verify.ts";
import { verifyRemote } from "./verify_remote.ts";

export { afterFailure, withHooks } from "./hooks.ts";

export const pipelines = {
  deploy: [preflight, backup, stage, verify, commit, restart, health],
  /** Puts a backup back; what is live is not backed up again, so that doing it twice changes nothing. */
  rollback: [preflight, stage, verify, commit, restart, health],
  /** Brings the old set back on a host where a deploy failed after it had begun to switch. */
  undo: [commit, restart, health],
  "health-check": [healthCheck],
  cleanup: [cleanup],
} as const satisfies Record<string, readonly Task[]>;

/** `exec`, of the user's command. */
export function execPipeline(command: readonly string[]): readonly Task[] {
  return [exec(command)];
}

/** `verify-remote`, against the local set of each host where there is one. */
export function verifyRemotePipeline(local: (host: HostSettings) => Release | undefined): readonly Task[] {
  return [verifyRemote(local)];
}
