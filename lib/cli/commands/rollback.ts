/**
 * `rollback`: commit of an earlier set.
 * @module
 */
import { releaseOfBackup } from "../../rollout/backup_release.ts";
import { configured } from "../options/configured.ts";
import { hostsOf } from "../fleet/hosts.ts";
import { hostsCommand } from "../options/common.ts";
import { variablesOf } from "../../settings/mod.ts";
import type { LoadPipelines } from "../project/pipelines.ts";
import { projectPipelines } from "../project/project.ts";
import { runPipeline } from "../run.ts";
import { runContext } from "../run_context.ts";
import { exits } from "../exits.ts";

export function rollbackCommand(load: LoadPipelines) {
  return hostsCommand("rollback", "put the newest backup back live, restart, check health")
    .option("--project <file>", "your own tasks and pipelines (default: lockstep.ts beside the inventory)")
    .option("--to <backup>", "the backup to put back, by its name in `backups`")
    .action(exits(async (given) => {
      const options = await configured(given);
      const { pipelines } = await projectPipelines(options, load);
      const hosts = await hostsOf(options, variablesOf(pipelines.rollback));
      return await runPipeline(options, {
        run: runContext("rollback", options),
        hosts,
        pipeline: pipelines.rollback,
        undo: pipelines.undo,
        writes: true,
        releaseOf: (host) => releaseOfBackup(host, options.to),
      });
    }));
}
