/**
 * What is said about a variable, as text for people.
 * @module
 */
import { expectedOf, hostVariables, type VariableName, variableOf } from "../variables.ts";

// What stands for an unset variable is known only if the value has been read.
const presets: Readonly<Partial<Record<VariableName, unknown>>> = hostVariables.parse({});

/** The default of a variable; `undefined` if it has none. */
export function presetOf(name: VariableName): unknown {
  return presets[name];
}

/** Markdown without its links. */
export function withoutLinks(markdown: string): string {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}

/** What a variable is for, what it may be, and what holds if it is not set: without links. */
export function descriptionOf(name: VariableName): string {
  const { meaning, unset } = variableOf(name);
  const without = unset === undefined ? "" : ` Default: ${unset}.`;
  return `${withoutLinks(meaning)} Expected: ${expectedOf(name)}.${without}`;
}

/** The first sentence of what a variable is for, without links and its full stop. */
export function summaryOf(name: VariableName): string {
  return withoutLinks(variableOf(name).meaning).replace(/\.(?: .*)?$/s, "");
}
