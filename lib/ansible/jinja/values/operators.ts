/**
 * What Python's operators make of values: truth, equality, order, `in`, `+` and the rest.
 * @module
 */
import {
  ArithmeticProblem,
  calculate,
  type Figure,
  figureOf,
  valueOfFigure,
} from "../../python/arithmetic.ts";
import { isPythonNumber } from "../../python/python_number.ts";
import { percentFormat } from "../../python/percent_format.ts";
import { Tuple } from "../../python/tuple.ts";
import type { Run } from "./run.ts";
import { TemplateError } from "./template_error.ts";
import { textOf } from "./text.ts";
import { isSealed } from "../../vault/sealed.ts";
import { isList, isMapping, Lazy, NativeText, OMIT, typeName, Undefined, type Value } from "./values.ts";

/** Whether Python takes a value for true. */
export function isTrue(value: Value): boolean {
  if (value instanceof Undefined) return value.lenient ? false : value.fail();
  if (value instanceof NativeText) return value.text !== "";
  if (isList(value)) return value.length > 0;
  if (value instanceof Lazy) return value.keys().length > 0;
  if (isPythonNumber(value)) return Number(value.text) !== 0;
  return isMapping(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** Python's `==`, for which 1, 1.0 and True are the same. */
export function isEqual(one: Value, other: Value, run: Run): boolean {
  run.spend(1);
  const [left, right] = [opened(one, run), opened(other, run)];
  defined(left, right);
  const [a, b] = [figureOf(left), figureOf(right)];
  if (a !== undefined || b !== undefined) return a !== undefined && b !== undefined && a == b;
  if (isList(left) && isList(right)) {
    return left.length === right.length && (left instanceof Tuple) === (right instanceof Tuple) &&
      run.deeper(() => left.every((item, at) => isEqual(item, right[at]!, run)));
  }
  if (isMapping(left) && isMapping(right)) {
    const keys = Object.keys(left);
    return keys.length === Object.keys(right).length &&
      run.deeper(() =>
        keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key]!, right[key]!, run))
      );
  }
  return left === right;
}

/** Which comes first: below, at or above 0. Throws a TemplateError for what Python does not order. */
export function order(left: Value, right: Value, run: Run): number {
  run.spend(1);
  defined(left, right);
  const [a, b] = [figureOf(left), figureOf(right)];
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : 0;
  if (typeof left === "string" && typeof right === "string") return orderOfTexts(left, right);
  if (isList(left) && isList(right) && (left instanceof Tuple) === (right instanceof Tuple)) {
    return run.deeper(() => {
      const at = left.findIndex((item, at) => at >= right.length || !isEqual(item, right[at]!, run));
      if (at < 0) return left.length - right.length;
      return at >= right.length ? 1 : order(left[at]!, right[at]!, run);
    });
  }
  throw new TemplateError(`a comparison of ${typeName(left)} and ${typeName(right)}, which have no order`);
}

/** Python orders texts by code points; JavaScript by halves of them. */
function orderOfTexts(left: string, right: string): number {
  const [a, b] = [[...left], [...right]];
  const at = a.findIndex((char, at) => char !== b[at]);
  if (at < 0) return a.length - b.length;
  return at >= b.length ? 1 : a[at]!.codePointAt(0)! - b[at]!.codePointAt(0)!;
}

/** Python's `in`. */
export function isIn(item: Value, container: Value, run: Run): boolean {
  if (container instanceof Undefined) return container.lenient ? false : container.fail();
  if (typeof container === "string") {
    if (typeof item === "string") return container.includes(item);
    defined(item);
    throw new TemplateError(`"in" between ${typeName(item)} and a text`);
  }
  if (isList(container)) return container.some((member) => isEqual(member, item, run));
  if (container instanceof Lazy) return typeof item === "string" && container.keys().includes(item);
  if (isMapping(container)) return Object.hasOwn(container, keyOf(item));
  throw new TemplateError(`"in" and ${typeName(container)}, which is not a container`);
}

