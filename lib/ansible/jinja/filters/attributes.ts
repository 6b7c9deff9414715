/**
 * What filters such as `map` and `sort` take of a member: `attribute='a.b.0'`.
 * @module
 */
import { itemOf } from "../values/access.ts";
import type { Run } from "../values/run.ts";
import { keyOf } from "../values/operators.ts";
import { Undefined, type Value } from "../values/values.ts";

/** What an attribute names in a member; the member itself without one. `otherwise` stands for what is not there. */
export function attributeGetter(attribute: Value, run: Run, otherwise?: Value): (item: Value) => Value {
  if (attribute === null) return (item) => item;
  const parts: Value[] = typeof attribute === "string"
    ? attribute.split(".").map((part) => /^\d+$/.test(part) ? Number(part) : part)
    : [typeof attribute === "number" ? attribute : keyOf(attribute)];
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = itemOf(value, part, run);
      if (otherwise !== undefined && otherwise !== null && value instanceof Undefined) value = otherwise;
    }
    return value;
  };
}

/** The same for what is compared: without regard to upper and lower case, unless it should be exact. */
export function foldedGetter(attribute: Value, exact: boolean, run: Run): (item: Value) => Value {
  const get = attributeGetter(attribute, run);
  return (item) => {
    const value = get(item);
    return typeof value === "string" && !exact ? value.toLowerCase() : value;
  };
}
