/**
 * A set that a device has: the live one, or a backup.
 * @module
 */
import { firstOf } from "../../plain/left_out.ts";
import { program } from "../../remote/program.ts";
import { parseManifest } from "../../manifest.ts";
import { type Listing, releaseId } from "../../release.ts";
import text from "./live.sh" with { type: "text" };
import { defineFact, type Fact, LISTING_LINES, parseDigests } from "../fact.ts";

export interface DeviceSet {
  /** Every regular file with its digest as it is now. */
  readonly listing: Listing;
  readonly kib: number;
  /** The text of its metadata.json; null if it has none. */
  readonly metadata: string | null;
  /** Its release id; null if it has no metadata.json. */
  readonly id: string | null;
  readonly version: string | null;
  /**
   * What its own metadata.json says of each file, where the files do not agree: in words, and past some of them how many more. Empty where
   * the set is whole.
   */
  readonly faults: readonly string[];
  /** Files that its metadata.json does not list. */
  readonly unlisted: readonly string[];
}

const readSet = program("live", text, { takes: ["root", "place"] });

/** The live set; null if nothing is live. */
export const live = defineFact<DeviceSet | null>({
  program: readSet,
  timeout: 1800,
  lines: LISTING_LINES,
  args: ({ settings }) => readSet.args({ root: settings.deployPath, place: settings.liveDir }),
  parse: parseSet,
});

/** A backup, by its name; null if there is none. */
export function backupSet(name: string): Fact<DeviceSet | null> {
  return defineFact({
    ...live,
    args: ({ settings }) => readSet.args({ root: settings.deployPath, place: `backup/${name}` }),
  });
}

/** Faults that are kept of a set. */
const FAULTS = 1000;

/** Pure: what live.sh printed. */
export function parseSet(output: string): DeviceSet | null {
  if (!output.startsWith("= files\n")) return null;
  const cut = output.indexOf("\n= metadata\n");
  const head = (cut < 0 ? output : output.slice(0, cut)).split("\n");
  const listing = parseDigests(head);
  const metadata = cut < 0 ? null : output.slice(cut + "\n= metadata\n".length);
  const kib = Number(head.find((line) => line.startsWith("= kib "))?.slice(6) ?? 0);
  const digest = listing.get("metadata.json");
  const set = { listing, kib, metadata, id: digest === undefined ? null : releaseId(digest) };
  if (metadata === null) return { ...set, version: null, faults: ["metadata.json is missing"], unlisted: [] };
  const manifest = parseManifest(metadata, "metadata.json");
  const faults = manifest.problems.map((problem) =>
    `metadata.json: ${problem.path === undefined ? "" : `${problem.path}: `}${problem.message}`
  );
  for (const [name, sha256] of manifest.entries) {
    const found = listing.get(name);
    if (found === undefined) faults.push(`${name} is missing`);
    else if (found !== sha256) faults.push(`${name}: expected ${sha256}, found ${found}`);
  }
  const unlisted = [...listing.keys()].filter((name) =>
    name !== "metadata.json" && !manifest.entries.has(name)
  ).sort();
  return { ...set, version: manifest.version, faults: firstOf(faults, FAULTS, "faults"), unlisted };
}
