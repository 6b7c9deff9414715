/**
 * Ansible's host patterns, as `--limit` takes them: names, groups, `all`, globs, `~regex`, `group[0:2]`, joined by `,` or `:`,
 * narrowed by `&` and `!`.
 * @module
 */
import process from "node:process";
import { resolve } from "@std/path";
import { type Problem, UsageError } from "../../errors.ts";
import { readBoundedSync } from "../bounded_file.ts";
import { LONGEST, matchingOf, TIME, TooSlow } from "./bounded_regex.ts";
import { parseAddress } from "../address.ts";
import { hostsIn } from "../membership.ts";
import { nearest } from "../../plain/near_miss.ts";
import { problemOnce } from "../problems.ts";
import { pythonRegex } from "../python/python_regex.ts";
import type { Host, Inventory } from "../types.ts";

/**
 * The hosts that a pattern names, in the pattern's order, as `ansible PATTERN --list-hosts` prints them; all of them without one. A pattern
 * that matches nothing is skipped with a warning, as with Ansible. `option` is where the pattern was given; `@FILE` in it is relative
 * to `cwd`. Throws a UsageError for a pattern that cannot be read, and if no host is left.
 */
export function selectHosts(
  inventory: Inventory,
  pattern: string | undefined,
  warn: (warning: Problem) => void = () => {},
  option = "--limit",
  cwd: string = process.cwd(),
): readonly Host[] {
  if (pattern === undefined) {
    if (inventory.hosts.length > 0) return inventory.hosts;
    throw UsageError.of("--inventory", "found no host, expected at least one");
  }
  const terms = splitPattern(pattern, option).flatMap((term) =>
    term.startsWith("@") ? termsOfFile(term.slice(1), option, cwd) : [term]
  );
  // An unset variable of somebody's script must not mean the whole fleet.
  if (terms.length === 0) {
    throw UsageError.of(
      option,
      "found an empty pattern, expected some hosts",
      'for every host, leave --limit out or use "all"',
    );
  }
  const matcher = new Matcher(inventory, option);
  const excluding = terms.filter((term) => term.startsWith("!"));
  const narrowing = terms.filter((term) => term.startsWith("&"));
  const adding = terms.filter((term) => !/^[!&]/.test(term));
  // A set keeps the order in which its members came.
  const selected = new Set<string>();
  for (const term of adding.length > 0 ? adding : ["all"]) {
    for (const name of matcher.match(term)) selected.add(name);
  }
  for (const term of narrowing) {
    if (matcher.isHost(term)) selected.add(term);
    else {
      const kept = new Set(matcher.match(term));
      for (const name of selected) if (!kept.has(name)) selected.delete(name);
    }
  }
  for (const term of excluding) {
    if (matcher.isHost(term)) selected.add(term);
    else for (const name of matcher.match(term)) selected.delete(name);
  }
  if (matcher.problems.length > 0) throw new UsageError(matcher.problems);
  // If nothing is left, what was skipped is why.
  if (selected.size === 0 && matcher.warnings.length > 0) throw new UsageError(problemOnce(matcher.warnings));
  problemOnce(matcher.warnings).forEach(warn);
  if (selected.size > 0) {
    const byName = new Map(inventory.hosts.map((host) => [host.name, host]));
    return [...selected].flatMap((name) => byName.get(name) ?? []);
  }
  throw UsageError.of(
    option,
    `found no host for ${JSON.stringify(pattern)}`,
    `the inventory has ${inventory.hosts.length} hosts; "inventory --hosts" lists them`,
  );
}

