/**
 * From a host's variables to the settings that the rest of the program works with.
 * @module
 */
import { byPlace, problemAt, problemOnce } from "../ansible/problems.ts";
import type { Host } from "../ansible/types.ts";
import { type Problem, UsageError } from "../errors.ts";
import { type CamelCase, camelCase } from "./host/camel_case.ts";
import { derivedSettings } from "./host/derived_settings.ts";
import type { HostSettings, SettingsOptions } from "./host/host_settings.ts";
import { leaveOut } from "./host/leave_out.ts";
import { readVariables } from "./host/read_variables.ts";
import { setsOfHost } from "./host/sets_of_host.ts";
import type { VariableSettings } from "./host/variable_settings.ts";
import { originOf, writtenName } from "./host/written.ts";
import { taskVariables, type VariableSchemas } from "./task_variables.ts";
import { renderTemplates } from "./templates.ts";
import { type HostVariables, type SettingVariableName, settingVariableNames } from "./variables.ts";

const NO_VARIABLES: VariableSchemas = new Map();
const SETTINGS = settingVariableNames.map((name) => [name, camelCase(name)] as const);

/** A host's settings. Throws a UsageError with everything that is wrong with its variables. */
export function settingsOf(host: Host, options: SettingsOptions): HostSettings {
  const problems: Problem[] = [];
  const settings = convert(host, options, problems);
  if (!settings) throw new UsageError(byPlace(problems));
  return settings;
}

/**
 * The settings of many hosts, in their order. Throws a UsageError with everything that is wrong with any of them; a mistake that
 * several hosts inherit is named once.
 */
export function settingsOfAll(hosts: readonly Host[], options: SettingsOptions): HostSettings[] {
  const problems: Problem[] = [];
  const elsewhere: Host[] = [];
  const settings = hosts.flatMap((host) => convert(host, options, problems, elsewhere) ?? []);
  if (problems.length === 0) return settings;
  const hint = leaveOut(elsewhere, hosts);
  throw new UsageError(
    byPlace(
      problemOnce(
        problems.map((problem) =>
          hint !== undefined && isOfConnection(problem) ? { hint, ...problem } : problem
        ),
      ),
    ),
  );
}

/** Whether a problem is that of a host which is reached in another way than ours. */
function isOfConnection({ path }: Problem): boolean {
  return path !== undefined && /(?:^|\.)ansible_connection$/.test(path);
}

function convert(
  host: Host,
  options: SettingsOptions,
  problems: Problem[],
  elsewhere: Host[] = [],
): HostSettings | undefined {
  const before = problems.length;
  const vars = readVariables(host, options, problems, elsewhere);
  const { variables: schemas = NO_VARIABLES, cwd } = options;
  const variables = taskVariables(host, schemas, cwd, problems);
  const templates = schemas.templates === undefined
    ? undefined
    : renderTemplates(host, schemas.templates, cwd, problems);
  if (!vars || problems.length > before) return undefined;
  if (vars.service_manager === "command" && vars.restart_command === "") {
    problems.push(problemAt(
      originOf(host, writtenName(host, "service_manager")),
      "found no restart_command, expected one, because service_manager is command",
      "set restart_command to the command that restarts the service",
    ));
    return undefined;
  }
  const sets = setsOfHost(
    host,
    options,
    problems,
    (host, problems) => convert(host, options, problems, elsewhere),
  );
  if (problems.length > before) return undefined;
  return {
    ...variableSettings(vars),
    ...derivedSettings(host, vars, options),
    variables,
    ...(sets === undefined ? {} : { sets }),
    ...(templates === undefined ? {} : { templates }),
  };
}

/** What {@linkcode VariableSettings}, which is written for those who read it, has to be. */
type Inferred = { readonly [Name in SettingVariableName as CamelCase<Name>]: HostVariables[Name] };

function variableSettings(vars: HostVariables): VariableSettings {
  return Object.fromEntries(SETTINGS.map(([name, setting]) => [setting, vars[name]])) as Inferred;
}
