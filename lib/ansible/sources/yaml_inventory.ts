/**
 * Groups and hosts out of a YAML document, as Ansible's yaml plugin reads them. What Ansible passes over is a warning here, but for a key
 * that is likely to be `hosts`, `children` or `vars` mistyped or misplaced: that is a mistake, because its hosts would be deployed to nowhere.
 * @module
 */
import type { Node, YAMLMap } from "yaml";
import defer * as yaml from "yaml";
import type { Json } from "../../plain/json.ts";
import { isFalsy } from "../python/python_number.ts";
import type { InventoryBuilder } from "./builder.ts";
import { BACKWARDS, expandHostKey, RangeProblem } from "./host_range.ts";
import { didYouMean } from "../../plain/near_miss.ts";
import { PlacedSetting, PlacedSettings } from "../places.ts";
import { problemAt, shown } from "../problems.ts";
import type { Settings } from "../types.ts";
import { priorityOf } from "../values.ts";
import type { VariableCheck } from "../variable_check.ts";
import type { Entry, YamlSource } from "../yaml/yaml_document.ts";

const SECTIONS = ["hosts", "children", "vars"] as const;
const PASSED_OVER = "it is ignored, as with Ansible";

/** Adds what a document defines to `builder`, and everything that is wrong with it to the problems of `check`. */
export function readYamlInventory(
  document: YamlSource,
  builder: InventoryBuilder,
  check: VariableCheck,
): void {
  new Reader(document, builder, check).file();
}

class Reader {
  /** Of the host before. */
  #last?: PlacedSettings;

  constructor(
    readonly document: YamlSource,
    readonly builder: InventoryBuilder,
    readonly check: VariableCheck,
  ) {}

