/**
 * What a device has of the release that is to become live: files in staging, and sealed slots that are not live.
 * @module
 */
import { program } from "../../remote/program.ts";
import type { Listing } from "../../release.ts";
import text from "./staged.sh" with { type: "text" };
import { defineFact, LISTING_LINES, parseDigests } from "../fact.ts";

export interface Staged {
  /** Null if there is no staging folder for this release. */
  readonly staging: Listing | null;
  /** Files in staging that are none of the release's, by what they are, and have no second name: how many bytes each has. */
  readonly unfinished: ReadonlyMap<string, number>;
  /** Sealed slots of this release, other than the live one. */
  readonly slots: ReadonlyMap<string, Listing>;
  /** Files of the release that a backup has: `BACKUP/NAME`. */
  readonly backups: Listing;
}

const lookForStaged = program("staged", text, { takes: ["root", "release", "live"] });

export const staged = defineFact<Staged>({
  program: lookForStaged,
  timeout: 1800,
  lines: LISTING_LINES,
  args: ({ settings, release }) =>
    lookForStaged.args(
      { root: settings.deployPath, release: release?.id ?? "", live: settings.liveDir },
      release?.files.map((file) => file.sha256),
    ),
  parse: (output) => {
    let staging: Listing | null = null;
    let unfinished: Staged["unfinished"] = new Map();
    let backups: Listing = new Map();
    const slots = new Map<string, Listing>();
    for (const part of output.split(/^= /m).slice(1)) {
      const [head = "", ...lines] = part.split("\n");
      if (head === "unfinished") {
        unfinished = parseUnfinished(lines);
        continue;
      }
      const listing = parseDigests(lines);
      if (head === "staging") staging = listing;
      else if (head === "backups") backups = listing;
      else slots.set(head.replace(/^slot /, ""), listing);
    }
    return { staging, unfinished, slots, backups };
  },
});

/** "LINKS BYTES ./NAME": a file that has a second name may be part of the live set. */
function parseUnfinished(lines: readonly string[]): Map<string, number> {
  return new Map(lines.flatMap((line) => {
    const [, bytes = "", name = ""] = /^1 (\d+) \.\/(.+)$/.exec(line) ?? [];
    return name === "" ? [] : [[name, Number(bytes)] as const];
  }));
}
