/**
 * Differences between our answers and Ansible's that are meant, each with its reason: the list against which random inventories are held.
 * @module
 */
import type { Difference } from "./compare.ts";

/** A kind of difference, and why it is meant. */
interface Known {
  readonly why: string;
  readonly is: (difference: Difference) => boolean;
}

const KNOWN: readonly Known[] = [];

/** Why a difference is meant; undefined where it is not. */
export function reasonFor(difference: Difference): string | undefined {
  return KNOWN.find(({ is }) => is(difference))?.why;
}
