/**
 * What a host's variables come to where the inventory says nothing: what Ansible is configured with.
 * @module
 */
import type { Configuration } from "../ansible/configuration/mod.ts";
import type { Configured, SettingName } from "../ansible/configuration/mod.ts";
import type { Json } from "../plain/json.ts";
import type { VariableName } from "./variables.ts";

/** By the variable that gives way: of two names for one thing the weaker one. */
const SETTINGS: ReadonlyMap<VariableName, SettingName> = new Map<VariableName, SettingName>([
  ["ansible_user", "remote_user"],
  ["ansible_port", "remote_port"],
  ["ansible_private_key_file", "private_key_file"],
  ["ansible_connection", "transport"],
  ["ansible_ssh_args", "ssh_args"],
  ["ansible_ssh_common_args", "ssh_common_args"],
  ["ansible_ssh_extra_args", "ssh_extra_args"],
  ["ansible_host_key_checking", "host_key_checking"],
  ["ansible_become", "become"],
  ["ansible_become_user", "become_user"],
  ["ansible_become_method", "become_method"],
]);

/** The value that is configured for a variable, and where. It is no template. */
export function configuredVariable(
  name: VariableName,
  configuration: Configuration | undefined,
): Configured<Json> | undefined {
  const setting = SETTINGS.get(name);
  return setting === undefined ? undefined : configuration?.settings[setting] as Configured<Json> | undefined;
}
