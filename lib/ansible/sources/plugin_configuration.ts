/**
 * Files that configure one of Ansible's inventory plugins: what tells them apart from an inventory, and which of them are read here.
 * @module
 */
import { isMap, isScalar } from "yaml";
import type { Origin } from "../types.ts";
import type { YamlSource } from "../yaml/yaml_document.ts";

/** The plugin that a document names, and where. */
export interface Plugin {
  readonly name: string;
  readonly origin: Origin;
}

/** The plugin that a document configures; undefined where it is an inventory. */
export function pluginOf(document: YamlSource): Plugin | undefined {
  if (!isMap(document.root)) return undefined;
  const entry = document.entries(document.root).find(({ key }) => key === "plugin");
  if (!entry || !isScalar(entry.value) || typeof entry.value.value !== "string" || entry.value.value === "") {
    return undefined;
  }
  return {
    name: entry.value.value,
    origin: document.origin(entry.keyNode.range?.[0] ?? 0, "plugin"),
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
