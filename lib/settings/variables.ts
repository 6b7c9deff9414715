/**
 * The variables of a host that Lockstep reads. An entry in `variables/` is the only place that says what each may be, its default and what it
 * is for; `deno task schema` writes what users and their editors read of that.
 * @module
 */
import { z } from "zod";
import { addPublicWords } from "../public_words.ts";
import { connectionVariables, otherNames } from "./variables/connection.ts";
import { fileVariables } from "./variables/files.ts";
import { healthVariables } from "./variables/health.ts";
import { hookVariables } from "./variables/hooks.ts";
import { choicesOfKind, expectedOfKind } from "./variables/kinds.ts";
import { rolloutVariables } from "./variables/rollout.ts";
import { serviceVariables } from "./variables/service.ts";
import { setVariables } from "./variables/sets.ts";
import { simulationVariables } from "./variables/simulation.ts";
import type { Variable } from "./variables/variable.ts";

/** Every variable that Lockstep reads, in Ansible's names and ours. Variables that are not here are the user's own. */
const variables = {
  ...connectionVariables,
  ...otherNames,
  ...fileVariables,
  ...serviceVariables,
  ...healthVariables,
  ...setVariables,
  ...rolloutVariables,
  ...hookVariables,
  ...simulationVariables,
};

type Definitions = typeof variables;

/** The name of a variable that Lockstep reads. */
export type VariableName = keyof Definitions;

/** The names of all variables that Lockstep reads. */
export const variableNames = Object.keys(variables) as readonly VariableName[];

type Shape = { readonly [Name in VariableName]: Definitions[Name]["type"] };

/** A host's variables, unchecked, to {@linkcode HostVariables}. */
export const hostVariables: z.ZodObject<Shape> = z.object(
  Object.fromEntries(variableNames.map((name) => [name, variables[name].type])) as Shape,
);

/** A host's variables as the schema leaves them: typed, defaults filled in. */
export type HostVariables = z.output<typeof hostVariables>;

/** The names of variables that a host's settings have as they are: ours, but for those that are marked. */
export type SettingVariableName = {
  [Name in VariableName]: Name extends `ansible_${string}` ? never
    : Definitions[Name] extends { readonly derived: true } ? never
    : Name;
}[VariableName];

/** All of them. */
export const settingVariableNames = variableNames.filter((name) =>
  isOurs(name) && !variableOf(name).derived
) as readonly SettingVariableName[];

/** What is said about a variable. */
export function variableOf(name: VariableName): Variable {
  return variables[name];
}

/**
 * What a variable of ours may have in front of its name, so that an inventory can be shared with others who have a `service` of their own. The
 * prefixed one wins. Those of Ansible are known to everybody and have none.
 */
export const PREFIX = "lockstep_";

/** The prefixed names of our variables. */
export const prefixedNames: readonly string[] = variableNames.filter(isOurs).map((name) =>
  `${PREFIX}${name}`
);

/** A name without our prefix; one of Ansible's never has it. */
export function unprefixed(name: string): string {
  const plain = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  return plain !== name && !isOurs(plain) ? name : plain;
}

function isOurs(name: string): boolean {
  return !name.startsWith("ansible_");
}

/** Whether `name` is a variable that Lockstep reads. */
export function isVariableName(name: string): name is VariableName {
  return Object.hasOwn(variables, name);
}

/** The words that a variable may be, if it is one of a few; empty for any other. */
export function choicesOf(name: VariableName): readonly string[] {
  return choicesOfKind(variables[name].type);
}

/** What a variable may be, in words: "a port from 1 to 65535". */
export function expectedOf(name: VariableName): string {
  const expected = expectedOfKind(variables[name].type);
  if (expected === undefined) throw new Error(`nothing says what ${name} may be: use expecting()`);
  return expected;
}

// Anyone who encrypts a default, or a word that a variable may be, keeps no secret by it.
addPublicWords(Object.values(hostVariables.parse({})).filter((preset) => typeof preset === "string"));
addPublicWords(variableNames.flatMap(choicesOf));
