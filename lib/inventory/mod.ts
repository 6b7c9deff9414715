/**
 * Inventories: sources, groups, hosts, variables, patterns and settings.
 * @module
 */
export { toAnsibleHost, toAnsibleList, toGraph, toOriginRows } from "./listing.ts";
export { didYouMean } from "./near_miss.ts";
export { withoutSecrets } from "./extra_vars.ts";
export { extraVarNames, loadInventory, type LoadOptions } from "./load.ts";
export { selectHosts } from "./patterns.ts";
export { noteSecretsOfHosts, noteSecretVariables } from "./secrets_of_hosts.ts";
export { type HostSettings, settingsOf, settingsOfAll, type SettingsOptions } from "./settings.ts";
export { unusedVariables } from "./unused_variables.ts";
export type { Group, Host, Inventory, Origin } from "./types.ts";
export { hostVariables, type RolloutVariable } from "./variables.ts";
