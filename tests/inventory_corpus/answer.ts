/**
 * What both sides say about an inventory, in the same shape.
 * @module
 */
import type { Json } from "../../lib/events.ts";

/** The hosts that a pattern names, in order; undefined if it ends with an error. */
export interface Selection {
  readonly hosts?: readonly string[];
  readonly error?: string;
  /** The parts of the pattern that were skipped, with a warning each. */
  readonly unmatched: readonly string[];
}

/** The list and the selections; `error` alone where the inventory is refused. */
export interface Answer {
  readonly list?: Json;
  /** The plain values of single variables that are encrypted, by host. */
  readonly secrets?: Json;
  readonly patterns?: Readonly<Record<string, Selection>>;
  /** What the variables of hosts come to, by host and name. */
  readonly rendered?: Readonly<Record<string, Readonly<Record<string, Rendered>>>>;
  readonly error?: string;
}

/** What a variable comes to: nothing at all for `omit`, `error` where it is not known. */
export type Rendered = { readonly value: Json } | { readonly omitted: true } | { readonly error: string };

/** The questions that an answer answers; `args` are those of ansible-inventory. */
export interface Question {
  readonly cwd: string;
  readonly sources: readonly string[];
  readonly extraVars: readonly string[];
  readonly vaultPasswordFile?: string;
  readonly patterns: readonly string[];
  readonly render?: readonly string[];
  /** False if nothing is encrypted: to look for it takes a third of the time. */
  readonly secrets?: boolean;
}

/** What a text is read as: `error` where it cannot be, `other` where JSON has no word for it. */
export type Piece = { readonly value: Json } | { readonly error: string } | { readonly other: string };
