/**
 * Promises that what is live on the host is whole: every file that its own metadata.json lists is there with that digest; and, where there
 * is a local set, that it is that set. It reads only. `ok` when so.
 * @module
 */
import { firstOf } from "../lib/plain/left_out.ts";
import { layout } from "../lib/facts/releases/layout.ts";
import { live } from "../lib/facts/releases/live.ts";
import { type Release, releaseName } from "../lib/release.ts";
import type { HostSettings } from "../lib/settings/mod.ts";
import { defineTask } from "../lib/task.ts";

/** Compares with the local set, too, where there is one: `local` tells what it comes to for a host. */
export function verifyRemote(local: (host: HostSettings) => Release | undefined) {
  return defineTask({
    name: "verify-remote",
    perSet: true,
    action: () => "verify the live set",
    observe: { layout, live },
    plan: ({ layout, live }, { settings }) => {
      if (live === null) {
        const found = layout.broken
          ? `${settings.liveDir} is a broken link`
          : `there is no ${settings.liveDir} under ${settings.deployPath}`;
        return { status: "failed", failure: { kind: "not-found", evidence: found, next: "deploy a set" } };
      }
      const detail = {
        release: live.id,
        version: live.version,
        files: live.listing.size,
        unlisted: live.unlisted,
      };
      if (live.faults.length > 0) {
        const next = "deploy again to repair it, or roll back";
        return {
          status: "failed",
          detail,
          failure: { kind: "mismatch", evidence: firstOf(live.faults, 100, "faults").join("\n"), next },
        };
      }
      const wanted = local(settings);
      if (wanted !== undefined && live.id !== wanted.id) {
        const evidence = `${live.version ?? "a set"} (${live.id}) is live and whole, but the local set is ${
          releaseName(wanted)
        } (${wanted.id})`;
        return {
          status: "failed",
          detail,
          failure: {
            kind: "mismatch",
            evidence,
            next: "deploy the local set, or choose another with --artifacts",
          },
        };
      }
      return { status: "ok", detail };
    },
  });
}
