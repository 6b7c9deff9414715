/**
 * `exec -- COMMAND`.
 * @module
 */
import { UsageError } from "../../errors.ts";
import { configured } from "../options/configured.ts";
import { hostsOf } from "../fleet/hosts.ts";
import { hostsCommand } from "../options/common.ts";
import type { LoadPipelines } from "../project/pipelines.ts";
import { runPipeline } from "../run.ts";
import { runContext } from "../run_context.ts";
import { exits } from "../exits.ts";

export function execCommand(load: LoadPipelines) {
  return hostsCommand("exec", "run one command on every host: exec -- uptime")
    .argument("<command...>", "one word is a line of shell; several are a command and its arguments")
    .action(exits(async (command, given) => {
      const options = await configured(given);
      const hosts = await hostsOf(options);
      const run = runContext("exec", options);
      if (run.dryRun) {
        const why = "the effect of a command is not known without running it";
        throw UsageError.of("exec", why, "leave --dry-run out");
      }
      const { execPipeline } = await load();
      return await runPipeline(options, {
        run,
        hosts,
        pipeline: execPipeline(command),
        writes: false,
        details: true,
      });
    }));
}
