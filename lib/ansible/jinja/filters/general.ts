/**
 * Filters for any value: `default`, `bool`, `ternary`, `string` and their like.
 * @module
 */
import type { Filter } from "../environment.ts";
import { itemOf } from "../values/access.ts";
import { isTrue } from "../values/operators.ts";
import { bind } from "../values/parameters.ts";
import { TemplateError } from "../values/template_error.ts";
import { textOf } from "../values/text.ts";
import { isList, OMIT, typeName, Undefined, type Value } from "../values/values.ts";

const defaultOf: Filter = (value, args) => {
  const [otherwise = "", alsoFalse = false] = bind("default", args, ["default_value", "boolean"]);
  return value instanceof Undefined || isTrue(alsoFalse) && value !== OMIT && !isTrue(value)
    ? otherwise
    : value;
};

export const generalFilters: Readonly<Record<string, Filter>> = {
  default: defaultOf,
  d: defaultOf,
  mandatory: (value, args, { run }) => {
    const [message] = bind("mandatory", args, ["msg"]);
    if (!(value instanceof Undefined)) return value;
    throw new TemplateError(
      message === undefined || message === null ? value.message : textOf(message, run),
      value.hint,
    );
  },
  string: (value, args, { run }) => {
    bind("string", args, []);
    return textOf(value, run);
  },
  bool: (value, args) => {
    bind("bool", args, []);
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "string") return /^(?:yes|on|1|true)$/i.test(value);
    return String(value) === "1" || String(value) === "1.0";
  },
  ternary: (value, args) => {
    const [yes, no, none] = bind("ternary", args, ["true_val", "false_val", "none_val"], 2);
    if (value === null && none !== undefined && none !== null) return none;
    return isTrue(value) ? yes! : no!;
  },
  type_debug: (value) => typeName(value),
  extract: (value, args, { run }) => {
    const [container, more = null] = bind("extract", args, ["container", "morekeys"], 1);
    const keys: readonly Value[] = [value, ...more === null ? [] : isList(more) ? more : [more]];
    return keys.reduce((of, key) => itemOf(of, key, run), container!);
  },
};
