/**
 * Fleets in which a few devices are another kind of device than the rest, and what a run of them takes.
 * @module
 */
import type { Device } from "../../fleet/support/fleet.ts";
import type { Report } from "../../fleet/support/program.ts";

/** The few stand among the many, evenly, as they would in an inventory. */
export function amongMany<T>(few: readonly T[], many: number, other: (name: string) => T): T[] {
  const every = Math.floor(many / few.length);
  return few.flatMap((one, i) => [one, ...Array.from({ length: every }, (_, j) => other(`well-${i}-${j}`))]);
}

export function isWell({ name }: Pick<Device, "name">): boolean {
  return name.startsWith("well");
}

/** Seconds from the start of a run to the end of the last well host that changed. */
export function lastDone({ startedAt, hosts }: Report): number {
  const ends = hosts.filter(({ host, status }) => isWell({ name: host }) && status === "changed")
    .map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs);
  return (Math.max(...ends) - Date.parse(startedAt)) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