  file(): void {
    const { root } = this.document;
    // Ansible's ini plugin takes an empty file for an inventory of nothing.
    if (isNothing(root)) return;
    if (!yaml.isMap(root)) {
      this.#problem(start(root), "", `found ${this.#shown(root)}, expected groups such as all:`);
      return;
    }
    const entries = this.document.entries(root);
    const plugin = entries.find((entry) => entry.key === "plugin");
    if (plugin && !this.#isFalsy(plugin.value)) {
      this.#problem(
        start(plugin.keyNode),
        "plugin",
        "found the configuration of an inventory plugin, expected groups such as all:",
      );
      return;
    }
    for (const entry of entries) {
      if (isNothing(entry.value) || yaml.isMap(entry.value)) this.#group(entry, "");
      else this.#noGroup(entry, "");
    }
  }

  /** Reads a group with everything below it. Returns its name if it could be added. */
  #group(entry: Entry, parentPath: string): string | undefined {
    const name = this.#name(entry, parentPath, "group");
    if (name === undefined) return undefined;
    const path = join(parentPath, name);
    this.builder.addGroup(name);
    if (!yaml.isMap(entry.value)) return name;
    for (const section of this.document.entries(entry.value)) {
      const sectionPath = join(path, section.name);
      switch (section.key) {
        case "vars":
          this.#groupVars(name, section, sectionPath);
          break;
        case "children":
          this.#children(name, section, sectionPath);
          break;
        case "hosts":
          this.#hosts(name, section, sectionPath);
          break;
        default:
          this.#unknownKey(name, section, sectionPath);
      }
    }
    return name;
  }

  #unknownKey(group: string, { key, name, keyNode, value }: Entry, path: string): void {
    const message = `found the key ${shown(key)}, expected hosts, children or vars`;
    const meant = didYouMean(name.toLowerCase(), SECTIONS) ?? misplaced(group);
    if (meant !== undefined) return this.#problem(start(keyNode), path, message, meant);
    const hint = isNothing(value) || yaml.isMap(value)
      ? "hosts belong below hosts:, groups below children:"
      : "variables of a group belong below vars:";
    this.#warn(start(keyNode), path, `${message}; ${PASSED_OVER}`, hint);
  }

  /** Stands where a group is due. Returns its name if a child may have that name anyway. */
  #noGroup({ key, name, value, offset }: Entry, parentPath: string): string | undefined {
    const path = join(parentPath, name);
    const message = `found ${this.#shown(value)}, expected a group: a mapping with hosts, children or vars`;
    const meant = misplaced(name);
    const known = typeof key === "string" && (this.builder.hasGroup(key) || this.builder.hasHost(key));
    if (meant !== undefined || parentPath !== "" && !known) {
      this.#problem(offset, path, message, meant);
      return undefined;
    }
    this.#warn(offset, path, `${message}; ${PASSED_OVER}`);
    return name;
  }

  #groupVars(group: string, section: Entry, path: string): void {
    for (const entry of this.#members(section, path, "variables")) {
      const { name } = entry;
      if (name !== "ansible_group_priority") {
        this.builder.setVariable(group, name, this.#setting(entry, path));
        continue;
      }
      const priority = priorityOf(this.#setting(entry, path), this.check.problems);
      if (priority !== undefined) this.builder.setPriority(group, priority);
    }
  }

  #children(parent: string, section: Entry, path: string): void {
    for (const entry of this.#members(section, path, "groups")) {
      const isGroup = isNothing(entry.value) || yaml.isMap(entry.value);
      const child = isGroup ? this.#group(entry, path) : this.#noGroup(entry, path);
      if (child === undefined || this.builder.addChild(parent, child)) continue;
      this.#problem(
        start(entry.keyNode),
        join(path, child),
        child === parent
          ? `found the group "${child}" as a child of itself`
          : `found the group "${child}" as a child of "${parent}", which is itself below "${child}"`,
      );
    }
  }

  #hosts(group: string, section: Entry, path: string): void {
    for (const entry of this.#members(section, path, "hosts")) {
      const key = this.#name(entry, path, "host");
      if (key === undefined) continue;
      const hostPath = join(path, key);
      const keyOrigin = this.document.origin(start(entry.keyNode), hostPath);
      const vars = this.#hostVars(entry, hostPath);
      let expanded;
      try {
        expanded = expandHostKey(key);
      } catch (error) {
        if (!(error instanceof RangeProblem)) throw error;
        this.check.problems.push(problemAt(keyOrigin, error.message, error.hint));
        continue;
      }
      if (expanded.names.length === 0) this.check.warn(problemAt(keyOrigin, BACKWARDS));
      const port = expanded.port === undefined ? undefined : { value: expanded.port, origin: keyOrigin };
      for (const name of expanded.names) {
        this.builder.addHost(name, group, port);
        this.builder.setVariables(name, vars);
      }
    }
  }

  #hostVars(entry: Entry, path: string): Settings {
    if (isNothing(entry.value)) return [];
    if (yaml.isMap(entry.value)) return this.#settings(entry.value, path);
    const message = `found ${
      this.#shown(entry.value)
    }, expected the host's variables as a mapping, or nothing`;
    if (this.#isFalsy(entry.value)) {
      this.#warn(entry.offset, path, `${message}; ${PASSED_OVER}`);
      return [];
    }
    this.#problem(
      entry.offset,
      path,
      message,
      yaml.isScalar(entry.value)
        ? `for an address write "ansible_host: ${String(entry.value.value)}" below the host`
        : undefined,
    );
    return [];
  }

  #settings(map: YAMLMap, path: string): Settings {
    const settings = this.document.entries(map).map((entry) => this.#setting(entry, path));
    return this.#last = new PlacedSettings(this.document.places, path, settings, this.#last);
  }

  /** A variable's value and place; its mistakes are reported here, once for all hosts that will have it. */
  #setting(entry: Entry, path: string): PlacedSetting {
    const { name } = entry;
    const { places } = this.document;
    const setting = new PlacedSetting(this.document.value(entry.value), places, entry.offset, path, name);
    this.check.variable(name, setting, () => this.document.origin(start(entry.keyNode), join(path, name)));
    return setting;
  }

  /** What a section holds. Ansible takes a single name for a mapping of that name alone. */
  #members(section: Entry, path: string, what: string): Entry[] {
    const { value } = section;
    if (isNothing(value)) return [];
    if (yaml.isMap(value)) return this.document.entries(value);
    if (yaml.isScalar(value) && typeof value.value === "string") {
      if (what === "variables") {
        this.#warn(
          section.offset,
          path,
          `found ${
            this.#shown(value)
          }, expected a mapping of variables; as with Ansible it is one without a value`,
        );
      }
      return [{ key: value.value, name: value.value, keyNode: value, value: null, offset: start(value) }];
    }
    this.#problem(
      section.offset,
      path,
      `found ${this.#shown(value)}, expected a mapping of ${what}`,
      yaml.isSeq(value) ? 'write each as "name:" on a line of its own, without "- "' : undefined,
    );
    return [];
  }

  #name(entry: Entry, parentPath: string, what: string): string | undefined {
    if (typeof entry.key === "string" && entry.key !== "") return entry.key;
    const written = yaml.isScalar(entry.keyNode) ? entry.keyNode.source ?? "" : "";
    this.#problem(
      start(entry.keyNode),
      join(parentPath, written),
      `found ${shown(entry.key)} for the name of a ${what}, expected text`,
      written ? `put it in quotes: "${written}"` : undefined,
    );
    return undefined;
  }

  /** Whether it is what Python takes for nothing. */
  #isFalsy(node: Node | null): boolean {
    if (yaml.isMap(node)) return this.document.entries(node).length === 0;
    return node === null ||
      (yaml.isSeq(node) ? node.items.length === 0 : yaml.isScalar(node) && isFalsy(node.value as Json));
  }

  #shown(node: Node | null): string {
    return yaml.isScalar(node) ? shown(node.value) : yaml.isSeq(node) ? "a list" : "a mapping";
  }

  #problem(offset: number, path: string, message: string, hint?: string): void {
    this.check.problems.push(problemAt(this.document.origin(offset, path), message, hint));
  }

  #warn(offset: number, path: string, message: string, hint?: string): void {
    this.check.warn(problemAt(this.document.origin(offset, path), message, hint));
  }
}

function misplaced(group: string): string | undefined {
  return SECTIONS.some((section) => section === group)
    ? `put "${group}:" below the name of a group, such as all:`
    : undefined;
}

function isNothing(node: Node | null): node is null {
  return node === null || yaml.isScalar(node) && node.value === null;
}

function start(node: Node): number {
  return node.range?.[0] ?? 0;
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}
