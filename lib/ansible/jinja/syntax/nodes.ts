/**
 * What a template consists of, as Jinja2 parses it.
 * @module
 */
import type { Json } from "../../../plain/json.ts";

/** An expression. */
export type Expression =
  | { readonly kind: "constant"; readonly value: Json }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "list" | "tuple"; readonly items: readonly Expression[] }
  | { readonly kind: "mapping"; readonly pairs: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: "attribute"; readonly of: Expression; readonly name: string }
  | { readonly kind: "item"; readonly of: Expression; readonly key: Expression }
  | { readonly kind: "slice"; readonly of: Expression; readonly bounds: readonly (Expression | undefined)[] }
  | { readonly kind: "call"; readonly of: Expression; readonly given: Given }
  | { readonly kind: "filter"; readonly of: Expression; readonly name: string; readonly given: Given }
  | { readonly kind: "test"; readonly of: Expression; readonly name: string; readonly given: Given }
  | { readonly kind: "not" | "negative" | "positive"; readonly of: Expression }
  | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "compare"; readonly left: Expression; readonly rest: readonly Comparison[] }
  | {
    readonly kind: "arithmetic";
    readonly operator: string;
    readonly left: Expression;
    readonly right: Expression;
  }
  | { readonly kind: "concatenation"; readonly items: readonly Expression[] }
  | {
    readonly kind: "condition";
    readonly test: Expression;
    readonly then: Expression;
    readonly otherwise: Expression | undefined;
  };

/** One more operator of a chain: `< 3`. */
export interface Comparison {
  readonly operator: string;
  readonly right: Expression;
}

/** What stands in the brackets of a call. */
export interface Given {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [name: string, value: Expression])[];
  /** `*list` and `**mapping`. */
  readonly spread?: Expression;
  readonly spreadNamed?: Expression;
}

/** What a loop or `set` puts a value into: one name, several, or an attribute of a namespace. */
export type Target =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "several"; readonly targets: readonly Target[] }
  | { readonly kind: "attribute"; readonly of: string; readonly name: string };

/** A piece of a template, and the line that it begins on, counted from 1. */
export type Statement = Tag & { readonly line: number };

/** What a piece of a template consists of. */
export type Tag =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly value: Expression }
  | { readonly kind: "if"; readonly branches: readonly Branch[]; readonly otherwise: readonly Statement[] }
  | {
    readonly kind: "for";
    readonly target: Target;
    readonly over: Expression;
    readonly filter: Expression | undefined;
    readonly body: readonly Statement[];
    readonly otherwise: readonly Statement[];
  }
  | { readonly kind: "set"; readonly target: Target; readonly value: Expression }
  | { readonly kind: "capture"; readonly target: Target; readonly body: readonly Statement[] };

/** A condition of an `if`, and what it decides on. */
export interface Branch {
  readonly test: Expression;
  readonly body: readonly Statement[];
}

/** A text as a template: what it consists of, in order. */
export interface Template {
  readonly text: string;
  readonly body: readonly Statement[];
  /** Line ends that the text has at its end: the outcome has as many. */
  readonly newlines: number;
}
