/**
 * Looks at the name of a variable where it is written. An inventory may hold variables of any tool, so a name is never refused: what is worth
 * a word is a warning, once for all places.
 * @module
 */
import type { Problem } from "../errors.ts";
import type { Json } from "../plain/json.ts";
import { isInternalName } from "./internal_names.ts";
import { problemAt } from "./problems.ts";
import type { Setting } from "./types.ts";

/** A remark about a variable, and what mends it. */
export interface Advice {
  readonly message: string;
  readonly hint: string;
}

/** What an application has to say about a variable; undefined if nothing. */
export type Adviser = (name: string, value: Json) => Advice | undefined;

/** Words that are no names in Python, and so none in a template. */
const KEYWORDS: ReadonlySet<string> = new Set(
  ("False None True and as assert async await break class continue def del elif else except finally for from global if import in is " +
    "lambda nonlocal not or pass raise return try while with yield").split(" "),
);

/** Looks at every variable of the sources; `problems` are those of whatever is being read. */
export class VariableCheck {
  constructor(
    readonly problems: Problem[],
    readonly warn: (warning: Problem) => void,
    readonly adviser: Adviser = () => undefined,
    /** The names that have been warned of. */
    readonly seen: Set<string> = new Set(),
  ) {}

  /** The same check for one source, with its own problems. */
  of(problems: Problem[], warn: (warning: Problem) => void): VariableCheck {
    return new VariableCheck(problems, warn, this.adviser, this.seen);
  }

  /** Looks at a variable, whose name is written at `nameOrigin()`. */
  variable(name: string, { value, origin }: Setting, nameOrigin = () => origin): void {
    if (this.seen.has(name)) return;
    const advice = this.adviser(name, value) ?? aboutName(name);
    if (advice === undefined) return;
    this.seen.add(name);
    this.warn(problemAt(nameOrigin(), advice.message, advice.hint));
  }
}

function aboutName(name: string): Advice | undefined {
  if (!isUsable(name)) {
    return {
      message: `found the variable "${name}", which no template can use; it is kept as it is`,
      hint: "a name consists of letters, digits and _, and does not start with a digit",
    };
  }
  return isInternalName(name)
    ? {
      message: `found the variable "${name}", whose name Ansible reserves; it is not listed, as with Ansible`,
      hint: "give it another name",
    }
    : undefined;
}

function isUsable(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && !KEYWORDS.has(name);
}
