/**
 * An inventory as `ansible-inventory` prints it.
 * @module
 */
import type { Json } from "../events.ts";
import type { Inventory } from "./types.ts";

/**
 * What `ansible-inventory --list` prints: groups with their hosts and children, and every host's variables under
 * `_meta.hostvars`. Keys are sorted; a group with nothing in it is named by its parent alone.
 */
export function toAnsibleList(inventory: Inventory): Json {
  const list = new Map<string, Json>();
  const hostvars = inventory.hosts
    .filter((host) => Object.keys(host.vars).length > 0)
    .map((host) => [host.name, host.vars] as const);
  list.set("_meta", { hostvars: Object.fromEntries(hostvars) });
  for (const group of inventory.groups.values()) {
    const entry: Record<string, Json> = {};
    if (group.children.length > 0) entry.children = group.children;
    if (group.hosts.length > 0 && group.name !== "all") entry.hosts = group.hosts;
    if (Object.keys(entry).length > 0) list.set(group.name, entry);
  }
  return sorted(Object.fromEntries(list));
}

/** What `ansible-inventory --graph` prints, without a newline at its end. */
export function toGraph(inventory: Inventory): string {
  const lines: string[] = [];
  const draw = (name: string, depth: number) => {
    const group = inventory.groups.get(name)!;
    lines.push(branch(`@${name}:`, depth));
    for (const child of group.children) draw(child, depth + 1);
    if (name !== "all") { for (const host of group.hosts) lines.push(branch(host, depth + 1)); }
  };
  draw("all", 0);
  return lines.join("\n");
}

function branch(name: string, depth: number): string {
  return depth === 0 ? name : `${"  |".repeat(depth)}--${name}`;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
