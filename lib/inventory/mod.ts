/**
 * Inventories: sources, groups, hosts, variables, patterns and settings.
 * @module
 */
export { extraVarNames } from "./extra_vars.ts";
export { toAnsibleHost, toAnsibleList, toGraph, toOriginRows } from "./listing.ts";
export { didYouMean } from "./near_miss.ts";
export { loadInventory, type LoadOptions } from "./load.ts";
export { noteSecretVariables } from "./secret_variables.ts";
export { selectHosts } from "./patterns.ts";
export { type HostSettings, settingsOf, settingsOfAll, type SettingsOptions } from "./settings.ts";
export type { Group, Host, Inventory, Origin } from "./types.ts";
export { hostVariables, type RolloutVariable } from "./variables.ts";
