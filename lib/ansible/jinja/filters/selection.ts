/**
 * Filters that apply another filter, or a test, to every member: `map`, `select`, `rejectattr`.
 * @module
 */
import type { Environment, Filter } from "../environment.ts";
import { listOf } from "../values/methods.ts";
import { isTrue } from "../values/operators.ts";
import { TemplateError } from "../values/template_error.ts";
import { textOf } from "../values/text.ts";
import type { Arguments, Value } from "../values/values.ts";
import { attributeGetter } from "./attributes.ts";

/** Members for which a test is `wanted`; without a test, those that are true. */
const selected =
  (name: string, wanted: boolean, ofAttribute: boolean): Filter => (value, args, environment) => {
    if (!isTrue(value)) return [];
    const positional = [...args.positional];
    const attribute = ofAttribute ? positional.shift() : null;
    if (attribute === undefined) throw new TemplateError(`${name} without the name of an attribute`);
    const get = attributeGetter(attribute, environment.run);
    const [test, ...rest] = positional;
    const given = { positional: rest, named: args.named };
    const holds = (item: Value) =>
      test === undefined ? isTrue(item) : environment.test(textOf(test, environment.run), item, given);
    return listOf(value, environment.run).filter((item) => holds(get(item)) === wanted);
  };

function mapped(args: Arguments, environment: Environment): (item: Value) => Value {
  const [name, ...rest] = args.positional;
  if (name === undefined) {
    const attribute = args.named.get("attribute");
    const unknown = [...args.named.keys()].find((key) => key !== "attribute" && key !== "default");
    if (attribute === undefined || unknown !== undefined) {
      throw new TemplateError(
        `map with ${unknown ? `"${unknown}="` : "nothing"}, expected a filter or attribute=`,
      );
    }
    return attributeGetter(attribute, environment.run, args.named.get("default"));
  }
  const filter = textOf(name, environment.run);
  return (item) => environment.filter(filter, item, { positional: rest, named: args.named });
}

export const selectionFilters: Readonly<Record<string, Filter>> = {
  map: (value, args, environment) => {
    if (!isTrue(value)) return [];
    return listOf(value, environment.run).map(mapped(args, environment));
  },
  select: selected("select", true, false),
  reject: selected("reject", false, false),
  selectattr: selected("selectattr", true, true),
  rejectattr: selected("rejectattr", false, true),
};
