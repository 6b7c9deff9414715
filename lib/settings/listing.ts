/**
 * An inventory as `ansible-inventory` prints it.
 * @module
 */
import type { Json } from "../plain/json.ts";
import { withoutInternalNames } from "../ansible/internal_names.ts";
import { isPythonNumber } from "../ansible/python/python_number.ts";
import { oneLine } from "../plain/printable.ts";
import { pythonText } from "../ansible/python/python_text.ts";
import { maskedDeep } from "../secrets.ts";
import { isSealed } from "../ansible/vault/sealed.ts";
import type { Host, Inventory, Origin } from "../ansible/types.ts";
import { plain } from "../ansible/values.ts";

/**
 * What `ansible-inventory --list` prints: groups with their hosts and children, and every host's variables under
 * `_meta.hostvars`. Keys are sorted; a group with nothing in it is named by its parent alone.
 */
export function toAnsibleList(inventory: Inventory): Json {
  const list = new Map<string, Json>();
  const hostvars = inventory.hosts
    .map((host) => [host.name, withoutInternalNames(host.vars)] as const)
    .filter(([, vars]) => Object.keys(vars).length > 0);
  list.set("_meta", { hostvars: Object.fromEntries(hostvars) });
  for (const group of inventory.groups.values()) {
    const entry: Record<string, Json> = {};
    if (group.children.length > 0) entry.children = group.children;
    if (group.hosts.length > 0 && group.name !== "all") entry.hosts = group.hosts;
    if (Object.keys(entry).length > 0) list.set(group.name, entry);
  }
  return sorted(Object.fromEntries(list));
}

/** What `ansible-inventory --host` prints: one host's variables, sorted by name. */
export function toAnsibleHost(host: Host): Json {
  return sorted(withoutInternalNames(host.vars) as Json);
}

/**
 * What `ansible-inventory --graph` prints, without a newline at its end; `vars` shows the variables of every host (all that it has) and of
 * every group (its own). What is encrypted stays so.
 */
export function toGraph(inventory: Inventory, { vars = false } = {}): string {
  const lines: string[] = [];
  const hosts = new Map(vars ? inventory.hosts.map((host) => [host.name, host]) : []);
  const show = (shown: Host["vars"], depth: number) => {
    const names = vars ? Object.keys(withoutInternalNames(shown)).sort(byCodePoint) : [];
    for (const name of names) lines.push(branch(`{${name} = ${textOf(shown[name]!)}}`, depth));
  };
  const draw = (name: string, depth: number) => {
    const group = inventory.groups.get(name)!;
    lines.push(branch(`@${name}:`, depth));
    for (const child of group.children) draw(child, depth + 1);
    for (const host of name === "all" ? [] : group.hosts) {
      lines.push(branch(host, depth + 1));
      show(hosts.get(host)?.vars ?? {}, depth + 2);
    }
    const priority = group.priority === 1 ? {} : { ansible_group_priority: group.priority };
    show({ ...group.vars, ...priority }, depth + 1);
  };
  draw("all", 0);
  return lines.join("\n");
}

/** A host's variables, sorted by name: the name, the value, and where it was set. */
export function toOriginRows(host: Host): string[][] {
  return Object.keys(host.vars).sort(byCodePoint).map((name) => [
    name,
    // Ansible knows no such table, and what is cut is not found any more.
    shortened(textOf(Object.values(maskedDeep({ [name]: host.vars[name]! }))[0]!, JSON.stringify)),
    placeOf(host.origins[name]),
  ]);
}

const WIDEST_VALUE = 60;

function shortened(text: string): string {
  return text.length > WIDEST_VALUE ? `${text.slice(0, WIDEST_VALUE)}…` : text;
}

function placeOf(origin: Origin | undefined): string {
  if (!origin) return "";
  const { file, line, col, path } = origin;
  if (line > 0) return `${file}:${line}:${col}`;
  return file === "-e" || path === undefined ? file : `${file}: ${path}`;
}

function textOf(value: Json, write: (value: Json) => string = pythonText): string {
  return isSealed(value) ? "(encrypted)" : write(plain(value) as Json);
}

function branch(name: string, depth: number): string {
  // A line break in a value would put what follows at the margin.
  const shown = oneLine(name);
  return depth === 0 ? shown : `${"  |".repeat(depth)}--${shown}`;
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || isPythonNumber(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => byCodePoint(a, b));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
