/**
 * What filters and tests are: functions by name, which may call each other.
 * @module
 */
import type { Run } from "./values/run.ts";
import type { Arguments, Value } from "./values/values.ts";

/** What a filter or test may use. */
export interface Environment {
  readonly run: Run;
  /** What a filter makes of a value. Throws a TemplateError for one that is not known. */
  filter(name: string, value: Value, args: Arguments): Value;
  /** Whether a test is true of a value. */
  test(name: string, value: Value, args: Arguments): boolean;
}

export type Filter = (value: Value, args: Arguments, environment: Environment) => Value;
export type Test = (value: Value, args: Arguments, environment: Environment) => boolean;

/** Nothing given. */
export const NONE: Arguments = { positional: [], named: new Map() };
