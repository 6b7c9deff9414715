/**
 * What runs where: hosts counted by the release that is live on them.
 * @module
 */
import type { Event } from "../../events.ts";

/** One release, and on how many hosts it is live. */
export interface ReleaseCount {
  /** null if nothing is live, or what is live is not known. */
  readonly release: string | null;
  /** null if it has none, or it is not known. */
  readonly version: string | null;
  readonly hosts: number;
}

/** Notes the versions of releases that an event tells: the run's own sets, and whatever a task found with its version. */
export function noteVersions(versions: Map<string, string>, event: Event): void {
  if (event.type === "run-started") {
    for (const { id, version, rendered = {} } of event.artifacts) {
      if (version !== null) {
        for (const one of [id, ...Object.values(rendered)]) versions.set(one, version);
      }
    }
  }
  if (event.type === "task-finished") {
    const { release, version } = event.detail ?? {};
    if (typeof release === "string" && typeof version === "string") versions.set(release, version);
  }
}

/** The release on most hosts first; null last. `versions` has those that are known, by release. */
export function countReleases(
  hosts: Iterable<{ readonly release: string | null; readonly sets?: readonly { release: string | null }[] }>,
  versions: ReadonlyMap<string, string>,
): ReleaseCount[] {
  const counts = new Map<string | null, number>();
  // A host with several sets counts for the release of each.
  for (const host of hosts) {
    for (const { release } of host.sets ?? [host]) counts.set(release, (counts.get(release) ?? 0) + 1);
  }
  return [...counts]
    .map(([release, hosts]) => ({
      release,
      version: release === null ? null : versions.get(release) ?? null,
      hosts,
    }))
    .sort((a, b) => Number(a.release === null) - Number(b.release === null) || b.hosts - a.hosts);
}
