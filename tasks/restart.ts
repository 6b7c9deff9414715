/**
 * Promises that the service runs on the set that is live: stopped, started, active within `restart_timeout`, and still active, in the same
 * process, `restart_settle` seconds later. A failure has the service's journal of the last two minutes with it; the release is not
 * confirmed, and the run brings the old set back. `ok` when the service runs and has been restarted since the last switch: nothing is
 * restarted where nothing changed. `skipped` where there is no service, or none that the device knows: that is reported, not fatal.
 * @module
 */
import { layout } from "../lib/facts/layout.ts";
import { type Service, service } from "../lib/facts/service.ts";
import type { HostSettings } from "../lib/settings/mod.ts";
import { program } from "../lib/remote/program.ts";
import { defineTask } from "../lib/task.ts";
import text from "./restart.sh" with { type: "text" };
import controlText from "./service_control.sh" with { type: "text" };

/** The program that restarts the service, also for the device to run by itself (see commit). */
export const restartText = `${controlText}\n${text}`;

const restartService = program("restart", restartText);

/** What that program takes. */
export function restartArgs(settings: HostSettings, { manager, may }: Service): string[] {
  return [
    settings.deployPath,
    manager,
    settings.service,
    settings.restartCommand,
    String(settings.restartTimeout),
    String(settings.restartSettle),
    may,
  ];
}

export const restart = defineTask({
  name: "restart",
  changes: [layout, service],
  action: ({ settings }) => `restart ${settings.service || "the service"}`,
  observe: { layout, service },
  plan: ({ layout, service }, { settings, run, switched }) => {
    if (service.manager === "none" && settings.service === "") {
      return { status: "skipped", detail: { reason: "no service" } };
    }
    if (!service.known) {
      return {
        status: "skipped",
        detail: { reason: `the device knows no service ${settings.service}: manual start required` },
      };
    }
    const due = layout.journal !== null ? !layout.journal.restarted : run.dryRun && switched;
    const detail = { manager: service.manager, active: service.active };
    if (!due && service.active !== false) return { status: "ok", detail };
    return {
      status: "change",
      why: due ? "the service still runs on the former set" : "the service is not active",
      steps: [{
        title: service.manager === "command"
          ? "run restart_command"
          : `restart ${settings.service} (${service.manager})`,
        program: restartService,
        args: restartArgs(settings, service),
        // Stopping may take as long as starting.
        timeout: 2 * settings.restartTimeout + settings.restartSettle + 60,
        waits: 2 * settings.restartTimeout + settings.restartSettle,
      }],
    };
  },
});
