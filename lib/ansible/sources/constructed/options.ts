/**
 * What the configuration of a `constructed` inventory may say.
 * @module
 */
import { isMap } from "yaml";
import type { Json } from "../../../plain/json.ts";
import { didYouMean } from "../../../plain/near_miss.ts";
import { problemAt, shown } from "../../problems.ts";
import type { Origin } from "../../types.ts";
import type { VariableCheck } from "../../variable_check.ts";
import type { YamlSource } from "../../yaml/yaml_document.ts";

/** An expression, and where it is written. */
export interface Written {
  readonly name: string;
  readonly expression: Json;
  readonly origin: Origin;
}

/** One entry of `keyed_groups`. */
export interface KeyedGroup {
  readonly key: Json;
  readonly prefix: Json;
  readonly separator: Json;
  /** Null if none is given. */
  readonly defaultValue: Json;
  readonly trailingSeparator: Json;
  readonly parentGroup: Json;
}

/** All options, with Ansible's defaults. */
export interface ConstructedOptions {
  readonly strict: boolean;
  readonly useExtraVars: boolean;
  readonly useVarsPlugins: boolean;
  readonly leadingSeparator: boolean;
  readonly compose: readonly Written[];
  readonly groups: readonly Written[];
  readonly keyedGroups: readonly KeyedGroup[];
  readonly keyedGroupsOrigin: Origin;
}

const KNOWN = [
  "plugin",
  "strict",
  "compose",
  "groups",
  "keyed_groups",
  "use_extra_vars",
  "use_vars_plugins",
  "leading_separator",
];

/** The options of a document; what is wrong with them goes to the problems of `check`. */
export function constructedOptions(
  document: YamlSource,
  check: VariableCheck,
  env: Readonly<Record<string, string | undefined>>,
): ConstructedOptions {
  const entries = isMap(document.root) ? document.entries(document.root) : [];
  const found = new Map(entries.map((entry) => [entry.name, entry]));
  const place = (name: string): Origin => document.origin(found.get(name)?.offset ?? 0, name);
  const refuse = (name: string, value: Json, expected: string) =>
    check.problems.push(problemAt(place(name), `found ${shown(value)}, expected ${expected}`));
  for (const { name, keyNode } of entries) {
    if (KNOWN.includes(name)) continue;
    const at = document.origin(keyNode.range?.[0] ?? 0, name);
    check.warn(
      problemAt(
        at,
        `found the key "${name}", which constructed does not know; it is passed over`,
        didYouMean(name, KNOWN),
      ),
    );
  }
  const read = (name: string): Json => {
    const entry = found.get(name);
    return entry ? document.value(entry.value) : null;
  };
  const truth = (name: string, otherwise: boolean): boolean => {
    const value = read(name);
    if (value === null) return otherwise;
    const known = truthOf(value);
    if (known === undefined) refuse(name, value, "yes or no");
    return known ?? otherwise;
  };
  const expressions = (name: string): Written[] => {
    const entry = found.get(name);
    if (!entry || entry.value === null || read(name) === null) return [];
    if (isMap(entry.value)) {
      return document.entries(entry.value).map((one) => ({
        name: one.name,
        expression: document.value(one.value),
        origin: document.origin(one.offset, `${name}.${one.name}`),
      }));
    }
    refuse(name, read(name), "a mapping of names and expressions");
    return [];
  };
  const useExtraVars = truthOf(env.ANSIBLE_INVENTORY_USE_EXTRA_VARS ?? "no") ?? false;
  return {
    strict: truth("strict", false),
    useExtraVars: truth("use_extra_vars", useExtraVars),
    useVarsPlugins: truth("use_vars_plugins", false),
    leadingSeparator: truth("leading_separator", true),
    compose: expressions("compose"),
    groups: expressions("groups"),
    keyedGroups: keyedGroups(
      read("keyed_groups"),
      (value, expected) => refuse("keyed_groups", value, expected),
    ),
    keyedGroupsOrigin: place("keyed_groups"),
  };
}

/** Ansible's `boolean()`. */
export function truthOf(value: Json): boolean | undefined {
  const word = typeof value === "string" ? value.trim().toLowerCase() : String(value);
  if (["yes", "on", "1", "true", "t", "y", "1.0"].includes(word)) return true;
  return ["no", "off", "0", "false", "f", "n", "0.0"].includes(word) ? false : undefined;
}

function keyedGroups(value: Json, refuse: (value: Json, expected: string) => void): KeyedGroup[] {
  if (value === null) return [];
  if (!Array.isArray(value)) {
    refuse(value, "a list of keyed groups");
    return [];
  }
  return value.flatMap((one: Json) => {
    if (typeof one !== "object" || one === null || Array.isArray(one) || Object.keys(one).length === 0) {
      refuse(one, "a mapping with key");
      return [];
    }
    const entry = one as { readonly [key: string]: Json };
    const of = (name: string, otherwise: Json): Json => Object.hasOwn(entry, name) ? entry[name]! : otherwise;
    const keyed = {
      key: of("key", null),
      prefix: of("prefix", ""),
      separator: of("separator", "_"),
      defaultValue: of("default_value", null),
      trailingSeparator: of("trailing_separator", null),
      parentGroup: of("parent_group", null),
    };
    if (keyed.defaultValue !== null && keyed.trailingSeparator !== null) {
      refuse(one, "only one of default_value and trailing_separator");
      return [];
    }
    return [keyed];
  });
}
