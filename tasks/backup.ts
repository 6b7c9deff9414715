/**
 * Promises that the set which is live now can be had back: a complete copy of it under `backup/`, with digests that were compared, on the
 * disk. A copy that is cut short never shows under `backup/`. A failure leaves the live set and all earlier backups as they were.
 * `ok` when nothing will be replaced, or when the newest backup is the live set already; `skipped` when nothing is live.
 * @module
 */
import { device } from "../lib/facts/device.ts";
import { type Layout, layout } from "../lib/facts/releases/layout.ts";
import { type DeviceSet, live } from "../lib/facts/releases/live.ts";
import { type NewestBackup, newestBackup } from "../lib/facts/releases/newest_backup.ts";
import { backupName, holds, type Listing, type Release } from "../lib/release.ts";
import { program } from "../lib/remote/program.ts";
import { defineTask, type Plan } from "../lib/task.ts";
import text from "./backup.sh" with { type: "text" };

const copySet = program("backup", text, { takes: ["root", "live", "wanted", "rename"] });

export interface BackedUp {
  readonly layout: Layout;
  readonly live: DeviceSet | null;
  readonly newest: NewestBackup | null;
}

export const backup = defineTask({
  name: "backup",
  perSet: true,
  changes: [layout, newestBackup],
  observe: { device, layout, live, newest: newestBackup },
  plan: (observed, { settings, release, run }) => {
    const { live } = observed;
    const spared = whyNoBackup(observed, release);
    if (spared !== null) return spared;
    const drifted = live !== null && live.metadata !== null && live.faults.length > 0;
    return {
      status: "change",
      why: "the newest backup is not the live set",
      steps: [{
        title: "copy the live set to backup/",
        program: copySet,
        args: copySet.args({
          root: settings.deployPath,
          live: settings.liveDir,
          wanted: backupName(run.startedAt, drifted),
          rename: observed.device.rename,
        }),
        timeout: 1800,
      }],
    };
  },
});

/** What backup says where there is nothing to copy; null if there is. */
export function whyNoBackup({ layout, live, newest }: BackedUp, release: Release): Plan | null {
  if (live === null || live.listing.size === 0) {
    return { status: "skipped", detail: { reason: "nothing is live" } };
  }
  if (layout.slot !== null && holds(live.listing, release)) return { status: "ok" };
  // The set that is live was never confirmed: the run that switched to it has backed up the good one before it.
  if (layout.journal !== null) {
    return { status: "ok", detail: { reason: "the live set was never confirmed" } };
  }
  if (newest !== null && same(newest.listing, live.listing)) {
    return { status: "ok", detail: { backup: newest.backup } };
  }
  return null;
}

function same(a: Listing, b: Listing): boolean {
  return a.size === b.size && [...a].every(([name, sha256]) => b.get(name) === sha256);
}
