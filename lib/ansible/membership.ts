/**
 * Who belongs to a group.
 * @module
 */
import type { Group } from "./types.ts";

/**
 * The hosts of a group and of all groups below it, each once, in Ansible's order: its own hosts, then those of its children, then
 * those of their children. (Deeper than that Ansible's own order changes from run to run; this one does not.)
 */
export function hostsIn(groups: ReadonlyMap<string, Group>, name: string): string[] {
  const ordered = [name];
  const seen = new Set(ordered);
  // The list grows while it is walked: level by level.
  for (const group of ordered) {
    for (const child of groups.get(group)?.children ?? []) {
      if (seen.has(child)) continue;
      seen.add(child);
      ordered.push(child);
    }
  }
  return [...new Set(ordered.flatMap((group) => groups.get(group)?.hosts ?? []))];
}
