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

/**
 * A backup as what is to be live: the named one, else the newest that is whole. Throws a Failure where there is none, or where the files of
 * the named one are not what they were.
 */
async function releaseOfBackup(host: ObservedHost, wanted: string | undefined): Promise<Release> {
  const fail = (kind: "not-found" | "mismatch", evidence: string, next: string): Failure =>
    new Failure({
      kind,
      action: "roll back",
      host: host.settings.name,
      evidence,
      next: `nothing changed; ${next}`,
    });
  const { backups } = await host.look(layout);
  if (wanted !== undefined) {
    if (!backups.includes(wanted)) {
      const near = backups.length === 0
        ? "there are none"
        : `did you mean "${closestString(wanted, backups)}"?`;
      throw fail("not-found", `there is no backup ${JSON.stringify(wanted)}`, near);
    }
    const found = await readBackup(host, wanted);
    if ("damage" in found) throw fail("mismatch", found.damage, "choose another with --to");
    return found;
  }
  const damage: string[] = [];
  for (const name of backups.filter(isTimedBackup).reverse()) {
    const found = await readBackup(host, name);
    if (!("damage" in found)) return found;
    damage.push(found.damage);
  }
  if (damage.length > 0) {
    throw fail("mismatch", `no backup is whole\n${damage.join("\n")}`, "deploy a set instead");
  }
  throw fail(
    "not-found",
    `there is no backup under ${host.settings.deployPath}/backup`,
    "deploy a set instead",
  );
}

/** A backup as a release, or what is wrong with it. */
async function readBackup(host: ObservedHost, name: string): Promise<Release | { damage: string }> {
  const path = `backup/${name}`;
  const [set, { recorded }] = await Promise.all([host.look(backupSet(name)), host.look(layout)]);
  if (set === null || set.listing.size === 0) return { damage: `${path} is empty` };
  // A set from before us may have no metadata.json to be checked against; then what it is, is all that is known.
  const faults = set.metadata === null ? [] : [...set.faults];
  if (recorded?.backup === name) {
    for (const [file, sha256] of recorded.listing) {
      if (set.listing.get(file) !== sha256) faults.push(`${file} is not what was backed up`);
    }
  }
  if (faults.length > 0) return { damage: `${path} is damaged: ${faults.join("; ")}` };
  return {
    id: set.id ?? `backup-${name}`,
    version: set.version,
    // Their sizes do not matter: the device has them all.
    files: [...set.listing].map(([file, sha256]) => ({ name: file, sha256, bytes: 0 })),
    source: { path, listing: set.listing },
  };
}
