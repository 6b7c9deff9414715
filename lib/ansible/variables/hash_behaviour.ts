/**
 * What becomes of a variable that is set again: Ansible's `hash_behaviour`.
 * @module
 */
import type { Json } from "../../plain/json.ts";
import type { Configuration } from "../configuration/mod.ts";
import { isPythonNumber } from "../python/python_number.ts";
import type { Setting } from "../types.ts";
import { isUnsafe } from "../values.ts";
import { isSealed } from "../vault/sealed.ts";

/** The value of a variable that had one before. */
export type Combine = (before: Json | undefined, after: Json) => Json;

/** The later value stands for the earlier one: as it comes. */
export const replace: Combine = (_, after) => after;

/** Of two mappings the keys of both stand, at every depth; anything else is replaced. */
export const merge: Combine = (before, after) => {
  if (!isMapping(before) || !isMapping(after)) return after;
  const together = new Map(Object.entries(before));
  for (const [key, value] of Object.entries(after)) together.set(key, merge(together.get(key), value));
  return Object.fromEntries(together);
};

/** What is configured of it. */
export function combineOf(configuration: Configuration | undefined): Combine {
  return configuration?.settings.hash_behaviour?.value === "merge" ? merge : replace;
}

/** The same for a setting; the place is that of the later one. */
export function combined(combine: Combine, before: Setting | undefined, after: Setting): Setting {
  if (before === undefined) return after;
  const value = combine(before.value, after.value);
  if (value === after.value) return after;
  return {
    value,
    // Asked for only if something should be said about a variable.
    get origin() {
      return after.origin;
    },
  };
}

function isMapping(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isPythonNumber(value) &&
    !isSealed(value) && !isUnsafe(value);
}
