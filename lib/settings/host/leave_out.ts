/**
 * How to leave out hosts that are reached in another way than ours.
 * @module
 */
import type { Host } from "../../ansible/types.ts";
import { append } from "../../plain/append.ts";

const MOST_LEFT_OUT = 8;

/** The `--limit` that leaves `others` out: by the fewest groups that have none of the other hosts that were chosen, else by name. */
export function leaveOut(others: readonly Host[], chosen: readonly Host[]): string | undefined {
  if (others.length === 0 || others.length === chosen.length) return undefined;
  const all = new Set(others);
  const kept = new Set(chosen.filter((host) => !all.has(host)).flatMap(({ groups }) => groups));
  const left = new Set(others);
  const names: string[] = [];
  for (;;) {
    const sizes = new Map<string, number>();
    for (const group of [...left].flatMap(({ groups }) => groups)) {
      if (!kept.has(group) && group !== "ungrouped") sizes.set(group, (sizes.get(group) ?? 0) + 1);
    }
    const [largest] = [...sizes].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    if (largest === undefined) break;
    names.push(largest[0]);
    for (const host of left) if (host.groups.includes(largest[0])) left.delete(host);
  }
  append(names, [...left].map(({ name }) => name));
  return names.length > MOST_LEFT_OUT
    ? undefined
    : `leave them out: --limit '${names.map((name) => `!${name}`).join(",")}'`;
}
