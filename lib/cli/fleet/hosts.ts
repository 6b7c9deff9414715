/**
 * From options to the hosts of the inventory, with their settings.
 * @module
 */
import process from "node:process";
import { type Host, selectHosts } from "../../ansible/mod.ts";
import { formatProblem, type Problem } from "../../errors.ts";
import { noteSecretName } from "../../secrets.ts";
import {
  extraVarNames,
  type HostSettings,
  loadInventory,
  misspeltTaskVariables,
  noteSecretsOfHosts,
  noteSecretVariables,
  settingsOfAll,
  unusedVariables,
  type VariableSchemas,
} from "../../settings/mod.ts";
import type { HostsOptions, InventoryOptions } from "../options/common.ts";
import type { Configured } from "../options/configured.ts";
import { warn as sayWarning } from "../output/streams.ts";

/** The inventory and the hosts of it that `--limit` leaves. */
export async function inventoryOf(options: Configured<InventoryOptions>) {
  const { inventory, warn } = await loadedOf(options);
  return { inventory, hosts: selectHosts(inventory, options.limit, warn) };
}

/** The inventory alone, and where to warn. */
export async function loadedOf(options: Configured<InventoryOptions>) {
  const load = loadOptions(options);
  const inventory = await loadInventory(options.inventory, load);
  noteSecretVariables(inventory, options.secret ?? [], process.cwd());
  return { inventory, warn: load.warn };
}

/** The names of the variables that -e sets, those of its files, too. */
export async function extraVarNamesOf(options: Configured<Partial<InventoryOptions>>): Promise<string[]> {
  return await extraVarNames(loadOptions(options));
}

function loadOptions(options: Configured<Partial<InventoryOptions>>) {
  const warn = (warning: Problem): void => sayWarning(formatProblem(warning));
  // Before anything is read: a mistake is shown with what is wrong. A run that an earlier version has recorded knows nothing of them.
  for (const name of options.secret ?? []) noteSecretName(name);
  return {
    extraVars: options.extraVars ?? [],
    vaultPasswordFiles: options.vaultPasswordFile ?? [],
    vaultIds: options.vaultId ?? [],
    skipUnreadable: options.skipUnreadableSources ?? false,
    configuration: options.configuration,
    env: process.env,
    cwd: process.cwd(),
    warn,
  };
}

/** The settings of the hosts that options mean. Throws a UsageError if there are none, or something is wrong with any. */
export async function hostsOf(
  options: Configured<HostsOptions>,
  variables?: VariableSchemas,
): Promise<HostSettings[]> {
  const { hosts } = await inventoryOf(options);
  return settingsFor(hosts, options, variables);
}

/** The settings of these hosts; warns of variables that nothing reads. */
export function settingsFor(
  hosts: readonly Host[],
  options: Configured<Pick<HostsOptions, "artifacts">>,
  variables: VariableSchemas = new Map(),
): HostSettings[] {
  noteSecretsOfHosts(hosts, process.cwd());
  const warnings = [...unusedVariables(hosts), ...misspeltTaskVariables(hosts, variables)];
  for (const warning of warnings) sayWarning(formatProblem(warning));
  return settingsOfAll(hosts, {
    cwd: process.cwd(),
    env: process.env,
    configuration: options.configuration,
    variables,
    ...(options.artifacts === undefined ? {} : { artifactsDir: options.artifacts }),
  });
}
