/**
 * Where and under which name a host has a variable.
 * @module
 */
import type { Host, Origin, Setting } from "../../ansible/types.ts";
import { isVariableName, PREFIX, unprefixed, type VariableName } from "../variables.ts";

/** The name under which a host has a variable of ours: with our prefix, where somebody has written that. */
export function writtenName(host: Host, name: VariableName): string {
  const prefixed = `${PREFIX}${name}`;
  return Object.hasOwn(host.vars, prefixed) && isVariableName(unprefixed(prefixed)) ? prefixed : name;
}

/** Where a host has a variable. */
export function originOf(host: Host, name: string): Origin {
  return host.origins[name] ?? { file: host.name, line: 0, col: 0, path: name };
}

/** A variable as a host has it. */
export function settingOf(host: Host, name: string): Setting {
  return { value: host.vars[name] ?? null, origin: originOf(host, name) };
}
