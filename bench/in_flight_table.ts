/**
 * What people read of the program's own memory and CPU, by the hosts in flight. Pure.
 * @module
 */
import type { InFlight } from "./in_flight.ts";
import { checked } from "./limit.ts";
import type { Cost } from "./measure/measure.ts";
import { median } from "./measure/median.ts";

/** What should be kept: memory of the process for one more host in flight, and its CPU a host. */
export const LIMITS = { perHostMb: 0.5, perHostCpuMs: 15 } as const;

/** A line for each limit. */
export function inFlightLines({ hosts, setMb, cases }: InFlight): string[] {
  const of = (pick: (cost: Cost) => number) => cases.map(({ runs }) => median(runs.map(pick)));
  const [fewForks, manyForks] = [cases[0]!.forks, cases.at(-1)!.forks];
  const rss = of((cost) => cost.peakRssKib * 1.024 / 1000);
  const perHost = (rss.at(-1)! - rss[0]!) / (manyForks - fewForks);
  const cpu = of((cost) => cost.controllerCpuMs / hosts).at(-1)!;
  return [
    `its own memory, ${hosts} hosts, ${setMb} MB: ${rss[0]!.toFixed(0)} MB with ${fewForks} in flight, ` +
    `${rss.at(-1)!.toFixed(0)} MB with ${manyForks}; for one more ` +
    checked(perHost, LIMITS.perHostMb, "MB"),
    `its own CPU a host, ${hosts} hosts, ${manyForks} in flight: ${checked(cpu, LIMITS.perHostCpuMs, "ms")}`,
  ];
}
