/**
 * Filters for mappings.
 * @module
 */
import { Tuple } from "../../python/tuple.ts";
import { itemOf } from "../values/access.ts";
import type { Filter } from "../environment.ts";
import { itemsOf, keysOf, listOf } from "../values/methods.ts";
import { isEqual, isTrue, keyOf, order } from "../values/operators.ts";
import { bind } from "../values/parameters.ts";
import type { Run } from "../values/run.ts";
import { TemplateError } from "../values/template_error.ts";
import { textOf } from "../values/text.ts";
import {
  isList,
  isMapping,
  Lazy,
  type Mapping,
  mappingOf,
  typeName,
  Undefined,
  type Value,
} from "../values/values.ts";

function mapping(name: string, value: Value): Mapping | Lazy {
  if (value instanceof Lazy || isMapping(value)) return value;
  throw new TemplateError(`${name} of ${typeName(value)}, expected a mapping`);
}

const LISTS = ["replace", "keep", "append", "prepend", "append_rp", "prepend_rp"];

/** `over` on top of `under`, as Ansible's `combine` does it. */
function merged(under: Mapping, over: Mapping, recursive: boolean, lists: string, run: Run): Mapping {
  const together = new Map(Object.entries(under));
  run.spend(together.size);
  for (const [key, value] of Object.entries(over)) {
    const before = together.get(key);
    if (before !== undefined && recursive && isMapping(before) && isMapping(value)) {
      together.set(key, run.deeper(() => merged(before, value, recursive, lists, run)));
    } else if (before !== undefined && isList(before) && isList(value)) {
      together.set(key, mergedLists(before, value, lists, run));
    } else together.set(key, value);
  }
  return mappingOf(together);
}

function mergedLists(
  under: readonly Value[],
  over: readonly Value[],
  how: string,
  run: Run,
): readonly Value[] {
  run.size(under.length + over.length);
  const isNew = (item: Value) => !over.some((other) => isEqual(item, other, run));
  switch (how) {
    case "replace":
      return over;
    case "keep":
      return under;
    case "append":
      return [...under, ...over];
    case "prepend":
      return [...over, ...under];
    case "append_rp":
      return [...under.filter(isNew), ...over];
    default:
      return [...over, ...under.filter(isNew)];
  }
}

export const mappingFilters: Readonly<Record<string, Filter>> = {
  items: (value, _, { run }) => value instanceof Undefined ? [] : itemsOf(mapping("items", value), run),
  dictsort: (value, args, { run }) => {
    const [exact = false, by = "key", reverse = false] = bind("dictsort", args, [
      "case_sensitive",
      "by",
      "reverse",
    ]);
    if (by !== "key" && by !== "value") throw new TemplateError('dictsort by neither "key" nor "value"');
    const sign = isTrue(reverse) ? -1 : 1;
    const key = (pair: Value): Value => {
      const part = itemOf(pair, by === "key" ? 0 : 1, run);
      return typeof part === "string" && !isTrue(exact) ? part.toLowerCase() : part;
    };
    return itemsOf(mapping("dictsort", value), run).sort((a, b) => sign * order(key(a), key(b), run));
  },
  dict2items: (value, args, { run }) => {
    const [key = "key", named = "value"] = bind("dict2items", args, ["key_name", "value_name"]);
    const of = mapping("dict2items", value);
    return keysOf(of).map((name) => mappingOf([[keyOf(key), name], [keyOf(named), itemOf(of, name, run)]]));
  },
  items2dict: (value, args, { run }) => {
    const [key = "key", named = "value"] = bind("items2dict", args, ["key_name", "value_name"]);
    if (!isList(value)) throw new TemplateError(`items2dict of ${typeName(value)}, expected a list`);
    return mappingOf(
      listOf(value, run).map((item) => {
        const [name, inner] = [itemOf(item, key, run), itemOf(item, named, run)];
        if (inner instanceof Undefined) return inner.fail();
        return [keyOf(name), inner];
      }),
    );
  },
  combine: (value, { positional, named }, { run }) => {
    const lists = named.get("list_merge") ?? "replace";
    const unknown = [...named.keys()].find((name) => name !== "recursive" && name !== "list_merge");
    if (unknown !== undefined || typeof lists !== "string" || !LISTS.includes(lists)) {
      throw new TemplateError(`combine with "${unknown ?? "list_merge"}=", which it does not accept`);
    }
    const terms = [value, ...positional].flatMap((term) => isList(term) ? listOf(term, run) : [term])
      .map((term) => {
        const of = mapping("combine", term instanceof Undefined ? term.fail() : term);
        return of instanceof Lazy ? mappingOf(keysOf(of).map((key) => [key, itemOf(of, key, run)])) : of;
      });
    const recursive = isTrue(named.get("recursive") ?? false);
    return terms.reduce((under, over) => merged(under, over, recursive, lists, run), mappingOf([]));
  },
  urlencode: (value, args, { run }) => {
    bind("urlencode", args, []);
    if (typeof value === "string" || !isMapping(value) && !isList(value)) {
      return percentEncoded(textOf(value, run), "/");
    }
    const pairs = isMapping(value) ? itemsOf(value, run) : value;
    return pairs.map((pair) => {
      if (!(pair instanceof Tuple || isList(pair)) || pair.length !== 2) {
        throw new TemplateError("urlencode of a list without pairs");
      }
      return pair.map((part) => percentEncoded(textOf(part, run), "").replaceAll("%20", "+")).join("=");
    }).join("&");
  },
};

function percentEncoded(text: string, kept: string): string {
  const encoded = encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return kept === "/" ? encoded.replaceAll("%2F", "/") : encoded;
}
