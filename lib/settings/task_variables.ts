/**
 * Variables that tasks of a project's own read: checked as Lockstep's are, with the place and what may have been meant.
 * @module
 */
import { TemplateError } from "../ansible/jinja/references.ts";
import { problemAt, shown } from "../ansible/problems.ts";
import type { Host, Origin } from "../ansible/types.ts";
import { CannotOpen } from "../ansible/vault/sealed.ts";
import { type Problem, UsageError } from "../errors.ts";
import { misspeltVariable, nearest } from "../plain/near_miss.ts";
import { noteSecret } from "../secrets.ts";
import { resolveVariable } from "./resolved_variable.ts";
import type { TemplateFile } from "./templates.ts";
import { writtenNumbers } from "./variable_check.ts";
import { isVariableName } from "./variables.ts";

/** What a variable may be. Every schema of zod is one; `.meta({ secret: true })` has its values masked wherever they turn up. */
export interface VariableSchema {
  /** The value as it is used, or every reason why it cannot be. */
  safeParse(value: unknown):
    | { readonly success: true; readonly data: unknown }
    | { readonly success: false; readonly error: { readonly issues: readonly VariableIssue[] } };
  /** What is known of the variable beside its values. */
  meta(): { readonly secret?: unknown } | undefined;
}

/** Why a value cannot be used. */
export interface VariableIssue {
  /** Inside the value. */
  readonly path: readonly PropertyKey[];
  /** What was expected. */
  readonly message: string;
}

/** The variables of a task, by name: what `z.object({ … })` makes. `Values` is what they come to. */
export interface TaskVariables<Values = unknown> {
  /** What each may be. */
  readonly shape: Readonly<Record<string, unknown>>;
  /** The type of the values, for the compiler alone, and the rules over several variables, which are refused. */
  readonly _zod: {
    readonly output: Values;
    readonly def: { readonly checks?: readonly unknown[] | undefined };
  };
}

/** What each variable may be, by name, and the templates that are made of whichever variables they name. */
export interface VariableSchemas extends ReadonlyMap<string, VariableSchema> {
  /** By file, each once. */
  readonly templates?: readonly TemplateFile[];
}

/** The variables and templates of several tasks together. Throws a UsageError for a name that means two things, and for rules over several variables. */
export function variablesOf(
  tasks: Iterable<
    { readonly name: string; readonly variables?: TaskVariables; readonly template?: TemplateFile }
  >,
): VariableSchemas {
  const schemas = new Map<string, VariableSchema>();
  const templates = new Map<string, TemplateFile>();
  for (const task of tasks) {
    if (task.template !== undefined) templates.set(task.template.file, task.template);
    if ((task.variables?._zod.def.checks ?? []).length > 0) {
      throw UsageError.of(
        `task ${task.name}`,
        "found a rule over several variables (refine), which is not supported for inventory variables",
        "check it in plan(), which can return failed",
      );
    }
    for (const [name, schema] of Object.entries(task.variables?.shape ?? {}) as [string, VariableSchema][]) {
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
          `found the variable ${name}, which another task defines differently`,
          "share one schema between both",
        );
      }
      schemas.set(name, schema);
    }
  }
  return templates.size === 0 ? schemas : Object.assign(schemas, { templates: [...templates.values()] });
}

/** Shared by all hosts, because a fleet may be large. */
const NONE: Readonly<Record<string, unknown>> = Object.freeze({});

/** Stands for a secret in errors. */
const SECRET = "…";

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
      const secret = resolved?.secret === true || isSecret(schema);
      if (secret) noteSecret(value);
      const parsed = schema.safeParse(value);
      if (parsed.success) {
        if (parsed.data !== undefined) values[name] = parsed.data;
      } else {
        const [message, hint] = wrong(
          host,
          name,
          secret && value !== undefined ? SECRET : value,
          parsed.error.issues,
        );
        problems.push(problemAt(placeOf(host, name), message, hint));
      }
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
  const found = host.origins[name] === undefined ? nearest(name, Object.keys(host.vars)) : name;
  return host.origins[found ?? name] ?? { file: host.name, line: 0, col: 0, path: name };
}

/** What is wrong, and what may have been meant. */
function wrong(
  host: Host,
  name: string,
  value: unknown,
  issues: readonly VariableIssue[],
): [message: string, hint?: string] {
  if (value === undefined) {
    const meant = nearest(name, Object.keys(host.vars));
    const set = `set ${name} for ${host.name}, or for a group that it is in`;
    return [`found no ${name}, which a task needs`, meant === undefined ? set : `did you mean "${meant}"?`];
  }
  const what = issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`
  );
  return [`found ${shown(value)} for ${name}: ${what.join("; ")}`];
}

/** Whether a schema, or one that it wraps (`optional()`, `default()`, `transform()`), is marked as secret. */
function isSecret(schema: VariableSchema): boolean {
  if (schema.meta()?.secret === true) return true;
  const { innerType, in: input } =
    (schema as { readonly _zod?: { readonly def?: { innerType?: VariableSchema; in?: VariableSchema } } })
      ._zod?.def ?? {};
  return [innerType, input].some((inner) => inner !== undefined && isSecret(inner));
}

/** A warning for each variable that was most likely meant to be one of these, which its host has not. */
export function misspeltTaskVariables(hosts: readonly Host[], schemas: VariableSchemas): Problem[] {
  if (schemas.size === 0) return [];
  const meant = new Map<string, string | undefined>();
  const warnings = new Map<string, Problem>();
  for (const host of hosts) {
    for (const name in host.vars) {
      if (schemas.has(name) || isVariableName(name) || warnings.has(name)) continue;
      if (!meant.has(name)) meant.set(name, misspeltVariable(name, schemas.keys()));
      const other = meant.get(name);
      if (other === undefined || Object.hasOwn(host.vars, other)) continue;
      warnings.set(
        name,
        problemAt(
          placeOf(host, name),
          `found the variable "${name}", which no task reads; it is kept as it is`,
          `did you mean "${other}"?`,
        ),
      );
    }
  }
  return [...warnings.values()];
}
