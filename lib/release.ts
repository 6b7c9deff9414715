/**
 * A release: one complete artifact set, known by the digest of its `metadata.json`, and where it lives on a device. Pure.
 *
 * Below `deploy_path` a device has
 * ```
 * artifacts_phase2 -> .lockstep/releases/4f1c09…   what the service reads (the live name)
 * backup/20261124T021945Z/                         complete former sets
 * .lockstep/releases/ID, .lockstep/releases/ID.b   sealed releases: verified and on the disk
 * .lockstep/staging/ID/                            a release that is being assembled
 * .lockstep/backups/20261124T021945Z               the digests of a backup, as it was when it was made
 * .lockstep/journal, lock, history                 the unfinished switch, the run at work, past deploys
 * ```
 * @module
 */

/** One file of a release. */
export interface ReleaseFile {
  /** Relative, `/` between folders. */
  readonly name: string;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  /** The file's size. */
  readonly bytes: number;
  /** The local file that has these bytes; absent if they are made, or if only the device has them (rollback). */
  readonly path?: string;
  /** Makes these bytes, which are in no local file: a template was rendered for the host. Throws if they are not the same any more. */
  readonly content?: () => Uint8Array;
}

/** The release to put live on a host. */
export interface Release {
  /** 16 hex digits, or another word if the set has no metadata.json (a backup from before us). */
  readonly id: string;
  /** `version` of its metadata.json, if it has one. */
  readonly version: string | null;
  /** In name order. */
  readonly files: readonly ReleaseFile[];
  /** The folder of the device that has these files, relative to `deploy_path`: a backup, for a rollback. */
  readonly source?: { readonly path: string; readonly listing: Listing };
}

/** How a person calls a release: its version if it has one. */
export function releaseName(release: Pick<Release, "id" | "version">): string {
  return release.version ?? release.id;
}

/** The folder of releases, relative to `deploy_path`. */
const RELEASES = ".lockstep/releases/";

/** What the live name links to when this slot is live. */
export function slotLink(slot: string): string {
  return RELEASES + slot;
}

/** The slot that a link points to; null if it is not one of ours. */
export function linkSlot(link: string): string | null {
  const slot = link.startsWith(RELEASES) ? link.slice(RELEASES.length) : "";
  return slot === "" || slot.includes("/") ? null : slot;
}

/** The id of the release in a slot. */
export function slotRelease(slot: string): string {
  return slot.replace(/\.b$/, "");
}

/**
 * The slot for a release: its id, or the second one if the first is live. A live slot is never written to: if its files have
 * drifted, the same release is put together again in the other and the live name is switched.
 */
export function freeSlot(id: string, live: string | null): string {
  return live === id ? `${id}.b` : id;
}

/** A release id from the sha256 of a metadata.json. */
export function releaseId(metadataSha256: string): string {
  return metadataSha256.slice(0, 16);
}

/** The name of a backup that is made now: UTC, sorts by time. */
export function backupName(now: Date, drifted: boolean): string {
  return now.toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "") + (drifted ? "-drifted" : "");
}

/** Whether a backup's name is a time: ours, or the form that the manual's scripts write. Only those are ever removed. */
export function isTimedBackup(name: string): boolean {
  return /^\d{8}T\d{6}Z(-\d+)?$|^\d{8}-\d{6}$/.test(name);
}

/** Whether a backup is of a set that had drifted from its own manifest when it was made: kept, but no good to go back to. */
export function isDriftedBackup(name: string): boolean {
  return /^\d{8}T\d{6}Z-drifted(-\d+)?$/.test(name);
}

/** Orders backups by the time in their names, and by the number behind it if a second had several. */
export function byTime(a: string, b: string): number {
  const key = (name: string): [string, number] => {
    const [, day = "", time = "", n = "1"] = /^(\d{8})[T-](\d{6})Z?(?:-drifted)?(?:-(\d+))?$/.exec(name) ??
      [];
    return [day + time, Number(n)];
  };
  const [whenA, nA] = key(a);
  const [whenB, nB] = key(b);
  return whenA < whenB ? -1 : whenA > whenB ? 1 : nA - nB;
}

/** Backups that are past `keep`, oldest first. Drifted sets are counted apart, so that they never push a good one out. */
export function expiredBackups(names: readonly string[], keep: number): string[] {
  const past = (kind: string[]): string[] => kind.sort(byTime).slice(0, Math.max(0, kind.length - keep));
  return [...past(names.filter(isTimedBackup)), ...past(names.filter(isDriftedBackup))].sort(byTime);
}

/** Which files a device has in one folder: name → sha256. */
export type Listing = ReadonlyMap<string, string>;

/** Whether a folder has every file of a release with the right digest. Further files do not matter. */
export function holds(listing: Listing, release: Release): boolean {
  return release.files.every((file) => listing.get(file.name) === file.sha256);
}

/** Whether a folder has every file of a release with the right digest, and no other. */
export function isExactly(listing: Listing, release: Release): boolean {
  return listing.size === release.files.length && holds(listing, release);
}

/** The first difference between a release and a folder that should hold it, in words; null if there is none. */
export function difference(listing: Listing, release: Release): string | null {
  for (const { name, sha256 } of release.files) {
    const found = listing.get(name);
    if (found === undefined) return `${name} is missing`;
    if (found !== sha256) return `${name}: expected ${sha256}, found ${found}`;
  }
  return null;
}

/** How the files of a release get into its staging folder. */
export interface Transfer {
  /** Files that the device has somewhere: `from` is relative to `deploy_path`. */
  readonly take: readonly { readonly from: string; readonly name: string }[];
  /** Files that have to be sent. */
  readonly send: readonly ReleaseFile[];
}

/**
 * Finds for every file of a release that staging does not hold yet another place on the device with the same digest, whatever its name
 * there; what is nowhere is sent. `folders` are tried in order.
 */
export function planTransfer(
  release: Release,
  staged: Listing,
  folders: readonly { readonly path: string; readonly listing: Listing }[],
): Transfer {
  const places = new Map<string, string>();
  for (const { path, listing } of folders) {
    for (const [name, sha256] of listing) if (!places.has(sha256)) places.set(sha256, `${path}/${name}`);
  }
  const take: { from: string; name: string }[] = [];
  const send: ReleaseFile[] = [];
  for (const file of release.files) {
    if (staged.get(file.name) === file.sha256) continue;
    const from = places.get(file.sha256);
    if (from === undefined) send.push(file);
    else take.push({ from, name: file.name });
  }
  return { take, send };
}
