/**
 * What Lockstep reads of an inventory: its variables, and the settings of a host.
 * @module
 */
export { toAnsibleHost, toAnsibleList, toGraph, toOriginRows } from "./listing.ts";
export { inventorySchema } from "./json_schema.ts";
export { extraVarNames, loadInventory, type LoadOptions } from "./load_inventory.ts";
export { withoutSecrets } from "./recordable_extra_vars.ts";
export { noteSecretsOfHosts, noteSecretVariables } from "./secrets_of_hosts.ts";
export type { HostSettings, SettingsOptions } from "./host/host_settings.ts";
export type { VariableSettings } from "./host/variable_settings.ts";
export { settingsOf, settingsOfAll } from "./settings.ts";
export {
  misspeltTaskVariables,
  type TaskVariables,
  type VariableIssue,
  type VariableSchema,
  type VariableSchemas,
  variablesOf,
} from "./task_variables.ts";
export { checkTemplate, type TemplateFile } from "./templates.ts";
export { unusedVariables } from "./unused_variables.ts";
export { hostVariables } from "./variables.ts";
export type { Hook, Hooks } from "./variables/hooks.ts";
export type { RolloutVariable } from "./variables/rollout.ts";
export { isUnitName, type ServiceManager } from "./variables/service.ts";
