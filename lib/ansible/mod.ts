/**
 * An Ansible inventory as hosts with variables and where each was set: sources, groups, patterns, listings.
 * @module
 */
export { toAnsibleHost, toAnsibleList, toGraph, toOriginRows } from "./listing.ts";
export { extraVarNames, loadInventory, type LoadOptions } from "./load.ts";
export { selectHosts } from "./patterns/patterns.ts";
export { withoutSecrets } from "./sources/extra_vars.ts";
export type { Group, Host, Inventory, Origin } from "./types.ts";
