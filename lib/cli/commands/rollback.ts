/**
 * `rollback`: commit of an earlier set.
 * @module
 */
import { releaseOfBackup } from "../../rollout/backup_release.ts";
import { hostsOf, runContext } from "../context.ts";
import { hostsCommand } from "../options.ts";
import type { LoadPipelines } from "../pipelines.ts";
import { runPipeline } from "../run.ts";

export function rollbackCommand(load: LoadPipelines, done: (exitCode: number) => void) {
  return hostsCommand("rollback", "put the newest backup back live, restart, check health")
    .option("--to <backup>", "the backup to put back, as `backups` names it")
    .action(async (options) => {
      const hosts = await hostsOf(options);
      const { pipelines } = await load();
      done(
        await runPipeline(options, {
          run: runContext("rollback", options),
          hosts,
          pipeline: pipelines.rollback,
          undo: pipelines.undo,
          writes: true,
          releaseOf: (host) => releaseOfBackup(host, options.to),
        }),
      );
    });
}
