/**
 * `verify-remote`, `health-check` and `cleanup`: one task over the hosts.
 * @module
 */
import { join } from "@std/path";
import { FEW } from "../../report/views/view.ts";
import { configured } from "../options/configured.ts";
import { hostsOf, readSets, releaseOf, runContext } from "../fleet/hosts.ts";
import { hostsCommand } from "../options/common.ts";
import type { LoadPipelines } from "../project/pipelines.ts";
import { runPipeline } from "../run.ts";

export function verifyRemoteCommand(load: LoadPipelines, done: (exitCode: number) => void) {
  return hostsCommand(
    "verify-remote",
    "check what is live on every host against its own metadata.json, and against the local set where there is one",
  )
    .action(async (given) => {
      const options = await configured(given);
      const hosts = await hostsOf(options);
      const dirs = hosts.map((host) => host.artifactsDir).filter(hasManifest);
      const sets = await readSets(dirs, options);
      const { verifyRemotePipeline } = await load();
      const local = new Map([...sets].map(([dir, set]) => [dir, releaseOf(set)]));
      const run = runContext("verify-remote", options);
      done(
        await runPipeline(options, {
          run,
          hosts,
          pipeline: verifyRemotePipeline(local),
          writes: false,
          details: hosts.length <= FEW,
          releases: hosts.length > 1,
          sets: [...sets.values()],
        }),
      );
    });
}

export function healthCheckCommand(load: LoadPipelines, done: (exitCode: number) => void) {
  return hostsCommand("health-check", "ask every host's service whether it is well: the health task alone")
    .action(async (given) => {
      const options = await configured(given);
      const hosts = await hostsOf(options);
      const { pipelines } = await load();
      const run = runContext("health-check", options);
      done(
        await runPipeline(options, {
          run,
          hosts,
          pipeline: pipelines["health-check"],
          writes: false,
          details: hosts.length <= FEW,
        }),
      );
    });
}

export function cleanupCommand(load: LoadPipelines, done: (exitCode: number) => void) {
  return hostsCommand(
    "cleanup",
    "remove leftovers of interrupted runs and backups past keep_backups; never the live set",
  )
    .action(async (given) => {
      const options = await configured(given);
      const hosts = await hostsOf(options);
      const { pipelines } = await load();
      const run = runContext("cleanup", options);
      done(await runPipeline(options, { run, hosts, pipeline: pipelines.cleanup, writes: true }));
    });
}

function hasManifest(dir: string): boolean {
  try {
    return Deno.statSync(join(dir, "metadata.json")).isFile;
  } catch {
    return false;
  }
}
