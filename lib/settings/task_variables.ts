/**
 * Variables that tasks of a project's own read: checked as Lockstep's are, with the place and what may have been meant.
 * @module
 */
import type { z } from "zod";
import { TemplateError } from "../ansible/jinja/references.ts";
import { problemAt, shown } from "../ansible/problems.ts";
import type { Host, Origin } from "../ansible/types.ts";
import { CannotOpen } from "../ansible/vault/sealed.ts";
import { type Problem, UsageError } from "../errors.ts";
import { nearest } from "../near_miss.ts";
import { noteSecret } from "../secrets.ts";
import { resolveVariable } from "./resolved_variable.ts";
import { writtenNumbers } from "./variable_check.ts";
import { isVariableName } from "./variables.ts";

/** What each variable may be, by name. */
export type VariableSchemas = ReadonlyMap<string, z.ZodType>;

/** The variables of several tasks together. Throws a UsageError for a name that means two things. */
export function variablesOf(
  tasks: Iterable<{ readonly name: string; readonly variables?: z.ZodObject }>,
): VariableSchemas {
  const schemas = new Map<string, z.ZodType>();
  for (const task of tasks) {
    for (const [name, schema] of Object.entries(task.variables?.shape ?? {}) as [string, z.ZodType][]) {
      if (isVariableName(name)) {
        throw UsageError.of(
          `task ${task.name}`,
          `found the variable ${name}, which Lockstep reads itself`,
          "take it from host.settings",
        );
      }
      if ((schemas.get(name) ?? schema) !== schema) {
        throw UsageError.of(
          `task ${task.name}`,
          `found the variable ${name}, which another task defines in another way`,
          "share one schema between both",
        );
      }
      schemas.set(name, schema);
    }
  }
  return schemas;
}

/** Shared by all hosts, because a fleet may be large. */
const NONE: Readonly<Record<string, unknown>> = Object.freeze({});

/** What a host's variables come to; what is wrong with them goes to `problems`. */
export function taskVariables(
  host: Host,
  schemas: VariableSchemas,
  cwd: string,
  problems: Problem[],
): Readonly<Record<string, unknown>> {
  if (schemas.size === 0) return NONE;
  const values: Record<string, unknown> = {};
  for (const [name, schema] of schemas) {
    try {
      const resolved = resolveVariable(host, name, cwd);
      const value = resolved === undefined ? undefined : writtenNumbers(resolved.value);
      const secret = resolved?.secret === true || schema.meta()?.secret === true;
      if (secret) noteSecret(value);
      const parsed = schema.safeParse(value);
      if (parsed.success) values[name] = parsed.data;
      else {problems.push(
          problemAt(
            placeOf(host, name),
            ...wrong(host, name, secret ? "a secret value" : value, parsed.error),
          ),
        );}
    } catch (error) {
      if (!(error instanceof TemplateError || error instanceof CannotOpen)) throw error;
      problems.push(
        problemAt(placeOf(host, name), `found ${shown(host.vars[name])}: ${error.message}`, error.hint),
      );
    }
  }
  return values;
}

/** Where a variable is set, or else one that may have been meant for it. */
function placeOf(host: Host, name: string): Origin {
  const meant = nearest(name, Object.keys(host.vars));
  return host.origins[name] ?? (meant === undefined ? undefined : host.origins[meant]) ??
    { file: host.name, line: 0, col: 0, path: name };
}

/** What is wrong, and what may have been meant. */
function wrong(
  host: Host,
  name: string,
  value: unknown,
  error: z.ZodError,
): [message: string, hint?: string] {
  const what = error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`
  ).join("; ");
  if (value !== undefined) return [`found ${shown(value)} for ${name}: ${what}`];
  const meant = nearest(name, Object.keys(host.vars));
  return [
    `found no ${name}, which a task needs: ${what}`,
    meant !== undefined
      ? `did you mean "${meant}"?`
      : `set ${name} for ${host.name}, or for a group that it is in`,
  ];
}
