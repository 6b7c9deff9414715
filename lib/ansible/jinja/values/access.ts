/**
 * `x.y`, `x[y]` and `x[a:b]`: keys, members, and the methods that are known. Nothing of JavaScript's own is ever reached.
 * @module
 */
import { didYouMean } from "../../../plain/near_miss.ts";
import { figureOf } from "../../python/arithmetic.ts";
import { Tuple } from "../../python/tuple.ts";
import { mappingMethod, methodOf } from "./methods.ts";
import { keyOf, opened } from "./operators.ts";
import type { Run } from "./run.ts";
import { TemplateError, Unsupported } from "./template_error.ts";
import { isList, isMapping, Lazy, typeName, Undefined, type Value } from "./values.ts";

/** `of.name`: a method, or else a key. */
export function attributeOf(of: Value, name: string, run: Run): Value {
  if (of instanceof Undefined && !of.lenient) return of;
  if (name.startsWith("_") && !hasKey(of, name)) {
    throw new Unsupported(`".${name}", which Lockstep does not support`);
  }
  return methodOf(of, name, run) ?? memberOf(of, name, run) ?? missing(of, name);
}

/** `of[key]`: a key or a member, or else a method. */
export function itemOf(of: Value, key: Value, run: Run): Value {
  if (of instanceof Undefined && !of.lenient) return of;
  if (key instanceof Undefined) return key.fail();
  const member = memberOf(of, key, run);
  if (member !== undefined) return member;
  if (typeof key === "string" && !key.startsWith("_")) {
    const method = isMapping(of) ? mappingMethod(of, key, run) : methodOf(of, key, run);
    if (method !== undefined) return method;
  }
  return missing(of, key);
}

/** What is in a mapping, a list or a text under a key; undefined if nothing is. */
function memberOf(of: Value, key: Value, run: Run): Value | undefined {
  if (of instanceof Lazy) {
    const value = typeof key === "string" ? of.get(key) : undefined;
    return value === undefined ? undefined : opened(value, run);
  }
  if (isMapping(of)) {
    const name = keyOf(key);
    return Object.hasOwn(of, name) ? opened(of[name]!, run) : undefined;
  }
  const index = typeof key === "string" ? undefined : figureOf(key);
  if (typeof index !== "bigint") return undefined;
  if (typeof of === "string") return [...of].at(Number(index));
  const member = isList(of) ? of.at(Number(index)) : undefined;
  return member === undefined ? undefined : opened(member, run);
}

/** `of[from:to:step]`. */
export function sliceOf(of: Value, bounds: readonly (Value | undefined)[], run: Run): Value {
  if (of instanceof Undefined) return of;
  if (typeof of !== "string" && !isList(of)) {
    return new Undefined(`a part of ${typeName(of)}, which has none`);
  }
  const [from, to, by] = bounds.map((bound) => {
    if (bound === undefined || bound === null) return undefined;
    const figure = figureOf(bound);
    if (typeof figure !== "bigint") throw new TemplateError(`${typeName(bound)} for a bound in brackets`);
    return Number(figure);
  });
  const items: readonly Value[] = typeof of === "string" ? [...of] : of;
  run.spend(items.length);
  const step = by ?? 1;
  if (step === 0) throw new TemplateError("a step of 0 in brackets");
  const length = items.length;
  const least = step > 0 ? 0 : -1;
  const most = step > 0 ? length : length - 1;
  const bounded = (bound: number | undefined, otherwise: number) =>
    bound === undefined ? otherwise : Math.min(most, Math.max(least, bound < 0 ? bound + length : bound));
  const start = bounded(from, step > 0 ? 0 : length - 1);
  const stop = bounded(to, step > 0 ? length : -1);
  const picked: Value[] = [];
  for (let at = start; step > 0 ? at < stop : at > stop; at += step) picked.push(items[at]!);
  return typeof of === "string" ? picked.join("") : of instanceof Tuple ? Tuple.from(picked) : picked;
}

function hasKey(of: Value, name: string): boolean {
  return of instanceof Lazy ? of.keys().includes(name) : isMapping(of) && Object.hasOwn(of, name);
}

function missing(of: Value, key: Value): Undefined {
  if (of instanceof Lazy && of.missing && typeof key === "string") return of.missing(key);
  if (typeof key !== "string") {
    return new Undefined(`[${String(key)}] of ${typeName(of)}, which has no such member`);
  }
  const hint = isMapping(of) ? didYouMean(key, Object.keys(of)) : undefined;
  return new Undefined(`"${key}" of ${typeName(of)}, which has no such key`, hint);
}
