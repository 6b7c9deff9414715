/**
 * What a host's variables come to if the inventory says nothing: what Ansible is configured with.
 * @module
 */
import type { Configuration, Configured } from "../ansible/configuration/mod.ts";
import type { Json } from "../plain/json.ts";
import { type VariableName, variableOf } from "./variables.ts";

/** The value that is configured for a variable, and where. It is no template. */
export function configuredVariable(
  name: VariableName,
  configuration: Configuration | undefined,
): Configured<Json> | undefined {
  const setting = variableOf(name).configured;
  return setting === undefined ? undefined : configuration?.settings[setting] as Configured<Json> | undefined;
}