/** One operator of a chain of comparisons. */
export function compare(operator: string, left: Value, right: Value, run: Run): boolean {
  switch (operator) {
    case "==":
      return isEqual(left, right, run);
    case "!=":
      return !isEqual(left, right, run);
    case "in":
      return isIn(left, right, run);
    case "not in":
      return !isIn(left, right, run);
    case "<":
      return order(left, right, run) < 0;
    case "<=":
      return order(left, right, run) <= 0;
    case ">":
      return order(left, right, run) > 0;
    default:
      return order(left, right, run) >= 0;
  }
}

/** `+ - * / // % **`, of numbers, and what Python has of them for texts and lists. */
export function arithmetic(operator: string, left: Value, right: Value, run: Run): Value {
  defined(left, right);
  const [a, b] = [figureOf(left), figureOf(right)];
  if (a !== undefined && b !== undefined) return calculated(operator, a, b);
  if (operator === "+") {
    if (typeof left === "string" && typeof right === "string") {
      run.size(left.length + right.length);
      return left + right;
    }
    if (isList(left) && isList(right) && (left instanceof Tuple) === (right instanceof Tuple)) {
      run.size(left.length + right.length);
      const both = [...left, ...right];
      return left instanceof Tuple ? Tuple.from(both) : both;
    }
  }
  if (operator === "*" && typeof b === "bigint") return repeated(left, b, run, right);
  if (operator === "*" && typeof a === "bigint") return repeated(right, a, run, left);
  if (operator === "%" && typeof left === "string") {
    const given = right instanceof Tuple ? [...right] : [right];
    return formatted(left, given, isMapping(right) ? right : undefined, run);
  }
  throw noOperation(operator, left, right);
}

/** Python's `%` of a text. */
export function formatted(
  text: string,
  given: readonly Value[],
  named: { readonly [key: string]: Value } | undefined,
  run: Run,
): string {
  return percentFormat(text, given, named, {
    text: (value) => textOf(value as Value, run),
    size: (size) => run.size(size),
    problem: (message) => new TemplateError(message),
  });
}

/** A figure that two come to. */
export function calculated(operator: string, left: Figure, right: Figure): Value {
  return arithmeticProblems(() => valueOfFigure(calculate(operator, left, right)));
}

/** Does `work`; what Python would not calculate is a TemplateError. */
export function arithmeticProblems<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ArithmeticProblem)) throw error;
    throw new TemplateError(error.message);
  }
}

function repeated(value: Value, times: bigint, run: Run, factor: Value): Value {
  const count = Number(times < 0n ? 0n : times);
  if (typeof value === "string") {
    run.size(value.length * count);
    return value.repeat(count);
  }
  if (!isList(value)) throw noOperation("*", value, factor);
  run.size(value.length * count);
  const items = Array.from({ length: count }, () => [...value]).flat(1);
  return value instanceof Tuple ? Tuple.from(items) : items;
}

function noOperation(operator: string, left: Value, right: Value): TemplateError {
  const hint = operator === "+" ? 'join texts with "~"' : undefined;
  return new TemplateError(`"${operator}" between ${typeName(left)} and ${typeName(right)}`, hint);
}

/** A value as the key of a mapping: keys are text here. Throws a TemplateError for what Python takes for none. */
export function keyOf(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof NativeText) return value.text;
  defined(value);
  if (value === null) return "null";
  if (typeof value === "boolean" || typeof value === "number" || isPythonNumber(value)) return String(value);
  throw new TemplateError(`${typeName(value)} for a key`);
}

/** A value that may be encrypted, in plain. */
export function opened(value: Value, run: Run): Value {
  return isSealed(value) ? run.open(value) : value;
}

function defined(...values: Value[]): void {
  for (const value of values) {
    if (value instanceof Undefined && !value.lenient) value.fail();
    if (value === OMIT) throw new TemplateError("omit, which cannot be used in a calculation");
  }
}
