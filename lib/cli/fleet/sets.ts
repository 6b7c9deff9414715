/**
 * The local artifact sets of hosts, and what is to be said of them.
 * @module
 */
import process from "node:process";
import { isAbsolute, relative } from "@std/path";
import { type Problem, UsageError } from "../../errors.ts";
import { type ArtifactSet, type LinkOptions, type OutsideLink, readArtifactSet } from "../../manifest.ts";
import { append } from "../../plain/append.ts";
import { oneLine } from "../../plain/printable.ts";

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

/** What is to be said of sets: which files stay here, because the manifest does not list them; which come from outside the folder. */
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
