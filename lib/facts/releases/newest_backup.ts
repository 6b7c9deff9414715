/**
 * The newest backup as it was when it was made: what tells whether the live set is backed up already, and whether the backup is still whole.
 * @module
 */
import type { Listing } from "../../release.ts";
import { program } from "../../remote/program.ts";
import { defineFact, Fields, LISTING_LINES, parseDigests } from "../fact.ts";
import text from "./newest_backup.sh" with { type: "text" };

export interface NewestBackup {
  readonly backup: string;
  readonly listing: Listing;
}

const readNewest = program("newest_backup", text, { takes: ["root"] });

/** Null if there is none, or none of ours. */
export const newestBackup = defineFact<NewestBackup | null>({
  program: readNewest,
  lines: LISTING_LINES,
  args: ({ settings }) => readNewest.args({ root: settings.deployPath }),
  parse: (output) => {
    const backup = new Fields(output).get("backup");
    return backup === "" ? null : { backup, listing: parseDigests(output.split("\n")) };
  },
});
