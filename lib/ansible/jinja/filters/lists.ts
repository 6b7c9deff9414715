/**
 * Filters for lists, and for what can be made one.
 * @module
 */
import { figureOf } from "../../python/arithmetic.ts";
import { Tuple } from "../../python/tuple.ts";
import type { Filter } from "../environment.ts";
import { keysOf, listOf } from "../values/methods.ts";
import { arithmetic, isIn, isTrue, order } from "../values/operators.ts";
import { bind } from "../values/parameters.ts";
import type { Run } from "../values/run.ts";
import { TemplateError } from "../values/template_error.ts";
import { textOf } from "../values/text.ts";
import { isList, isMapping, Lazy, typeName, Undefined, type Value } from "../values/values.ts";
import { attributeGetter, foldedGetter } from "./attributes.ts";

const lengthOf: Filter = (value, args, { run }) => {
  bind("length", args, []);
  if (value instanceof Lazy || isMapping(value)) return keysOf(value).length;
  if (typeof value !== "string" && !isList(value) && !(value instanceof Undefined)) {
    throw new TemplateError(`the length of ${typeName(value)}, which has none`);
  }
  return listOf(value, run).length;
};

/** A filter of two lists: those members of both for which `keep` is true, each once. */
const ofBoth = (
  name: string,
  members: (a: readonly Value[], b: readonly Value[], run: Run) => readonly Value[],
): Filter =>
(value, args, { run }) => {
  const [other] = bind(name, args, ["b"], 1);
  return once(members(listOf(value, run), listOf(other!, run), run), (item) => item, run);
};

/** Each member once, by what `key` makes of it. */
function once(items: readonly Value[], key: (item: Value) => Value, run: Run): Value[] {
  const seen: Value[] = [];
  const texts = new Set<string>();
  return items.filter((item) => {
    const by = key(item);
    if (typeof by === "string") {
      if (texts.has(by)) return false;
      texts.add(by);
      return true;
    }
    if (isIn(by, seen, run)) return false;
    seen.push(by);
    return true;
  });
}

const without = (a: readonly Value[], b: readonly Value[], run: Run) =>
  a.filter((item) => !isIn(item, b, run));

const most = (name: string, sign: 1 | -1): Filter => (value, args, { run }) => {
  const [exact = false, attribute = null] = bind(name, args, ["case_sensitive", "attribute"]);
  const items = listOf(value, run);
  const key = foldedGetter(attribute, isTrue(exact), run);
  if (items.length === 0) return new Undefined(`the ${name} of an empty list`);
  return items.reduce((best, item) => sign * order(key(item), key(best), run) > 0 ? item : best);
};

function flattened(
  items: readonly Value[],
  levels: number,
  skip: boolean,
  run: Run,
  into: Value[] = [],
): Value[] {
  run.deeper(() => {
    for (const item of items) {
      run.spend(1);
      if (skip && (item === null || item === "None" || item === "null")) continue;
      if (isList(item) && levels > 0) flattened(item, levels - 1, skip, run, into);
      else into.push(item);
    }
  });
  return into;
}

export const listFilters: Readonly<Record<string, Filter>> = {
  length: lengthOf,
  count: lengthOf,
  first: (value, _, { run }) => listOf(value, run)[0] ?? new Undefined("the first of an empty list"),
  last: (value, _, { run }) => listOf(value, run).at(-1) ?? new Undefined("the last of an empty list"),
  list: (value, _, { run }) => [...listOf(value, run)],
  reverse: (value, _, { run }) => {
    const items = listOf(value, run).toReversed();
    return typeof value === "string" ? items.join("") : items;
  },
  join: (value, args, { run }) => {
    const [separator = "", attribute = null] = bind("join", args, ["d", "attribute"]);
    const key = attributeGetter(attribute, run);
    const texts = listOf(value, run).map((item) => textOf(key(item), run));
    const by = textOf(separator, run);
    run.size(texts.reduce((size, text) => size + text.length + by.length, 0));
    return texts.join(by);
  },
  sort: (value, args, { run }) => {
    const [reverse = false, exact = false, attribute = null] = bind("sort", args, [
      "reverse",
      "case_sensitive",
      "attribute",
    ]);
    const names = typeof attribute === "string" ? attribute.split(",") : [attribute];
    const keys = names.map((name) => foldedGetter(name, isTrue(exact), run));
    const sign = isTrue(reverse) ? -1 : 1;
    return listOf(value, run).map((item) => ({ item, by: keys.map((key) => key(item)) }))
      .sort((a, b) => sign * order(a.by, b.by, run)).map(({ item }) => item);
  },
  unique: (value, args, { run }) => {
    const [exact = false, attribute = null] = bind("unique", args, ["case_sensitive", "attribute"]);
    const items = listOf(value, run);
    // What Python cannot hash (lists, mappings) Ansible compares as it is.
    const hashable = attribute !== null ||
      items.every((item) => !isMapping(item) && (!isList(item) || item instanceof Tuple));
    return once(items, foldedGetter(attribute, isTrue(exact) || !hashable, run), run);
  },
  min: most("min", -1),
  max: most("max", 1),
  sum: (value, args, { run }) => {
    const [attribute = null, start = 0] = bind("sum", args, ["attribute", "start"]);
    const key = attributeGetter(attribute, run);
    return listOf(value, run).reduce<Value>((total, item) => arithmetic("+", total, key(item), run), start);
  },
  flatten: (value, args, { run }) => {
    const [levels = null, skip = true] = bind("flatten", args, ["levels", "skip_nulls"]);
    return flattened(
      listOf(value, run),
      levels === null ? Infinity : Number(figureOf(levels) ?? 0),
      isTrue(skip),
      run,
    );
  },
  union: ofBoth("union", (a, b) => [...a, ...b]),
  intersect: ofBoth("intersect", (a, b, run) => a.filter((item) => isIn(item, b, run))),
  difference: ofBoth("difference", without),
  symmetric_difference: ofBoth(
    "symmetric_difference",
    (a, b, run) => [...without(a, b, run), ...without(b, a, run)],
  ),
  zip: (value, { positional }, { run }) => {
    const lists = [value, ...positional].map((list) => listOf(list, run));
    const shortest = lists.reduce((least, list) => Math.min(least, list.length), Infinity);
    run.size(shortest * lists.length);
    return lists[0]!.slice(0, shortest).map((_, at) => Tuple.from(lists.map((list) => list[at]!)));
  },
  product: (value, { positional }, { run }) => {
    const lists = [value, ...positional].map((list) => listOf(list, run));
    run.size(lists.reduce((size, list) => size * list.length, lists.length));
    const rows = lists.reduce<Value[][]>(
      (rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])),
      [[]],
    );
    return rows.map((row) => Tuple.from(row));
  },
  batch: (value, args, { run }) => {
    const [size, fill = null] = bind("batch", args, ["linecount", "fill_with"], 1);
    const width = Number(figureOf(size) ?? 0);
    if (width < 1) throw new TemplateError("batch by less than 1");
    const items = listOf(value, run);
    const rows: Value[][] = [];
    for (let at = 0; at < items.length; at += width) rows.push(items.slice(at, at + width));
    const last = rows.at(-1);
    if (fill !== null && last) {
      run.size(width);
      while (last.length < width) last.push(fill);
    }
    return rows;
  },
};
