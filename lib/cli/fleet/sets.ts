/**
 * The local artifact sets of hosts, and what should be said about them.
 * @module
 */
import process from "node:process";
import { isAbsolute, relative } from "@std/path";
import type { Host } from "../../ansible/mod.ts";
import { type Problem, UsageError } from "../../errors.ts";
import type { ArtifactsSummary } from "../../events.ts";
import {
  type ArtifactSet,
  type LinkOptions,
  type OutsideLink,
  readArtifactSet,
  type Releases,
  releasesOf,
} from "../../manifest.ts";
import { append } from "../../plain/append.ts";
import { oneLine } from "../../plain/printable.ts";
import type { HostSettings } from "../../settings/mod.ts";
import { setsOf } from "../../sets/sets_of.ts";

/** The local sets of hosts, and the release of each host. */
export interface LocalReleases {
  /** By folder. */
  readonly sets: ReadonlyMap<string, ArtifactSet>;
  readonly releases: Releases;
  /** One for each set, for the run's record. */
  readonly artifacts: readonly ArtifactsSummary[];
}

/**
 * Reads the sets of hosts, whose settings are `settings`, from the folders that are `wanted`, and renders their templates. Throws a UsageError
 * with everything that is wrong with any set, or any template.
 */
export async function readReleases(
  settings: readonly HostSettings[],
  hosts: readonly Host[],
  options: LinkOptions = {},
  wanted: (dir: string) => boolean = () => true,
): Promise<LocalReleases> {
  const all = settings.flatMap(setsOf);
  const sets = await readSets(all.map(({ artifactsDir }) => artifactsDir).filter(wanted), options);
  const releases = releasesOf(sets, all, hosts, process.cwd());
  return {
    sets,
    releases,
    artifacts: [...sets].map(([dir, set]) => summaryOf(set, releases.rendered(dir))),
  };
}

/** The files that the manifest lists; metadata.json, which travels with them, is not one of them. */
function summaryOf(
  { id, version, files }: ArtifactSet,
  rendered: ArtifactsSummary["rendered"],
): ArtifactsSummary {
  const listed = files.filter((file) => file.name !== "metadata.json");
  const bytes = listed.reduce((sum, file) => sum + file.bytes, 0);
  return { id, version, files: listed.length, bytes, ...(rendered === undefined ? {} : { rendered }) };
}

/** The local set of each folder that the hosts name, each read once. Throws a UsageError with everything that is wrong with any. */
export async function readSets(
  dirs: Iterable<string>,
  options: LinkOptions = {},
): Promise<Map<string, ArtifactSet>> {
  const sets = new Map<string, ArtifactSet>();
  const problems: Problem[] = [];
  for (const dir of new Set(dirs)) {
    try {
      sets.set(dir, await readArtifactSet(shortest(dir), options));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      append(problems, error.problems);
    }
  }
  if (problems.length > 0) throw new UsageError(problems);
  return sets;
}

/** A folder as a person would write it: relative, where it is below the current one. */
function shortest(dir: string): string {
  const path = relative(process.cwd(), dir);
  return path === "" ? "." : path.startsWith("..") || isAbsolute(path) ? dir : path;
}

/** What should be said about sets: which files stay here, because the manifest does not list them; which come from outside the folder. */
export function setWarnings(sets: Iterable<ArtifactSet>): string[] {
  const all = [...sets];
  return [...unlistedWarnings(all), ...all.flatMap((set) => linkWarnings(set.dir, set.outside ?? []))];
}

/** What the manifest does not list and therefore stays here. */
export function unlistedWarnings(sets: Iterable<ArtifactSet>): string[] {
  return [...sets].filter((set) => set.unlisted.length > 0)
    .map((set) =>
      `not listed in ${set.dir}/metadata.json, so not deployed: ${set.unlisted.map(oneLine).join(", ")}`
    );
}

/** Each link that was followed out of a set's folder. */
export function linkWarnings(dir: string, links: readonly OutsideLink[]): string[] {
  if (links.length === 0) return [];
  const shown = links.map(({ name, target }) => `${oneLine(name)} -> ${oneLine(target)}`).join(", ");
  return [`taken from outside ${dir} through links (--follow-links): ${shown}`];
}
