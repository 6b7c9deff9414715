/**
 * A backup of a device as what should be live there: rolling back is a commit of an earlier release.
 * @module
 */
import { firstOf } from "../plain/left_out.ts";
import { Failure } from "../errors.ts";
import { didYouMean } from "../plain/near_miss.ts";
import { layout } from "../facts/releases/layout.ts";
import { backupSet } from "../facts/releases/live.ts";
import { newestBackup } from "../facts/releases/newest_backup.ts";
import { isTimedBackup, type Release } from "../release.ts";
import type { ObservedHost } from "../task.ts";

/** So many of the newest backups are looked at for one that is whole. */
const TRIED = 200;

/**
 * A backup as what should be live: the named one, else the newest that is whole, of the release `preferred` if one is. Throws a Failure
 * if there is none, or if the files of the named one are not what they were.
 */
export async function releaseOfBackup(
  host: ObservedHost,
  wanted: string | undefined,
  preferred: string | null = null,
): Promise<Release> {
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
        : didYouMean(wanted, backups) ?? "`backups` lists them all";
      throw fail("not-found", `there is no backup ${JSON.stringify(wanted)}`, near);
    }
    const found = await readBackup(host, wanted);
    if ("damage" in found) throw fail("mismatch", found.damage, "choose another with --to");
    return found;
  }
  const damage: string[] = [];
  let newest: Release | null = null;
  for (const name of backups.filter(isTimedBackup).slice(-TRIED).reverse()) {
    const found = await readBackup(host, name);
    if ("damage" in found) {
      damage.push(found.damage);
      continue;
    }
    if (preferred === null || found.id === preferred) return found;
    newest ??= found;
  }
  if (newest !== null) return newest;
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
  const [set, newest] = await Promise.all([host.look(backupSet(name)), host.look(newestBackup)]);
  if (set === null || set.listing.size === 0) return { damage: `${path} is empty` };
  // A set from before us may have no metadata.json to be checked against; then what it is, is all that is known.
  const faults = set.metadata === null ? [] : [...set.faults];
  if (newest?.backup === name) {
    for (const [file, sha256] of newest.listing) {
      if (set.listing.get(file) !== sha256) faults.push(`${file} differs from what was backed up`);
    }
  }
  if (faults.length > 0) return { damage: `${path} is damaged: ${firstOf(faults, 20, "faults").join("; ")}` };
  return {
    id: set.id ?? `backup-${name}`,
    version: set.version,
    // Their sizes do not matter: the device has them all.
    files: [...set.listing].map(([file, sha256]) => ({ name: file, sha256, bytes: 0 })),
    source: { path, listing: set.listing },
  };
}