/** The terms in a file, one a line: no line is taken apart any further. */
function termsOfFile(file: string, option: string, cwd: string): string[] {
  let text: string;
  try {
    text = readBoundedSync(resolve(cwd, file)).toString();
  } catch (error) {
    throw UsageError.of(
      option,
      `cannot read the file "${file}": ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const terms = text.split("\n").map((line) => line.replace(/(?:^|\s)#.*$/, "").trim()).filter((line) =>
    line !== ""
  );
  if (terms.length === 0) {
    throw UsageError.of(option, `found no host in the file "${file}", expected one per line`);
  }
  return terms;
}

/** The single patterns of a list. If there is no comma, colons part them too, unless they belong to an address or a range. */
function splitPattern(pattern: string, option: string): string[] {
  const parts = pattern.includes(",")
    ? pattern.split(",")
    : parseAddress(pattern)
    ? [pattern]
    : partsOf(pattern, option);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function partsOf(pattern: string, option: string): string[] {
  if (pattern.length > LONGEST) {
    throw UsageError.of(
      option,
      `found a pattern of ${pattern.length} characters, expected at most ${LONGEST} without a comma`,
      "put commas between the hosts, or name a file of them: @FILE",
    );
  }
  const parts = pattern.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [];
  // A bracket that is never closed gets lost here, with Ansible too. Half a regular expression could mean the whole fleet.
  const isWhole = parts.join("") === pattern.replace(/[\s:](?![^[]*\])/g, "");
  if (pattern.includes("~") && !isWhole) {
    throw UsageError.of(
      option,
      `found ${JSON.stringify(pattern)}, expected a valid pattern`,
      "a bracket in it is not closed; several patterns separated by commas are not split at colons",
    );
  }
  return parts;
}

class Matcher {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #hostNames: ReadonlySet<string>;
  readonly #known = new Map<string, string[]>();
  /** What is left for expressions to match in. Milliseconds. */
  #time = TIME;

  constructor(readonly inventory: Inventory, readonly option: string) {
    this.#hostNames = new Set(inventory.hostNames);
  }

  /** Whether a term is a host's name as it is, whatever its first letter. */
  isHost(term: string): boolean {
    return this.#hostNames.has(term);
  }

  /** The names of the hosts that one term stands for, its `&` or `!` left aside. */
  match(term: string): readonly string[] {
    if (this.isHost(term)) return [term];
    const pattern = term.replace(/^[&!]/, "");
    let names = this.#known.get(pattern);
    if (!names) {
      names = this.#resolve(term, pattern);
      this.#known.set(pattern, names);
    }
    return names;
  }

  #resolve(term: string, pattern: string): string[] {
    if (pattern === "") return this.#problem(`found "${term}", expected a pattern after it`);
    const [expression, subscript] = splitSubscript(pattern);
    const found = this.#enumerate(expression);
    if (!subscript || found.length === 0) return found;
    const names = subscript(found);
    return names ??
      this.#problem(`found "${pattern}", expected an index below ${found.length}, the number of its hosts`);
  }

  #enumerate(expression: string): string[] {
    const matching = this.#matching(expression);
    if (!matching) return [];
    const groups = matching(this.inventory.groups.keys());
    if (!groups) return [];
    const names = groups.flatMap((group) => hostsIn(this.inventory.groups, group));
    // A plain word that names a group names no host besides; this is Ansible's notion of a plain word.
    const wide = /^~|[.?*[]/.test(expression);
    if (groups.length === 0 || wide) { for (const name of matching(this.#hostNames) ?? []) names.push(name); }
    if (names.length === 0 && groups.length === 0) this.#unmatched(expression);
    return names;
  }

  /** What picks the names that an expression matches; undefined, and a problem, if it is none or takes too long. */
  #matching(expression: string): ((names: Iterable<string>) => string[] | undefined) | undefined {
    if (!/^~|[?*[]/.test(expression)) return (names) => [...names].filter((name) => name === expression);
    if (expression.length > LONGEST) {
      this.#problem(`found an expression of ${expression.length} characters, expected at most ${LONGEST}`);
      return undefined;
    }
    if (!expression.startsWith("~")) {
      const glob = globOf(expression);
      return (names) => glob === undefined ? [] : this.#within(expression, glob, names);
    }
    try {
      const regex = pythonRegex(expression.slice(1));
      return (names) => this.#within(expression, regex, names);
    } catch {
      this.#problem(`found "${expression}", expected a valid pattern`);
      return undefined;
    }
  }

  #within(expression: string, regex: RegExp, names: Iterable<string>): string[] | undefined {
    const began = performance.now();
    try {
      return matchingOf(regex, names, this.#time);
    } catch (error) {
      // Whatever else an engine refuses while it matches, such as an expression that is too large for it.
      const why = error instanceof TooSlow ? `: ${error.message}` : ", expected a valid pattern";
      this.#problem(`found "${expression}"${why}`);
      return undefined;
    } finally {
      this.#time -= performance.now() - began;
    }
  }

  #unmatched(expression: string): void {
    const plain = !/^~|[?*[]/.test(expression);
    const meant = plain
      ? nearest(expression, [...this.inventory.groups.keys(), ...this.#hostNames])
      : undefined;
    this.warnings.push({
      where: this.option,
      message: plain
        ? `found "${expression}", expected the name of a host or a group`
        : `found "${expression}", which matches no host and no group`,
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
  const match = /^(.+)\[(?:(-?[0-9]+)|([0-9]+)[:-]([0-9]*))\]$/.exec(pattern);
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

/**
 * Python's `fnmatch`: `*`, `?`, `[chars]`, `[!chars]`; a bracket that is never closed stands for itself. Undefined if it matches nothing.
 */
function globOf(glob: string): RegExp | undefined {
  let source = "";
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i]!;
    const first = glob[i + 1] === "!" ? i + 2 : i + 1;
    const close = char === "[" ? glob.indexOf("]", first + 1) : -1;
    // Several stars are one; as many as there are would make the engine try all ways to part a name between them.
    if (char === "*") source += source.endsWith("[^]*") ? "" : "[^]*";
    else if (char === "?") source += "[^]";
    else if (close > 0) {
      const inside = glob.slice(i + 1, close).replace(/[\\[\]^]/g, "\\$&");
      source += `[${inside.replace(/^!/, "^")}]`;
      i = close;
    } else source += char.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  }
  try {
    return new RegExp(`^${source}$`);
  } catch {
    // A range that runs backwards.
    return undefined;
  }
}
