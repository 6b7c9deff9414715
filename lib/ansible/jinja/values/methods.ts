/**
 * The methods of Python's texts, lists and mappings that templates use. What would change a value is not among them.
 * @module
 */
import { splitText, stripped } from "../../python/python_strings.ts";
import { arithmeticProblems, isEqual, opened } from "./operators.ts";
import { bind } from "./parameters.ts";
import type { Run } from "./run.ts";
import { TemplateError, Unsupported } from "./template_error.ts";
import { textOf } from "./text.ts";
import {
  type Arguments,
  Callable,
  isList,
  isMapping,
  Lazy,
  type Mapping,
  NativeText,
  typeName,
  Undefined,
  type Value,
} from "./values.ts";
import { formatBraces } from "../../python/brace_format.ts";
import { Tuple } from "../../python/tuple.ts";
import { figureOf } from "../../python/arithmetic.ts";

type Method<T> = (of: T, args: Arguments, run: Run) => Value;

/** The method of a value, ready to be called; undefined if it has none of that name. */
export function methodOf(of: Value, name: string, run: Run): Callable | undefined {
  if (typeof of === "string") return bound(TEXT, of, name, run);
  if (of instanceof NativeText) return bound(TEXT, of.text, name, run);
  if (isList(of)) return bound(LIST, of, name, run);
  return of instanceof Lazy || isMapping(of) ? mappingMethod(of, name, run) : undefined;
}

/** The method of a mapping. */
export function mappingMethod(of: Mapping | Lazy, name: string, run: Run): Callable | undefined {
  return bound(MAPPING, of, name, run);
}

function bound<T>(
  methods: ReadonlyMap<string, Method<T> | null>,
  of: T,
  name: string,
  run: Run,
): Callable | undefined {
  const method = methods.get(name);
  if (method === undefined) return undefined;
  return new Callable(name, (args) => {
    if (method === null) throw new Unsupported(`the method ${name}(), which Lockstep does not support`);
    return method(of, args, run);
  });
}

/** Names that Python has, too, but nobody needs here: an error, and no key of that name. */
const not = <T>(names: string) => names.split(" ").map((name): [string, Method<T> | null] => [name, null]);

const cased = (change: (text: string) => string): Method<string> => (of, args) => {
  bind("", args, []);
  return change(of);
};

const is = (pattern: RegExp): Method<string> => (of) => pattern.test(of);

