/**
 * Promises that the service runs on the set that is live: stopped, started, active within `restart_timeout`, and still active, in the same
 * process, `restart_settle` seconds later. A failure has the service's journal of the last two minutes with it; the release is not
 * confirmed, and the run brings the old set back. `ok` when the service runs and has been restarted since the last switch: nothing is
 * restarted where nothing changed. `skipped` where there is no service, or none that the device knows: that is reported, not fatal. One that
 * the device knows and nobody can restart (masked, say) is a failure.
 * @module
 */
import type { Journal } from "../../lib/facts/releases/journal.ts";
import { layout } from "../../lib/facts/releases/layout.ts";
import { commandsOf, type Service, service, type Unfit } from "../../lib/facts/service.ts";
import { program } from "../../lib/remote/program.ts";
import { forEachManager, type FoundManager } from "../../lib/service_managers/mod.ts";
import { defineTask, type Refusal } from "../../lib/task.ts";
import text from "./restart.sh" with { type: "text" };
import { CONTROL_TAKES, controlTexts, controlValues } from "./service_control.ts";

/** What restarts a service, by its manager; also for the device to run by itself (see commit). */
export const restartTexts: Readonly<Record<FoundManager, string>> = forEachManager((_, manager) =>
  `${controlTexts[manager]}\n${text}`
);

const restartPrograms = forEachManager((_, manager) =>
  program("restart", restartTexts[manager], { takes: CONTROL_TAKES })
);

/** Why nobody can restart the service on this device, and what mends that; null if somebody can. */
export function whyUnfit({ unit, unfit }: Service): (Refusal & { readonly next: string }) | null {
  if (unfit === null) return null;
  const [evidence, next] = unfitWords(unfit, unit);
  return { kind: "unsuitable", evidence, next };
}

function unfitWords(unfit: Unfit, unit: string): [evidence: string, next: string] {
  const name = unit.includes(".") ? unit : `${unit}.service`;
  switch (unfit) {
    case "masked":
      return [
        `${unit} is masked on the device, so it cannot be started`,
        `on the device: systemctl unmask ${unit}; or correct "service" ("" to restart nothing)`,
      ];
    case "unreadable":
      return [
        `systemd cannot read the unit ${unit}, so it cannot be started`,
        `on the device: systemd-analyze verify ${name} shows what is wrong in it`,
      ];
    case "no-start":
      return [
        `${unit} cannot be started manually: its unit refuses that, or has nothing to start`,
        'name the unit that starts it as "service" (its socket, its timer, or the unit that needs it)',
      ];
    case "no-stop":
      return [
        `${unit} cannot be stopped manually: its unit refuses that (RefuseManualStop)`,
        'name the unit that stops and starts it as "service"',
      ];
    case "template":
      return [
        `${unit} is a template: only its instances can be started`,
        `name an instance as "service": ${unit.replace("@", "@INSTANCE")}`,
      ];
    case "silent":
      return [
        "systemd does not answer, so no service can be restarted",
        "look at the device: systemctl status; a reboot may help",
      ];
  }
}

/** Whether the service is still the very process that ran on the old set before the switch: it does not notice that it was there and back. */
function neverStopped({ release, previous, serving }: Journal, { start }: Service): boolean {
  return release === previous && serving !== "" && serving === start;
}

export const restart = defineTask({
  name: "restart",
  perSet: true,
  changes: [layout, service],
  action: ({ settings }) => `restart ${settings.service || "the service"}`,
  observe: { layout, service },
  plan: ({ layout, service }, { settings, run, switched, undo }) => {
    if (service.manager === "none" && settings.service === "") {
      return { status: "skipped", detail: { reason: "no service" } };
    }
    const unfit = whyUnfit(service);
    if (!service.known && unfit === null) {
      return {
        status: "skipped",
        detail: { reason: `the device does not know the service ${settings.service}: manual start required` },
      };
    }
    const due = layout.journal !== null
      ? !layout.journal.restarted && !(undo !== null && neverStopped(layout.journal, service))
      : run.dryRun && switched;
    const commands = commandsOf(service);
    const detail = {
      manager: service.manager,
      active: service.active,
      ...(service.unit === settings.service ? {} : { unit: service.unit }),
      ...(commands === null ? {} : { commands }),
    };
    if (!due && service.active !== false) return { status: "ok", detail };
    if (unfit !== null) return { status: "failed", detail, failure: unfit };
    if (service.may === "no") {
      return {
        status: "failed",
        detail,
        failure: { kind: "privilege", evidence: `this user may not restart ${service.unit}` },
      };
    }
    const restartService = restartPrograms[service.manager];
    return {
      status: "change",
      detail,
      why: due ? "the service still runs on the former set" : "the service is not active",
      steps: [{
        title: service.manager === "command"
          ? "run restart_command"
          : `restart ${service.unit} (${service.manager})`,
        program: restartService,
        args: restartService.args(controlValues(settings, service)),
        // Stopping may take as long as starting.
        timeout: 2 * settings.restartTimeout + settings.restartSettle + 60,
        waits: 2 * settings.restartTimeout + settings.restartSettle,
      }],
    };
  },
});
