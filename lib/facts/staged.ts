/**
 * What a device has of the release that is to become live: files in staging, and sealed slots that are not live.
 * @module
 */
import { program } from "../remote/program.ts";
import type { Listing } from "../release.ts";
import text from "./staged.sh" with { type: "text" };
import { defineFact, parseDigests } from "./fact.ts";

export interface Staged {
  /** Null where there is no staging folder for this release. */
  readonly staging: Listing | null;
  /** Sealed slots of this release, other than the live one. */
  readonly slots: ReadonlyMap<string, Listing>;
  /** Files of the release that a backup has: `BACKUP/NAME`. */
  readonly backups: Listing;
}

export const staged = defineFact<Staged>({
  program: program("staged", text),
  timeout: 1800,
  args: (
    { settings, release },
  ) => [
    settings.deployPath,
    release?.id ?? "",
    settings.liveDir,
    ...release?.files.map((file) => file.sha256) ?? [],
  ],
  parse: (output) => {
    let staging: Listing | null = null;
    let backups: Listing = new Map();
    const slots = new Map<string, Listing>();
    for (const part of output.split(/^= /m).slice(1)) {
      const [head = "", ...lines] = part.split("\n");
      const listing = parseDigests(lines);
      if (head === "staging") staging = listing;
      else if (head === "backups") backups = listing;
      else slots.set(head.replace(/^slot /, ""), listing);
    }
    return { staging, slots, backups };
  },
});
