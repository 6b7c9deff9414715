/**
 * What Ansible is configured with, as far as connection and inventory are concerned.
 * @module
 */
export { type LeftOut, leftOutWarning } from "./left_out.ts";
export { type Configuration, type ConfigurationOptions, readConfiguration } from "./read.ts";
export {
  type Configured,
  type ConfiguredSettings,
  placeOf,
  type SettingName,
  settingNames,
} from "./settings.ts";
