/**
 * A text that is a mapping of variables: a file of `group_vars/` or `host_vars/`, or what `-e` was given.
 * @module
 */
import defer * as yaml from "yaml";
import type { Problem } from "../../errors.ts";
import { isFalsy } from "../python/python_number.ts";
import { problemAt, shown } from "../problems.ts";
import type { Origin, Setting } from "../types.ts";
import { type Reading, readYaml } from "../yaml/yaml_document.ts";

/** A variable, and where its name is written. */
export interface NamedSetting {
  readonly name: string;
  readonly setting: Setting;
  readonly nameOrigin: Origin;
}

/**
 * The variables of a text, in order. One that holds what Python takes for nothing has none, and is a mistake if `mayBeNothing` is false.
 * What is wrong goes to `problems`.
 */
export function readVarsMapping(
  file: string,
  text: string,
  problems: Problem[],
  reading: Partial<Omit<Reading, "json">>,
  mayBeNothing = true,
): NamedSetting[] {
  const document = readYaml(file, text, problems, reading);
  if (!document) return [];
  const { root } = document;
  if (!yaml.isMap(root)) {
    const value = document.json(root);
    const isNothing = isFalsy(value) || Array.isArray(value) && value.length === 0;
    if (!isNothing || !mayBeNothing) {
      problems.push(problemAt(
        document.origin(root?.range?.[0] ?? 0),
        `found ${shown(value)}, expected a mapping of variables`,
      ));
    }
    return [];
  }
  return document.entries(root).map((entry) => {
    const { name } = entry;
    return {
      name,
      setting: { value: document.value(entry.value), origin: document.origin(entry.offset, name) },
      nameOrigin: document.origin(entry.keyNode.range?.[0] ?? 0, name),
    };
  });
}
