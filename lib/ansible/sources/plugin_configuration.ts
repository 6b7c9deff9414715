/**
 * Files that configure one of Ansible's inventory plugins: what tells them apart from an inventory, and which of them are read without Ansible.
 * @module
 */
import defer * as yaml from "yaml";
import type { Origin } from "../types.ts";
import type { YamlSource } from "../yaml/yaml_document.ts";

/** The plugin that a document names, and where. */
export interface Plugin {
  readonly name: string;
  readonly origin: Origin;
  /** Whether it is to know the variables of `-e`. */
  readonly useExtraVars: boolean;
  /** Whether it is to know the files of variables beside it. */
  readonly useVarsPlugins: boolean;
}

/** The plugin that a document configures; undefined if it is an inventory. */
export function pluginOf(document: YamlSource): Plugin | undefined {
  if (!yaml.isMap(document.root)) return undefined;
  const entries = document.entries(document.root);
  const entry = entries.find(({ key }) => key === "plugin");
  const isOn = (option: string): boolean => {
    const value = entries.find(({ key }) => key === option)?.value;
    return yaml.isScalar(value) && /^(?:true|yes|on|y|t|1)$/i.test(String(value.value));
  };
  if (
    !entry || !yaml.isScalar(entry.value) || typeof entry.value.value !== "string" || entry.value.value === ""
  ) {
    return undefined;
  }
  return {
    name: entry.value.value,
    origin: document.origin(entry.keyNode.range?.[0] ?? 0, "plugin"),
    useExtraVars: isOn("use_extra_vars"),
    useVarsPlugins: isOn("use_vars_plugins"),
  };
}

/** Whether a plugin is the one that constructs groups and variables of those that are there already. */
export function isConstructed({ name }: Plugin): boolean {
  return name === "constructed" || name === "ansible.builtin.constructed";
}

/** Whether Ansible reads a plugin's configuration from a file of this name without being told to. */
export function isConfigurationName(file: string): boolean {
  return /\.ya?ml$/.test(file);
}
