/**
 * What a call was given, by the names of its parameters.
 * @module
 */
import { TemplateError } from "./template_error.ts";
import type { Arguments, Value } from "./values.ts";

/** The values of the parameters, in their order; undefined if one is not given. Throws a TemplateError as Python would a TypeError. */
export function bind(
  what: string,
  { positional, named }: Arguments,
  parameters: readonly string[],
  required = 0,
): (Value | undefined)[] {
  if (positional.length > parameters.length) {
    throw new TemplateError(
      `${what} with ${positional.length} values, expected at most ${parameters.length}`,
    );
  }
  const values: (Value | undefined)[] = parameters.map((_, at) => positional[at]);
  for (const [name, value] of named) {
    const at = parameters.indexOf(name);
    if (at < 0) throw new TemplateError(`${what} with "${name}=", which it does not accept`);
    if (at < positional.length) throw new TemplateError(`${what} with "${name}" twice`);
    values[at] = value;
  }
  const missing = parameters.findIndex((_, at) => at < required && values[at] === undefined);
  if (missing >= 0) throw new TemplateError(`${what} without "${parameters[missing]}"`);
  return values;
}
