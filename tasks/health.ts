/**
 * Promises that the service is well on the set that is live: ready within `health_attempts`, its health JSON and the matching metrics kept
 * in the report. Then it confirms the release: the device's journal is closed, its history written, releases that are not live and backups
 * past `keep_backups` removed. A failure leaves the release unconfirmed, and the run brings the old set back.
 * A device that an earlier run has armed, and never switched, is disarmed: it has nothing to restore.
 * `ok` when the service is well and nothing is unconfirmed or armed; `skipped` where no health URL is set.
 *
 * Where the device knows no such service, and nothing answered before the switch either, there is nothing to ask: that is reported.
 * @module
 */
import { markLine } from "../lib/facts/releases/failed_mark.ts";
import { type Health, health as healthFact, ready, urlOf } from "../lib/facts/health.ts";
import { history } from "../lib/facts/releases/history.ts";
import { type Layout, layout } from "../lib/facts/releases/layout.ts";
import { type Service, service } from "../lib/facts/service.ts";
import { expiredBackups, linkSlot, releaseName, slotRelease } from "../lib/release.ts";
import { program } from "../lib/remote/program.ts";
import { defineTask, type Detail, type ObservedHost, type Step, type TaskHost } from "../lib/task.ts";
import { backup } from "./backup.ts";
import { withdrawSwitch } from "./commit/commit.ts";
import text from "./health_confirm.sh" with { type: "text" };

const confirm = program("confirm", text, {
  takes: ["root", "live", "entry", "failed", "mark", "well"],
});

const NOT_WELL = "nothing was changed; look at the service itself: its log on the device has more";

interface Observed {
  readonly layout: Layout;
  readonly health: Health | null;
  /** Why the service was not asked. */
  readonly notAsked: string | null;
  /** The device was not told in time, and has gone back from the release by itself. */
  readonly goneBack: boolean;
}

export const health = defineTask<Observed>({
  name: "health",
  perSet: true,
  confirms: true,
  changes: [layout],
  next: (host) => host.switched ? undefined : NOT_WELL,
  action: ({ settings }) => `confirm that ${settings.service || "the service"} is healthy`,
  observe: async (host) => {
    const layoutFact = await host.look(layout);
    const goneBack = await hasGoneBack(layoutFact, host);
    const notAsked = await whyNotAsked(host);
    // The set that is live again has its service restarted by the device; what that says is no word on the release.
    const answer = notAsked === null && !goneBack ? await host.look(healthFact) : null;
    return { layout: layoutFact, health: answer, notAsked, goneBack };
  },
  plan: ({ layout, health, notAsked, goneBack }, host) => {
    if (goneBack) {
      return {
        status: "failed",
        failure: {
          kind: "timeout",
          evidence:
            "the release was not confirmed in time (confirm_timeout), and the device has brought the old set back by itself",
          next: "set confirm_timeout to more seconds than restart and health take together",
        },
      };
    }
    const detail: Detail = health === null
      ? { reason: notAsked }
      : { health: health.health, metrics: health.metrics, attempts: health.attempts };
    const due = layout.journal !== null || (host.run.dryRun && host.switched);
    // Once the other sets of the host are well, too, it is asked to confirm.
    if (due && host.holds === true) return { status: "ok", detail };
    if (due) {
      return {
        status: "change",
        why: "the release is not confirmed",
        steps: [confirmStep(layout, host)],
        detail,
      };
    }
    if (layout.armed !== null) {
      const title = `disarm the device, which run ${layout.armed.run} armed and never switched`;
      const args = withdrawSwitch.args({ root: host.settings.deployPath });
      return {
        status: "change",
        why: "the device is still armed",
        steps: [{ title, program: withdrawSwitch, args }],
        detail,
      };
    }
    return { status: health === null ? "skipped" : "ok", detail };
  },
});

/** Asks the service and nothing else: the `health-check` command. */
export const healthCheck = defineTask<{ health: Health | null }>({
  name: "health",
  perSet: true,
  next: () => NOT_WELL,
  action: ({ settings }) => `confirm that ${settings.service || "the service"} is healthy`,
  observe: async (host) => ({ health: host.settings.healthUrl === "" ? null : await host.look(healthFact) }),
  plan: ({ health }) =>
    health === null ? { status: "skipped", detail: { reason: "no health_url" } } : {
      status: "ok",
      detail: { health: health.health, metrics: health.metrics, attempts: health.attempts },
    },
});

/**
 * Where another set than the release is live, nothing is unconfirmed, and the last thing that happened is that the device has gone back from
 * this very release, it was this run that came too late: it has put the release live, or found it there.
 */
async function hasGoneBack({ journal, slot }: Layout, host: ObservedHost): Promise<boolean> {
  if (host.undo !== null || host.run.dryRun || journal !== null) return false;
  if (slot !== null && slotRelease(slot) === host.release.id) return false;
  const last = await host.look(history);
  return last?.event === "restored" && last.previous !== null &&
    slotRelease(last.previous) === host.release.id;
}

async function whyNotAsked(host: ObservedHost): Promise<string | null> {
  const { settings, run } = host;
  if (settings.healthUrl === "") return "no health_url";
  // The set that would be live is not: what answers now says nothing of it.
  if (run.dryRun && host.switched) {
    return `asked at ${urlOf(settings, settings.healthReady)} after the restart`;
  }
  if (settings.service === "") return null;
  const { known }: Service = await host.look(service);
  // Asked before the switch (see preflight) and kept: a service that answered then must answer now, no matter who starts it.
  if (!known && !(await host.look(ready))) {
    return `the device does not know the service ${settings.service}, and nothing answers at ${
      urlOf(settings, settings.healthReady)
    }`;
  }
  return null;
}

function confirmStep(layout: Layout, host: TaskHost): Step {
  const { settings, run, release, undo } = host;
  // In a dry run the backup that would be made now is not there yet.
  const coming = run.dryRun && host.changed(backup) ? ["99991231T235959Z"] : [];
  // The backup that a failed deploy has made is no reason to remove an earlier one: the set in it is live again.
  const expired = undo === null ? expiredBackups([...layout.backups, ...coming], settings.keepBackups) : [];
  const blamed = undo === null ? null : host.blamed;
  const undone = undo === null ? null : linkSlot(undo);
  const entry = {
    at: run.startedAt.toISOString(),
    run: run.id,
    event: undo === null ? run.command : "rolled_back",
    release: undo === null ? release.id : undone === null ? undo : slotRelease(undone),
    version: undo === null ? release.version : null,
    previous: layout.journal?.previous ?? null,
  };
  const name = undo === null ? releaseName(release) : "the old set";
  const removing = expired.length === 0
    ? ""
    : `, remove ${expired.length} of the oldest backups (keep_backups ${settings.keepBackups})`;
  return {
    title: `confirm ${name}${
      settings.healthUrl === "" ? "" : ` once ${settings.healthReady} answers`
    }${removing}`,
    program: confirm,
    args: confirm.args({
      root: settings.deployPath,
      live: settings.liveDir,
      entry: JSON.stringify(entry),
      failed: blamed === null ? "" : release.id,
      mark: blamed === null ? "" : markLine({ at: entry.at, run: run.id, fault: blamed }),
      well: undo === null ? release.id : "",
    }, expired),
  };
}
