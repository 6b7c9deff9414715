/**
 * Jinja2's `namespace()`: a mapping whose attributes a loop may set.
 * @module
 */
import { Lazy, type Value } from "./values.ts";

const namespaces = new WeakMap<Lazy, Map<string, Value>>();

/** A namespace that begins with these. */
export function namespaceOf(entries: Iterable<readonly [string, Value]>): Lazy {
  const values = new Map(entries);
  const space = new Lazy(() => [...values.keys()], (key) => values.get(key));
  namespaces.set(space, values);
  return space;
}

/** Where the attributes of a value are, if it is a namespace. */
export function attributesOf(value: Value): Map<string, Value> | undefined {
  return value instanceof Lazy ? namespaces.get(value) : undefined;
}
