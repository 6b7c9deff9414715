/**
 * Values as text, and as the plain data that a variable comes to.
 * @module
 */
import type { Json } from "../../../plain/json.ts";
import { isPythonNumber } from "../../python/python_number.ts";
import { pythonText } from "../../python/python_text.ts";
import { Tuple } from "../../python/tuple.ts";
import type { Run } from "./run.ts";
import { TemplateError, Unsupported } from "./template_error.ts";
import { Callable, isList, Lazy, mappingOf, NativeText, OMIT, Undefined, type Value } from "./values.ts";
import { isSealed } from "../../vault/sealed.ts";

/** Python's `str()`. */
export function textOf(value: Value, run: Run): string {
  if (typeof value === "string") return value;
  if (value instanceof NativeText) return value.text;
  const text = value instanceof Undefined && value.lenient ? "" : pythonText(dataOf(value, run));
  run.size(text.length);
  return text;
}

/** A value as plain data; tuples stay what they are. Throws a TemplateError for what is none, such as a function. */
export function dataOf(value: Value, run: Run): Json {
  run.spend(1);
  if (typeof value !== "object" || value === null || isPythonNumber(value)) return value as Json;
  if (value instanceof Undefined) return value.fail();
  if (value instanceof NativeText) return value.text;
  if (value === OMIT) {
    throw new TemplateError("omit within a value", "use it alone: default(omit)");
  }
  if (value instanceof Callable) {
    throw new Unsupported(
      `"${value.name}", which is a function, not a value`,
      `call it: ${value.name}(); for a key of that name write ['${value.name}']`,
    );
  }
  return run.deeper(() => {
    if (value instanceof Lazy) {
      return mappingOf(value.keys().map((key) => [key, dataOf(value.get(key)!, run)])) as Json;
    }
    if (isSealed(value)) return dataOf(run.open(value), run);
    if (value instanceof Tuple) return Tuple.from(value.map((item) => dataOf(item as Value, run)));
    if (isList(value)) return value.map((item) => dataOf(item, run));
    return mappingOf(
      Object.entries(value as Json & object).map(([key, item]) => [key, dataOf(item, run)]),
    ) as Json;
  });
}
