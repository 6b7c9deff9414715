/**
 * A host that has several sets (`sets` in the inventory), as each of them sees it: its variables with those of the set over them.
 * @module
 */
import { problemAt, shown } from "../ansible/problems.ts";
import type { Host, Origin } from "../ansible/types.ts";
import { isUnsafe } from "../ansible/values.ts";
import type { Problem } from "../errors.ts";
import type { Json } from "../plain/json.ts";
import { resolveVariable } from "../settings/resolved_variable.ts";

const PREFIX = "lockstep_";
/** What belongs to the whole host, so that no set of it can have its own. */
const OF_THE_HOST =
  /^(?:ansible_.*|(?:lockstep_)?(?:sets|rollout|hooks|ssh_forward_agent|simulated_fault|simulated_latency))$/;
const NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/;
/** Of one host. */
const MOST = 32;

/** A set of a host. */
export interface SetHost {
  readonly name: string;
  /** The host, with the variables of the set over its own. */
  readonly host: Host;
}

/** The variable that says which sets a host has, as it is written; undefined if there is none. */
export function writtenSets({ vars }: Host): string | undefined {
  return [`${PREFIX}sets`, "sets"].find((name) => (vars[name] ?? null) !== null);
}

/**
 * The sets of a host, in their order; empty if it has none of its own. What is wrong with them goes to `problems`. Throws a TemplateError or
 * CannotOpen, if all of them together come from a variable that is not known.
 */
export function setHosts(host: Host, cwd: string, problems: Problem[] = []): SetHost[] {
  const written = writtenSets(host);
  if (written === undefined) return [];
  const origin = host.origins[written] ?? { file: host.name, line: 0, col: 0, path: written };
  const entries = entriesOf(host, written, cwd);
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MOST) {
    problems.push(problemAt(origin, `found ${shown(host.vars[written])}, expected ${EXPECTED}`));
    return [];
  }
  const names = new Set<string>();
  return entries.flatMap((entry: Json, at): SetHost[] => {
    const place = { ...origin, path: `${origin.path ?? written}[${at}]` };
    const problem = mistakeOf(entry, names);
    if (problem !== null) {
      problems.push(problemAt(place, problem.message, problem.hint));
      return [];
    }
    const { name, ...vars } = entry as { name: string } & Record<string, Json>;
    names.add(name);
    return [{ name, host: overlaid(host, vars, place) }];
  });
}

const EXPECTED = "a list of sets, each a mapping of its name and of variables of its own";

function mistakeOf(entry: Json, names: ReadonlySet<string>): { message: string; hint?: string } | null {
  if (!isMapping(entry)) {
    return { message: `found ${shown(entry)}, expected a mapping of a set's name and variables` };
  }
  const { name } = entry;
  if (typeof name !== "string" || !NAME.test(name)) {
    return {
      message: `found ${name === undefined ? "no name" : `the name ${shown(name)}`}, ` +
        "expected up to 32 lower-case letters, digits, - and _",
      hint: "give each set a name: reports call it so",
    };
  }
  if (names.has(name)) return { message: `found a second set called ${JSON.stringify(name)}, expected one` };
  const wrong = Object.keys(entry).find((key) => OF_THE_HOST.test(key));
  if (wrong === undefined) return null;
  return {
    message: `found ${wrong}, which is the whole host's`,
    hint: "set it for the host, beside its sets",
  };
}

/** The list as it is written, so that what a set says is evaluated with its own variables; if it is a template itself, what that comes to. */
function entriesOf(host: Host, written: string, cwd: string): Json | undefined {
  const raw = host.vars[written]!;
  if (Array.isArray(raw)) return raw;
  const value = resolveVariable(host, written, cwd)?.value;
  if (!Array.isArray(value)) return value;
  return value.map((entry) =>
    isMapping(entry) ? { ...(asData(entry) as Mapping), name: entry.name ?? null } : entry
  );
}

type Mapping = Readonly<Record<string, Json>>;

function isMapping(value: Json): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isUnsafe(value);
}

/** What is evaluated already is no template any more, whatever it looks like. */
function asData(value: Json): Json {
  if (typeof value === "string") return { __ansible_unsafe: value };
  if (Array.isArray(value)) return value.map(asData);
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asData(inner)]));
}

function overlaid(host: Host, own: Readonly<Record<string, Json>>, place: Origin): Host {
  const vars: Record<string, Json> = { ...host.vars };
  const origins: Record<string, Origin> = { ...host.origins };
  for (const name of [`${PREFIX}sets`, "sets"]) delete vars[name];
  for (const [name, value] of Object.entries(own)) {
    // Of two names for one thing the prefixed one wins, which may be the host's.
    const plain = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
    for (const other of [plain, PREFIX + plain]) delete vars[other];
    vars[name] = value;
    origins[name] = { ...place, path: `${place.path}.${name}` };
  }
  return { ...host, vars, origins };
}
