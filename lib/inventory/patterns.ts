/**
 * Ansible's host patterns, as `--limit` takes them: names, groups, `all`, globs, `~regex`, `group[0:2]`, joined by `,` or `:`,
 * narrowed by `&` and `!`.
 * @module
 */
import { type Problem, UsageError } from "../errors.ts";
import { parseAddress } from "./address.ts";
import { hostsIn } from "./membership.ts";
import { nearest } from "./near_miss.ts";
import type { Host, Inventory } from "./types.ts";

/**
 * The hosts that a pattern names, in inventory order; all of them without one. As with Ansible, a plain name that is neither a host nor a
 * group is passed over with a warning. `option` is where the pattern was given. Throws a UsageError for a pattern that cannot be read, and where no host is left.
 */
export function selectHosts(
  inventory: Inventory,
  pattern: string | undefined,
  warn: (warning: Problem) => void = () => {},
  option = "--limit",
): readonly Host[] {
  if (pattern === undefined) {
    if (inventory.hosts.length > 0) return inventory.hosts;
    throw UsageError.of("--inventory", "found no host, expected at least one");
  }
  const terms = splitPattern(pattern);
  // An unset variable of somebody's script must not mean the whole fleet.
  if (terms.length === 0) {
    throw UsageError.of(
      option,
      "found an empty pattern, expected some hosts",
      'for every host, leave --limit out or say "all"',
    );
  }
  const matcher = new Matcher(inventory, option);
  const excluding = terms.filter((term) => term.startsWith("!"));
  const narrowing = terms.filter((term) => term.startsWith("&"));
  const adding = terms.filter((term) => !/^[!&]/.test(term));
  const selected = new Set(
    (adding.length > 0 ? adding : ["all"]).flatMap((term) => matcher.match(term)),
  );
  for (const term of narrowing) {
    const kept = new Set(matcher.match(term));
    for (const name of selected) if (!kept.has(name)) selected.delete(name);
  }
  for (const term of excluding) for (const name of matcher.match(term)) selected.delete(name);
  if (matcher.problems.length > 0) throw new UsageError(matcher.problems);
  // Where nothing is left, what was passed over is why.
  if (selected.size === 0 && matcher.warnings.length > 0) throw new UsageError(matcher.warnings);
  matcher.warnings.forEach(warn);
  if (selected.size > 0) return inventory.hosts.filter((host) => selected.has(host.name));
  throw UsageError.of(
    option,
    `found no host for ${JSON.stringify(pattern)}`,
    `the inventory has ${inventory.hosts.length} hosts; "inventory --hosts" lists them`,
  );
}

/** The single patterns of a list. Where there is no comma, colons part them too, unless they belong to an address or a range. */
function splitPattern(pattern: string): string[] {
  const parts = pattern.includes(",")
    ? pattern.split(",")
    : parseAddress(pattern)
    ? [pattern]
    : pattern.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

class Matcher {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #hostNames: ReadonlySet<string>;

  constructor(readonly inventory: Inventory, readonly option: string) {
    this.#hostNames = new Set(inventory.hosts.map((host) => host.name));
  }

  /** The names of the hosts that one term stands for, its `&` or `!` left aside. */
  match(term: string): string[] {
    if (this.#hostNames.has(term)) return [term];
    const pattern = term.replace(/^[&!]/, "");
    if (pattern === "") return this.#problem(`found "${term}", expected a pattern after it`);
    const [expression, subscript] = splitSubscript(pattern);
    const found = this.#enumerate(expression);
    if (!subscript || found.length === 0) return found;
    const names = subscript(found);
    return names ??
      this.#problem(`found "${pattern}", expected an index below ${found.length}, the number of its hosts`);
  }

  #enumerate(expression: string): string[] {
    const test = this.#tester(expression);
    if (!test) return [];
    const groups = [...this.inventory.groups.keys()].filter(test);
    const names = groups.flatMap((group) => hostsIn(this.inventory.groups, group));
    // A plain word that names a group names no host besides; this is Ansible's notion of a plain word.
    const wide = /^~|[.?*[]/.test(expression);
    if (groups.length === 0 || wide) names.push(...[...this.#hostNames].filter(test));
    if (names.length === 0 && groups.length === 0 && !/^~|[?*[]/.test(expression)) this.#unknown(expression);
    return names;
  }

  #tester(expression: string): ((name: string) => boolean) | undefined {
    if (!/^~|[?*[]/.test(expression)) return (name) => name === expression;
    try {
      const regex = expression.startsWith("~") ? regexOf(expression.slice(1)) : globOf(expression);
      return (name) => regex.test(name);
    } catch {
      this.#problem(`found "${expression}", expected a valid pattern`);
      return undefined;
    }
  }

  #unknown(name: string): void {
    const meant = nearest(name, [...this.inventory.groups.keys(), ...this.#hostNames]);
    this.warnings.push({
      where: this.option,
      message: `found "${name}", expected the name of a host or a group`,
      hint: meant === undefined
        ? '"inventory --graph" shows the groups and hosts'
        : `did you mean "${meant}"?`,
    });
  }

  #problem(message: string): string[] {
    this.problems.push({ where: this.option, message });
    return [];
  }
}

type Subscript = (names: readonly string[]) => string[] | undefined;

/** Parts `web[0:2]` into the pattern and what picks from its hosts; a regular expression keeps its brackets. */
function splitSubscript(pattern: string): [expression: string, subscript?: Subscript] {
  const match = /^(.+)\[(?:(-?[0-9]+)|([0-9]+)[:-]([0-9]*))\]$/s.exec(pattern);
  if (!match || pattern.startsWith("~")) return [pattern];
  const [, expression = "", index, first, last] = match;
  if (index !== undefined) {
    return [expression, (names) => {
      const name = names.at(Number(index));
      return name === undefined ? undefined : [name];
    }];
  }
  const start = Number(first);
  // An end of 0 counts as none with Ansible, which then takes the one host at the start.
  if (last && Number(last) === 0) {
    return [expression, (names) => start < names.length ? [names[start]!] : undefined];
  }
  return [expression, (names) => names.slice(start, last ? Number(last) + 1 : undefined)];
}

/** Python's `re.match`: anchored at the start alone. */
function regexOf(source: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(source);
  return new RegExp(`^(?:${source.slice(flags?.[0].length ?? 0)})`, flags?.[1] ?? "");
}

/** Python's `fnmatch`: `*`, `?`, `[chars]`, `[!chars]`; a bracket that is never closed stands for itself. */
function globOf(glob: string): RegExp {
  let source = "";
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i]!;
    const close = char === "[" ? glob.indexOf("]", i + (glob[i + 1] === "!" ? 3 : 2)) : -1;
    if (char === "*") source += ".*";
    else if (char === "?") source += ".";
    else if (close > 0) {
      const inside = glob.slice(i + 1, close).replace(/[\\[\]^]/g, "\\$&");
      source += `[${inside.replace(/^!/, "^")}]`;
      i = close;
    } else source += char.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  }
  return new RegExp(`^${source}$`, "s");
}
