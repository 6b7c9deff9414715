/**
 * What every template can call: `range()`, `dict()`, `lookup('env', …)`. No lookup reads a file or runs a program.
 * @module
 */
import { figureOf } from "../python/arithmetic.ts";
import { itemsOf, listOf } from "./values/methods.ts";
import { isTrue, opened } from "./values/operators.ts";
import { bind } from "./values/parameters.ts";
import { namespaceOf } from "./values/namespace.ts";
import type { Run } from "./values/run.ts";
import { TemplateError, Unsupported } from "./values/template_error.ts";
import { textOf } from "./values/text.ts";
import {
  type Arguments,
  Callable,
  isMapping,
  Lazy,
  mappingOf,
  Undefined,
  type Value,
} from "./values/values.ts";

/** What lookups may look into. */
export interface Lookups {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A variable of the host; undefined if it has none. */
  variable(name: string): Value | undefined;
}

/** The global of a name; undefined if there is none. Without `lookups` they are refused, as in a constructed inventory. */
export function globalOf(name: string, run: Run, lookups: Lookups | undefined): Value | undefined {
  const make = GLOBALS.get(name);
  return make && new Callable(name, (args) => make(args, run, lookups));
}

/** The names of all globals. */
export function globalNames(): Iterable<string> {
  return GLOBALS.keys();
}

type Global = (args: Arguments, run: Run, lookups: Lookups | undefined) => Value;

const GLOBALS: ReadonlyMap<string, Global> = new Map<string, Global>([
  ["range", (args, run) => {
    const numbers = args.positional.map((value) => {
      const figure = figureOf(value);
      if (typeof figure !== "bigint") {
        throw new TemplateError("range() of a value that is not a whole number");
      }
      return Number(figure);
    });
    if (numbers.length === 0 || numbers.length > 3) throw new TemplateError("range() without a number");
    const [start, stop, step = 1] = numbers.length === 1
      ? [0, numbers[0]!]
      : numbers as [number, number, number?];
    if (step === 0) throw new TemplateError("range() with a step of 0");
    const length = Math.max(0, Math.ceil((stop - start) / step));
    run.size(length * 8);
    return Array.from({ length }, (_, at) => start + at * step);
  }],
  ["dict", ({ positional: [from], named }, run) => {
    const pairs = from === undefined
      ? []
      : from instanceof Lazy || isMapping(from)
      ? itemsOf(from, run)
      : listOf(from, run);
    const entries = pairs.map((pair): [string, Value] => {
      const [key, value] = listOf(pair, run);
      if (key === undefined || value === undefined) {
        throw new TemplateError("dict() of values that are not pairs");
      }
      return [textOf(key, run), value];
    });
    return mappingOf([...entries, ...named]);
  }],
  ["namespace", ({ named }) => namespaceOf(named)],
  ["undef", (args, run) => {
    const [hint = "a mandatory variable that is not set"] = bind("undef()", args, ["hint"]);
    return new Undefined(textOf(hint, run));
  }],
  ["lookup", (args, run, lookups) => {
    const found = lookup(args, run, lookups);
    if (isTrue(args.named.get("wantlist") ?? false)) return found;
    const [only] = found;
    return found.every((value) => typeof value === "string")
      ? found.join(",")
      : found.length === 1
      ? only!
      : found;
  }],
  ["query", lookup],
  ["q", lookup],
]);

function lookup({ positional, named }: Arguments, run: Run, lookups: Lookups | undefined): Value[] {
  const [kind, ...terms] = positional;
  if (kind === undefined) throw new TemplateError("lookup() without a name");
  if (!lookups) {
    throw new TemplateError("a lookup, which a constructed inventory may not use, as with Ansible");
  }
  const name = textOf(kind, run).replace(/^ansible\.(?:builtin|legacy)\./, "");
  const wanted = terms.flatMap((term) =>
    term instanceof Undefined ? term.fail() : Array.isArray(term) ? [...term] : [term]
  );
  const otherwise = named.get("default");
  switch (name) {
    case "env":
      return wanted.map((term) => {
        const variable = textOf(term, run).trim().split(/\s+/)[0]!;
        const value = lookups.env[variable] ?? otherwise ?? "";
        return value instanceof Undefined ? value.fail() : value;
      });
    case "vars":
      return wanted.map((term) => {
        const variable = textOf(term, run);
        const value = lookups.variable(variable);
        if (value !== undefined && !(value instanceof Undefined)) return opened(value, run);
        if (otherwise !== undefined) return otherwise;
        return value instanceof Undefined
          ? value.fail()
          : new Undefined(`the variable "${variable}", which is not set`).fail();
      });
    default:
      throw new Unsupported(
        `the lookup "${name}", which Lockstep does not support: it could read files or run programs here`,
        "lookup('env', …) and lookup('vars', …) work; for anything else write the value itself, or give it with -e",
      );
  }
}
