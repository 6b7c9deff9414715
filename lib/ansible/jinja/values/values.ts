/**
 * What an expression may come to: plain data, and what only templates know. None of it is an object of JavaScript's that an expression could
 * reach into: an attribute is a key of a mapping, or one of the methods that are named in `methods.ts`.
 * @module
 */
import type { Json } from "../../../plain/json.ts";
import { isPythonNumber } from "../../python/python_number.ts";
import { Tuple } from "../../python/tuple.ts";
import { isSealed } from "../../vault/sealed.ts";
import { UndefinedError } from "./template_error.ts";

/** Any value. What is plain (`Json`) may have others inside. */
export type Value = Json | Undefined | Callable | Lazy | NativeText | readonly Value[] | Mapping;

/** A mapping as an expression has it: keys are text. */
export interface Mapping {
  readonly [key: string]: Value;
}

/** What is not there. It may be handed about, but whatever looks at it fails, unless it is lenient: then it is empty. */
export class Undefined {
  constructor(readonly message: string, readonly hint?: string, readonly lenient = false) {}

  /** Fails with what is missing. */
  fail(): never {
    throw new UndefinedError(this.message, this.hint);
  }
}

/** A function or a method: the only thing that can be called. */
export class Callable {
  constructor(readonly name: string, readonly call: (args: Arguments) => Value) {}
}

/** A mapping whose values are made when somebody asks for one. */
export class Lazy {
  /** `missing`: what is said about a key that there is not. */
  constructor(
    readonly keys: () => readonly string[],
    readonly get: (key: string) => Value | undefined,
    readonly missing?: (key: string) => Undefined,
  ) {}
}

/** Text that stays text, whatever it looks like, while it stands alone: Ansible's NativeJinjaText. */
export class NativeText {
  constructor(readonly text: string) {}
}

/** What a call was given. */
export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** Ansible's `omit`: anyone who reads a variable that is this one takes it for not set. */
export const OMIT: Callable = new Callable("omit", () => OMIT);

/** Whether a value is a plain mapping. */
export function isMapping(value: Value): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isPythonNumber(value) &&
    !isOther(value) && !isSealed(value);
}

/** Whether a value is a list, or a tuple. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function isOther(value: Value): value is Undefined | Callable | Lazy | NativeText {
  return value instanceof Undefined || value instanceof Callable || value instanceof Lazy ||
    value instanceof NativeText;
}

/** A mapping of entries, whatever their keys are called. */
export function mappingOf(entries: Iterable<readonly [string, Value]>): Mapping {
  // fromEntries, because a key may be `__proto__`.
  return Object.fromEntries(entries);
}

/** Python's name for the type of a value. */
export function typeName(value: Value): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string" || value instanceof NativeText || isSealed(value)) return "str";
  if (typeof value === "number") return Number.isSafeInteger(value) ? "int" : "float";
  if (isPythonNumber(value)) return /^-?\d+$/.test(value.text) ? "int" : "float";
  if (value instanceof Tuple) return "tuple";
  if (isList(value)) return "list";
  return value instanceof Undefined ? "AnsibleUndefined" : value instanceof Callable ? "function" : "dict";
}
