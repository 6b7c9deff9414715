/**
 * What programs that start and stop a service begin with: a device is only sent what is of its own service manager.
 * @module
 */
import type { Service } from "../../lib/facts/service.ts";
import type { ValuesOf } from "../../lib/remote/program_arguments.ts";
import { forEachManager, type FoundManager } from "../../lib/service_managers/mod.ts";
import type { HostSettings } from "../../lib/settings/mod.ts";
import controlText from "./service_control.sh" with { type: "text" };

/** What such a program takes, beside its own. */
export const CONTROL_TAKES = ["root", "service", "command", "limit", "settle", "may"] as const;

/** What it begins with, for the services of each manager. */
export const controlTexts: Readonly<Record<FoundManager, string>> = forEachManager((own) =>
  `${controlText}\n${own}`
);

/** The values of those, for the service of a host. */
export function controlValues(
  settings: HostSettings,
  { unit, may }: Service,
): ValuesOf<typeof CONTROL_TAKES[number]> {
  return {
    root: settings.deployPath,
    service: unit,
    command: settings.restartCommand,
    limit: settings.restartTimeout,
    settle: settings.restartSettle,
    may,
  };
}
