/**
 * What is said about hosts that are simulated.
 * @module
 */
import type { HostSettings } from "../../settings/mod.ts";

/** Said aloud, so that nobody takes a rehearsal for the real thing. */
export function simulationWarnings(hosts: readonly HostSettings[]): string[] {
  const simulated = hosts.filter((host) => host.connection === "simulated").length;
  if (simulated === 0) return [];
  const who = simulated === hosts.length ? "all hosts are" : `${simulated} of ${hosts.length} hosts are`;
  return [
    `${who} simulated (ansible_connection): nothing is contacted, and no device is changed for them`,
  ];
}
