/**
 * An Ansible inventory as hosts with variables and where each was set. Imports nothing of the rest but errors and plain data.
 * @module
 */
export {
  type Configuration,
  type ConfigurationOptions,
  type Configured,
  type ConfiguredSettings,
  type LeftOut,
  leftOutWarning,
  placeOf,
  readConfiguration,
} from "./configuration/mod.ts";
export { inventorySources } from "./configuration/inventory_sources.ts";
export { readExtraVarNames, readInventory } from "./load.ts";
export type { LoadOptions, ReadOptions } from "./options.ts";
export { selectHosts } from "./patterns/patterns.ts";
export { keepSecretsWith, type SecretKeeper } from "./secret_keeper.ts";
export type { Fleet, Group, Host, Inventory, Origin, Variables } from "./types.ts";
