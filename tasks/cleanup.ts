/**
 * Promises that only what is needed is left: staging folders, releases and half-made links of interrupted runs, and backups past
 * `keep_backups` are removed. The live set, the set that an unfinished run would go back to, the newest backups and backups with a name of
 * the user's own are never touched. A failure leaves some of the leftovers. `ok` when there are none.
 * @module
 */
import { boundary } from "../lib/facts/boundary.ts";
import { device } from "../lib/facts/device.ts";
import { refuseForeign } from "../lib/facts/releases/foreign.ts";
import { type Layout, layout } from "../lib/facts/releases/layout.ts";
import { expiredBackups, slotLink } from "../lib/release.ts";
import { program } from "../lib/remote/program.ts";
import { defineTask } from "../lib/task.ts";
import text from "./cleanup.sh" with { type: "text" };

const removePaths = program("cleanup", text, { takes: ["root", "live"] });

export const cleanup = defineTask({
  name: "cleanup",
  perSet: true,
  changes: [layout],
  observe: { layout, device, boundary },
  plan: ({ layout, device, boundary }, { settings }) => {
    const [failure] = refuseForeign(boundary, device.user, settings.deployPath);
    if (failure !== undefined) return { status: "failed", failure };
    const expired = expiredBackups(layout.backups, settings.keepBackups).map((name) => `backup/${name}`);
    // A backup that was made live by hand is the live set.
    const paths = [...leftoversOf(layout), ...expired.filter((path) => path !== layout.resolved)];
    const unfinished = layout.journal === null ? {} : {
      warning: `run ${layout.journal.run} is not confirmed: deploy again or roll back to settle it`,
    };
    if (paths.length === 0) return { status: "ok", ...unfinished };
    return {
      status: "change",
      why: `${paths[0]} is still there`,
      steps: [{
        title: `remove ${paths.join(", ")}`,
        program: removePaths,
        args: removePaths.args({ root: settings.deployPath, live: settings.liveDir }, paths),
        timeout: 1800,
      }],
      ...unfinished,
    };
  },
});

/** What interrupted runs left behind and nothing needs any more: paths under `deploy_path`. */
export function leftoversOf({ journal, target, resolved, leftovers, staging, releases }: Layout): string[] {
  const needed = new Set([resolved, target, journal?.previous, journal?.release]);
  return [
    ...leftovers,
    ...staging.map((name) => `.lockstep/staging/${name}`),
    ...releases.map(slotLink).filter((path) => !needed.has(path)),
  ];
}
