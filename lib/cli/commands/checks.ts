/**
 * `verify-remote`, `health-check` and `cleanup`: one task over the hosts.
 * @module
 */
import { join } from "@std/path";
import { configured } from "../options/configured.ts";
import { hostsOf, inventoryOf, settingsFor } from "../fleet/hosts.ts";
import { hostsCommand } from "../options/common.ts";
import type { LoadPipelines } from "../project/pipelines.ts";
import { runPipeline } from "../run.ts";
import { FEW } from "../../report/words/groups.ts";
import { readReleases } from "../fleet/sets.ts";
import { runContext } from "../run_context.ts";
import { exits } from "../exits.ts";

export function verifyRemoteCommand(load: LoadPipelines) {
  return hostsCommand(
    "verify-remote",
    "check what is live on every host against its own metadata.json, and against the local set if there is one",
  )
    .action(exits(async (given) => {
      const options = await configured(given);
      const { hosts: selected } = await inventoryOf(options);
      const hosts = settingsFor(selected, options);
      const { releases, artifacts } = await readReleases(hosts, selected, options, hasManifest);
      const { verifyRemotePipeline } = await load();
      const run = runContext("verify-remote", options);
      return await runPipeline(options, {
        run,
        hosts,
        pipeline: verifyRemotePipeline(releases.of),
        writes: false,
        details: hosts.length <= FEW,
        releases: hosts.length > 1,
        artifacts,
      });
    }));
}

export function healthCheckCommand(load: LoadPipelines) {
  return hostsCommand("health-check", "check the health of every host's service: the health task alone")
    .action(exits(async (given) => {
      const options = await configured(given);
      const hosts = await hostsOf(options);
      const { pipelines } = await load();
      const run = runContext("health-check", options);
      return await runPipeline(options, {
        run,
        hosts,
        pipeline: pipelines["health-check"],
        writes: false,
        details: hosts.length <= FEW,
      });
    }));
}

export function cleanupCommand(load: LoadPipelines) {
  return hostsCommand(
    "cleanup",
    "remove leftovers of interrupted runs and backups past keep_backups; never the live set",
  )
    .action(exits(async (given) => {
      const options = await configured(given);
      const hosts = await hostsOf(options);
      const { pipelines } = await load();
      const run = runContext("cleanup", options);
      return await runPipeline(options, { run, hosts, pipeline: pipelines.cleanup, writes: true });
    }));
}

function hasManifest(dir: string): boolean {
  try {
    return Deno.statSync(join(dir, "metadata.json")).isFile;
  } catch {
    return false;
  }
}
