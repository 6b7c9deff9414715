/**
 * Promises that the staged release is exactly what the manifest says, file by file and digest by digest as the device itself reads them, that
 * it is on the disk, and that nobody writes to it any more: only then it is sealed, by one rename into `.lockstep/releases/`.
 * A failure leaves the live set as it was. `ok` when the release is live or sealed already.
 * @module
 */
import { layout } from "../lib/facts/releases/layout.ts";
import { live } from "../lib/facts/releases/live.ts";
import { staged } from "../lib/facts/releases/staged.ts";
import { difference, freeSlot, holds, isExactly, releaseName } from "../lib/release.ts";
import { program } from "../lib/remote/program.ts";
import { defineTask } from "../lib/task.ts";
import { stage } from "./stage/stage.ts";
import text from "./verify.sh" with { type: "text" };

const seal = program("seal", text, { takes: ["root", "release", "new_slot", "live"] });

export const verify = defineTask({
  name: "verify",
  perSet: true,
  changes: [layout],
  action: ({ release }) => `verify ${releaseName(release)}`,
  observe: { layout, live, staged },
  plan: ({ layout, live, staged }, { settings, release, run, changed }) => {
    const detail = { files: release.files.map((file) => file.name) };
    if (layout.slot !== null && live !== null && holds(live.listing, release)) {
      return { status: "ok", detail };
    }
    const slot = freeSlot(release.id, layout.slot);
    const pending = layout.staging.includes(release.id);
    // What was staged is what is sealed: it was looked at in staging, and need not be read again.
    const listing = staged.staging ?? staged.slots.get(slot) ?? null;
    const willBeStaged = run.dryRun && changed(stage);
    if (!willBeStaged) {
      const found = listing === null ? "the release is not staged" : difference(listing, release);
      if (found !== null || listing === null) {
        return {
          status: "failed",
          failure: {
            kind: "mismatch",
            evidence: found ?? "",
            next: "the live set is untouched; deploy again: files that arrived whole are kept",
          },
        };
      }
      if (!isExactly(listing, release)) {
        return {
          status: "failed",
          failure: {
            kind: "mismatch",
            evidence: "staging has files that are not part of the release",
            next: "the live set is untouched; run cleanup",
          },
        };
      }
      if (!pending && layout.releases.includes(slot)) return { status: "ok", detail };
    }
    return {
      status: "change",
      why: "the release is not sealed",
      detail,
      steps: [{
        title: `seal ${releaseName(release)}: every digest verified, synced to disk`,
        program: seal,
        args: seal.args({
          root: settings.deployPath,
          release: release.id,
          new_slot: slot,
          live: settings.liveDir,
        }),
      }],
    };
  },
});
