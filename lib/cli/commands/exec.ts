/**
 * `exec -- COMMAND`.
 * @module
 */
import { UsageError } from "../../errors.ts";
import { configured } from "../options/configured.ts";
import { hostsOf, runContext } from "../fleet/hosts.ts";
import { hostsCommand } from "../options/common.ts";
import type { LoadPipelines } from "../project/pipelines.ts";
import { runPipeline } from "../run.ts";

export function execCommand(load: LoadPipelines, done: (exitCode: number) => void) {
  return hostsCommand("exec", "run one command on every host: exec -- uptime")
    .argument("<command...>", "one word is a line of shell; several are a command and its arguments")
    .action(async (command, given) => {
      const options = await configured(given);
      const hosts = await hostsOf(options);
      const run = runContext("exec", options);
      if (run.dryRun) {
        const why = "what a command would do cannot be told without running it";
        throw UsageError.of("exec", why, "leave --dry-run out");
      }
      const { execPipeline } = await load();
      done(
        await runPipeline(options, {
          run,
          hosts,
          pipeline: execPipeline(command),
          writes: false,
          details: true,
        }),
      );
    });
}
