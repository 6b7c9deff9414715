/**
 * What lies under a device's deploy path: the live name, releases, backups, and the journal of an unfinished run.
 * @module
 */
import { program } from "../../remote/program.ts";
import { byTime, linkSlot } from "../../release.ts";
import text from "./layout.sh" with { type: "text" };
import { defineFact, Fields } from "../fact.ts";
import { type FailedHere, parseFailed } from "./failed_mark.ts";
import { type Journal, parseJournal } from "./journal.ts";

export interface Layout {
  /** Whether the deploy path is a folder (`present`), is not there, or is something else. */
  readonly root: "present" | "absent" | "other";
  /** The deploy path, or the nearest folder above it that exists. */
  readonly near: string;
  readonly writable: boolean;
  /** Folders of ours that the user cannot write in. */
  readonly unwritable: readonly string[];
  /** What the live name is. */
  readonly live: "absent" | "link" | "dir" | "other";
  /** What the live name links to, where it is a link. */
  readonly target: string | null;
  /** The folder that it leads to in the end, relative to the deploy path where it is below; null where it leads nowhere. */
  readonly resolved: string | null;
  /** The slot of ours that is live. */
  readonly slot: string | null;
  /** The live link leads nowhere. */
  readonly broken: boolean;
  /** The live folder is another filesystem than the deploy path. */
  readonly mounted: boolean;
  readonly journal: Journal | null;
  /** The device will restore itself: in how many seconds, unless that run is confirmed. Past that, it was kept from it (a reboot). */
  readonly armed: { readonly run: string; readonly seconds: number } | null;
  /** Releases that failed here. */
  readonly failed: readonly FailedHere[];
  /** Half-made links and files of ours. */
  readonly leftovers: readonly string[];
  readonly releases: readonly string[];
  readonly staging: readonly string[];
  /** Names, oldest first. */
  readonly backups: readonly string[];
}

/** "RUN SECONDS". */
function parseArmed(text: string): Layout["armed"] {
  const [run = "", seconds = ""] = text.split(" ");
  return run === "" || !/^-?\d+$/.test(seconds) ? null : { run, seconds: Number(seconds) };
}

const lookAtLayout = program("layout", text, { takes: ["root", "live"] });

export const layout = defineFact<Layout>({
  program: lookAtLayout,
  args: ({ settings }) => lookAtLayout.args({ root: settings.deployPath, live: settings.liveDir }),
  parse: (output) => {
    const fields = new Fields(output);
    const target = fields.all("target")[0] ?? null;
    const resolved = fields.all("resolved")[0] ?? null;
    return {
      root: fields.get("root") as Layout["root"],
      near: fields.get("near"),
      writable: fields.get("writable") === "yes",
      unwritable: fields.all("unwritable"),
      live: (fields.get("live") || "absent") as Layout["live"],
      target,
      resolved,
      slot: resolved === null ? null : linkSlot(resolved),
      broken: fields.get("broken") === "yes",
      mounted: fields.get("mounted") === "yes",
      journal: parseJournal(fields.all("journal")),
      armed: parseArmed(fields.get("armed")),
      failed: fields.all("failed").map(parseFailed),
      leftovers: fields.all("leftover"),
      releases: fields.all("release"),
      staging: fields.all("staging"),
      backups: fields.all("backup").toSorted(byTime),
    };
  },
});
