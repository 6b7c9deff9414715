/**
 * The formats as a list: what `report` takes, what its `--help` and the shell's Tab offer, and what tests go through.
 * @module
 */
import * as all from "./all.ts";
import type { Format } from "./format.ts";

export type { Format } from "./format.ts";

/** By name. */
export const formats: readonly Format[] = Object.values(all);

/** The one of this name. */
export function formatNamed(name: string): Format | undefined {
  return formats.find((format) => format.name === name);
}
