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

const KNOWN: readonly Known[] = [
  {
    why: "a date is text here, as Ansible lists it; within a text Ansible writes it as Python does",
    is: ({ ours, theirs }) =>
      /\d{4}-\d\d-\d\d|"str"/.test(ours) &&
      /datetime\.date|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|date__?time|"(?:date|datetime)"/.test(theirs),
  },
  {
    why: "the same, where it has become the name of a group",
    is: ({ ours, theirs }) => /\d\dT\d\d_/.test(ours) && letters(ours, /[_T]/g) === letters(theirs, /[_T]/g),
  },
  {
    why: "keys of mappings are text here, with the quotes of one where a mapping becomes a text",
    is: ({ ours, theirs }) =>
      /(?:\{'|___)\d+(?:':|____)/.test(ours) && letters(ours, /[_']/g) === letters(theirs, /[_']/g),
  },
  {
    why:
      "a variable that only a branch names which is not taken is not evaluated here, and so closes no loop",
    is: ({ ours, theirs }) =>
      ours.startsWith('{"value"') && /"error":.*(?:recursive loop|maximum recursion)/s.test(theirs),
  },
  {
    why: "keys that are whole numbers come first here, where a mapping becomes a text",
    is: ({ ours, theirs }) => /'\d+':|\\"\d+\\":/.test(ours) && letters(ours) === letters(theirs),
  },
];

/** The characters of a text but for some, in whatever order they are. */
function letters(text: string, without = /^$/g): string {
  return [...text.replaceAll(without, "")].sort().join("");
}

/** Why a difference is meant; undefined where it is not. */
export function reasonFor(difference: Difference): string | undefined {
  return KNOWN.find(({ is }) => is(difference))?.why;
}
