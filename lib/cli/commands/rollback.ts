/**
 * `rollback`: commit of an earlier set.
 * @module
 */
import { closestString } from "@std/text/closest-string";
import { Failure } from "../../errors.ts";
import { layout } from "../../facts/layout.ts";
import { backupSet } from "../../facts/live.ts";
import { isTimedBackup, type Release } from "../../release.ts";
import type { ObservedHost } from "../../task.ts";
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

/** A backup as what is to be live. Throws a Failure where there is none, or where its files are not what they were. */
async function releaseOfBackup(host: ObservedHost, wanted: string | undefined): Promise<Release> {
  const { name: hostName, deployPath } = host.settings;
  const fail = (kind: "not-found" | "mismatch", evidence: string, next: string): Failure =>
    new Failure({ kind, action: "roll back", host: hostName, evidence, next: `nothing changed; ${next}` });
  const { backups, recorded } = await host.look(layout);
  const timed = backups.filter(isTimedBackup);
  const name = wanted ?? timed.at(-1);
  if (name === undefined) {
    throw fail("not-found", `there is no backup under ${deployPath}/backup`, "deploy a set instead");
  }
  if (!backups.includes(name)) {
    const near = backups.length === 0 ? "there are none" : `did you mean "${closestString(name, backups)}"?`;
    throw fail("not-found", `there is no backup ${JSON.stringify(name)}`, near);
  }
  const path = `backup/${name}`;
  const set = await host.look(backupSet(name));
  if (set === null || set.listing.size === 0) {
    throw fail("mismatch", `${path} is empty`, "choose another with --to");
  }
  // A set from before us may have no metadata.json to be checked against; then what it is, is all that is known.
  const faults = set.metadata === null ? [] : [...set.faults];
  if (recorded?.backup === name) {
    for (const [file, sha256] of recorded.listing) {
      if (set.listing.get(file) !== sha256) faults.push(`${file} is not what was backed up`);
    }
  }
  if (faults.length > 0) {
    throw fail("mismatch", `${path} is damaged: ${faults.join("\n")}`, "choose another with --to");
  }
  return {
    id: set.id ?? `backup-${name}`,
    version: set.version,
    files: [...set.listing].map(([file, sha256]) => ({ name: file, sha256, bytes: 0 })),
    source: { path, listing: set.listing },
  };
}