const TEXT: ReadonlyMap<string, Method<string> | null> = new Map([
  ...not<string>(
    "casefold encode expandtabs format_map isidentifier isprintable istitle maketrans translate isdecimal isascii",
  ),
  ["upper", cased((text) => text.toUpperCase())],
  ["lower", cased((text) => text.toLowerCase())],
  ["capitalize", cased((text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase())],
  [
    "title",
    cased((text) => text.toLowerCase().replace(/\p{L}+/gu, (word) => word[0]!.toUpperCase() + word.slice(1))),
  ],
  [
    "swapcase",
    cased((text) =>
      text.replace(/\p{L}/gu, (char) => char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase())
    ),
  ],
  ["strip", (of, args, run) => stripped(of, optionalText("strip", args, run), "both")],
  ["lstrip", (of, args, run) => stripped(of, optionalText("lstrip", args, run), "start")],
  ["rstrip", (of, args, run) => stripped(of, optionalText("rstrip", args, run), "end")],
  ["split", (of, args, run) => split(of, args, run, "start")],
  ["rsplit", (of, args, run) => split(of, args, run, "end")],
  ["splitlines", (of) => of === "" ? [] : of.replace(/(?:\r\n|[\n\r])$/, "").split(/\r\n|[\n\r]/)],
  ["partition", (of, args, run) => {
    const separator = oneText("partition", args, run);
    const at = of.indexOf(separator);
    return Tuple.from(at < 0 ? [of, "", ""] : [of.slice(0, at), separator, of.slice(at + separator.length)]);
  }],
  ["rpartition", (of, args, run) => {
    const separator = oneText("rpartition", args, run);
    const at = of.lastIndexOf(separator);
    return Tuple.from(at < 0 ? ["", "", of] : [of.slice(0, at), separator, of.slice(at + separator.length)]);
  }],
  ["replace", (of, args, run) => {
    const [from, to, count] = bind("replace", args, ["old", "new", "count"], 2);
    return replaced(of, textOf(from!, run), textOf(to!, run), count ?? -1, run);
  }],
  ["startswith", (of, args, run) => affixes("startswith", args, run).some((text) => of.startsWith(text))],
  ["endswith", (of, args, run) => affixes("endswith", args, run).some((text) => of.endsWith(text))],
  ["removeprefix", (of, args, run) => {
    const prefix = oneText("removeprefix", args, run);
    return of.startsWith(prefix) ? of.slice(prefix.length) : of;
  }],
  ["removesuffix", (of, args, run) => {
    const suffix = oneText("removesuffix", args, run);
    return suffix !== "" && of.endsWith(suffix) ? of.slice(0, -suffix.length) : of;
  }],
  ["find", (of, args, run) => of.indexOf(oneText("find", args, run))],
  ["rfind", (of, args, run) => of.lastIndexOf(oneText("rfind", args, run))],
  ["index", (of, args, run) => {
    const at = of.indexOf(oneText("index", args, run));
    if (at < 0) throw new TemplateError("index() of a text that is not there");
    return at;
  }],
  ["rindex", null],
  ["count", (of, args, run) => {
    const part = oneText("count", args, run);
    return part === "" ? [...of].length + 1 : of.split(part).length - 1;
  }],
  ["join", (of, args, run) => {
    const [items] = bind("join", args, ["iterable"], 1);
    const texts = listOf(items!, run).map((item) => {
      if (typeof item !== "string") throw new TemplateError(`join() of ${typeName(item)}, expected texts`);
      return item;
    });
    run.size(texts.reduce((size, text) => size + text.length + of.length, 0));
    return texts.join(of);
  }],
  ["zfill", (of, args, run) => {
    const width = size("zfill", args, run);
    const sign = /^[-+]?/.exec(of)![0];
    return sign + of.slice(sign.length).padStart(width - sign.length, "0");
  }],
  ["ljust", (of, args, run) => of.padEnd(size("ljust", args, run), fill(args, run))],
  ["rjust", (of, args, run) => of.padStart(size("rjust", args, run), fill(args, run))],
  ["center", null],
  ["isdigit", is(/^\p{Nd}+$/u)],
  ["isnumeric", is(/^\p{N}+$/u)],
  ["isalpha", is(/^\p{L}+$/u)],
  ["isalnum", is(/^[\p{L}\p{N}]+$/u)],
  ["isspace", is(/^\s+$/)],
  ["isupper", (of) => of === of.toUpperCase() && of !== of.toLowerCase()],
  ["islower", (of) => of === of.toLowerCase() && of !== of.toUpperCase()],
  ["format", (of, args, run) =>
    formatBraces(of, args.positional, args.named, {
      text: (value) => textOf(value as Value, run),
      size: (size) => run.size(size),
      problem: (message) => new TemplateError(message),
    })],
] as [string, Method<string> | null][]);

const LIST: ReadonlyMap<string, Method<readonly Value[]> | null> = new Map([
  ...not<readonly Value[]>("append clear extend insert pop remove reverse sort"),
  ["copy", (of) => of],
  ["index", (of, args, run) => {
    const [item] = bind("index", args, ["value"], 1);
    const at = of.findIndex((member) => isEqual(member, item!, run));
    if (at < 0) throw new TemplateError("index() of a value that is not in the list");
    return at;
  }],
  ["count", (of, args, run) => {
    const [item] = bind("count", args, ["value"], 1);
    return of.filter((member) => isEqual(member, item!, run)).length;
  }],
] as [string, Method<readonly Value[]> | null][]);

const MAPPING: ReadonlyMap<string, Method<Mapping | Lazy> | null> = new Map([
  ...not<Mapping | Lazy>("clear fromkeys pop popitem setdefault update"),
  ["copy", (of) => of],
  ["get", (of, args, run) => {
    const [key, otherwise = null] = bind("get", args, ["key", "default"], 1);
    return valueIn(of, key!, run) ?? otherwise;
  }],
  ["keys", (of) => keysOf(of)],
  ["values", (of, _, run) => keysOf(of).map((key) => valueIn(of, key, run)!)],
  ["items", (of, _, run) => itemsOf(of, run)],
] as [string, Method<Mapping | Lazy> | null][]);

/** The keys of a mapping, in order. */
export function keysOf(of: Mapping | Lazy): readonly string[] {
  return of instanceof Lazy ? of.keys() : Object.keys(of);
}

/** Keys and values of a mapping as pairs. */
export function itemsOf(of: Mapping | Lazy, run: Run): Value[] {
  const keys = keysOf(of);
  run.size(keys.length);
  return keys.map((key) => Tuple.from<Value>([key, valueIn(of, key, run)!]));
}

function valueIn(of: Mapping | Lazy, key: Value, run: Run): Value | undefined {
  const name = typeof key === "string" ? key : String(key);
  const value = of instanceof Lazy ? of.get(name) : Object.hasOwn(of, name) ? of[name] : undefined;
  return value === undefined ? undefined : opened(value, run);
}

/** What a value is made of: members, characters, keys. Throws a TemplateError for one that is made of nothing. */
export function listOf(value: Value, run: Run): readonly Value[] {
  if (isList(value)) {
    run.spend(value.length);
    return value.map((item) => opened(item, run));
  }
  if (typeof value === "string") {
    run.spend(value.length);
    return [...value];
  }
  if (value instanceof NativeText) return listOf(value.text, run);
  if (value instanceof Lazy || isMapping(value)) return keysOf(value);
  if (value instanceof Undefined) return value.lenient ? [] : value.fail();
  throw new TemplateError(`${typeName(value)}, which is not iterable, where a list is expected`);
}

/** Python's `str.replace()`. */
export function replaced(text: string, from: string, to: string, count: Value, run: Run): string {
  const most = Number(arithmeticProblems(() => figureOf(count)) ?? -1);
  const parts = from === "" ? ["", ...text, ""] : text.split(from);
  const times = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
  run.size(text.length + times * to.length);
  return parts.slice(0, times + 1).join(to) + parts.slice(times + 1).map((part) => from + part).join("");
}

function split(of: string, args: Arguments, run: Run, from: "start" | "end"): Value {
  const [separator = null, most = -1] = bind("split", args, ["sep", "maxsplit"]);
  if (separator === "") throw new TemplateError("split() by nothing");
  run.size(of.length);
  const by = separator === null ? undefined : textOf(separator, run);
  return splitText(of, by, Number(figureOf(most) ?? -1), from);
}

function oneText(name: string, args: Arguments, run: Run): string {
  const [text] = bind(name, args, ["text"], 1);
  return textOf(text!, run);
}

function optionalText(name: string, args: Arguments, run: Run): string | undefined {
  const [text] = bind(name, args, ["chars"]);
  return text === undefined || text === null ? undefined : textOf(text, run);
}

function affixes(name: string, args: Arguments, run: Run): string[] {
  const [texts] = bind(name, args, ["text"], 1);
  return isList(texts!) ? texts.map((text) => textOf(text, run)) : [textOf(texts!, run)];
}

function size(name: string, args: Arguments, run: Run): number {
  const [width] = bind(name, args, ["width", "fillchar"], 1);
  const figure = Number(figureOf(width) ?? 0);
  run.size(figure);
  return figure;
}

function fill(args: Arguments, run: Run): string {
  const [, char = " "] = bind("", args, ["width", "fillchar"], 1);
  return textOf(char, run);
}
