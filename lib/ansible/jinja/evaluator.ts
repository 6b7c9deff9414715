/**
 * Evaluates expressions over values, without ever making code of them.
 * @module
 */
import { figureOf } from "../python/arithmetic.ts";
import { Tuple } from "../python/tuple.ts";
import { attributeOf, itemOf, sliceOf } from "./values/access.ts";
import { append } from "../../plain/append.ts";
import { didYouMean } from "../../plain/near_miss.ts";
import { TESTS } from "./checks.ts";
import type { Environment } from "./environment.ts";
import { FILTERS, NEVER_EVALUATED, TEXT_FILTERS, TOLERANT } from "./filters/mod.ts";
import { keysOf, listOf } from "./values/methods.ts";
import type { Expression, Given } from "./syntax/nodes.ts";
import { arithmetic, calculated, compare, isTrue, keyOf, opened } from "./values/operators.ts";
import type { Run } from "./values/run.ts";
import { TemplateError, Unsupported } from "./values/template_error.ts";
import { textOf } from "./values/text.ts";
import {
  type Arguments,
  Callable,
  isMapping,
  Lazy,
  mappingOf,
  NativeText,
  typeName,
  Undefined,
  type Value,
} from "./values/values.ts";

/** What names mean. */
export interface Names {
  /** The value of a name; an Undefined that says what is missing if it has none. */
  get(name: string): Value;
}

/** Evaluates the expressions of one template. */
export class Evaluator implements Environment {
  constructor(readonly run: Run, readonly names: Names) {}

  /** What an expression comes to. */
  evaluate(expression: Expression): Value {
    const value = this.kept(expression);
    return value instanceof NativeText ? value.text : value;
  }

  /** Whether an expression is true. Whatever it looks at does not become part of what that decides on. */
  isTrue(expression: Expression): boolean {
    return this.run.apart(() => isTrue(this.evaluate(expression)))[0];
  }

  /** The same, but for text that must stay text while it stands alone. */
  kept(expression: Expression): Value {
    const { run } = this;
    run.spend(1);
    const value = run.deeper(() => this.#kept(expression));
    // Work on a long text takes longer.
    if (typeof value === "string") run.spend(value.length >> 6);
    return value;
  }

  #kept(expression: Expression): Value {
    switch (expression.kind) {
      case "constant":
        return expression.value;
      case "name":
        return opened(this.names.get(expression.name), this.run);
      case "condition":
        if (this.isTrue(expression.test)) return this.kept(expression.then);
        if (expression.otherwise) return this.kept(expression.otherwise);
        return new Undefined("an if that is not true, and has no else", "give it an else", true);
      case "filter":
        return this.#filter(expression.name, expression.of, expression.given);
      default:
        return this.#other(expression);
    }
  }

  #other(
    expression: Exclude<Expression, { readonly kind: "constant" | "name" | "condition" | "filter" }>,
  ): Value {
    const { run } = this;
    switch (expression.kind) {
      case "list":
        return expression.items.map((item) => this.evaluate(item));
      case "tuple":
        return Tuple.from(expression.items.map((item) => this.evaluate(item)));
      case "mapping":
        return mappingOf(
          expression.pairs.map(([key, value]) => [keyOf(this.evaluate(key)), this.evaluate(value)]),
        );
      case "attribute":
        return attributeOf(this.evaluate(expression.of), expression.name, run);
      case "item":
        return itemOf(this.evaluate(expression.of), this.evaluate(expression.key), run);
      case "slice":
        return sliceOf(
          this.evaluate(expression.of),
          expression.bounds.map((bound) => bound && this.evaluate(bound)),
          run,
        );
      case "call":
        return this.#call(this.evaluate(expression.of), this.#arguments(expression.given));
      case "test":
        return run.apart(() =>
          this.test(expression.name, this.evaluate(expression.of), this.#arguments(expression.given))
        )[0];
      case "not":
        return !this.isTrue(expression.of);
      case "and": {
        const left = this.evaluate(expression.left);
        return isTrue(left) ? this.evaluate(expression.right) : left;
      }
      case "or": {
        const left = this.evaluate(expression.left);
        return isTrue(left) ? left : this.evaluate(expression.right);
      }
      case "compare": {
        return run.apart(() => this.#compared(expression))[0];
      }
      case "arithmetic":
        return arithmetic(
          expression.operator,
          this.evaluate(expression.left),
          this.evaluate(expression.right),
          run,
        );
      case "concatenation": {
        const texts = expression.items.map((item) => textOf(this.evaluate(item), run));
        run.size(texts.reduce((size, text) => size + text.length, 0));
        return texts.join("");
      }
      case "negative":
      case "positive":
        return this.#signed(expression.kind, this.evaluate(expression.of));
    }
  }

  #compared(expression: Extract<Expression, { readonly kind: "compare" }>): boolean {
    let left = this.evaluate(expression.left);
    for (const { operator, right } of expression.rest) {
      const next = this.evaluate(right);
      if (!compare(operator, left, next, this.run)) return false;
      left = next;
    }
    return true;
  }

  #signed(sign: "negative" | "positive", value: Value): Value {
    const figure = figureOf(value);
    if (figure === undefined) {
      if (value instanceof Undefined) return value.fail();
      throw new TemplateError(`a sign before ${typeName(value)}`);
    }
    return calculated(
      "*",
      figure,
      typeof figure === "bigint" ? (sign === "negative" ? -1n : 1n) : sign === "negative" ? -1 : 1,
    );
  }

  #call(callee: Value, args: Arguments): Value {
    this.run.spend(1);
    if (callee instanceof Callable) return callee.call(args);
    if (callee instanceof Undefined) return callee.fail();
    throw new TemplateError(`a call of ${typeName(callee)}, which is not a function`);
  }

  #arguments({ positional, named, spread, spreadNamed }: Given): Arguments {
    const values = positional.map((value) => this.evaluate(value));
    const byName = new Map(named.map(([name, value]) => [name, this.evaluate(value)]));
    if (spread) append(values, listOf(this.evaluate(spread), this.run));
    if (spreadNamed) {
      const mapping = this.evaluate(spreadNamed);
      if (!isMapping(mapping) && !(mapping instanceof Lazy)) {
        throw new TemplateError("** before a value that is not a mapping");
      }
      for (const key of keysOf(mapping)) byName.set(key, itemOf(mapping, key, this.run));
    }
    return { positional: values, named: byName };
  }

  #filter(name: string, of: Expression, given: Given): Value {
    const value = this.evaluate(of);
    const result = this.filter(name, value, this.#arguments(given));
    return typeof result === "string" && TEXT_FILTERS.has(plainName(name)) ? new NativeText(result) : result;
  }

  filter(name: string, value: Value, args: Arguments): Value {
    const plain = plainName(name);
    const filter = FILTERS.get(plain);
    if (!filter) throw unknown("filter", name, FILTERS.keys(), NEVER_EVALUATED.has(plain));
    this.run.spend(1);
    if (value instanceof Undefined && !value.lenient && !TOLERANT.has(plain)) value.fail();
    const result = inWords(name, () => filter(value, args, this));
    return result instanceof NativeText ? result.text : result;
  }

  test(name: string, value: Value, args: Arguments): boolean {
    const test = TESTS.get(plainName(name));
    if (!test) throw unknown("test", name, TESTS.keys(), false);
    this.run.spend(1);
    return inWords(name, () => test(value, args, this));
  }
}

/** The name without the collection that Ansible's own are in; those of Jinja2 are in none. */
function plainName(name: string): string {
  const plain = name.replace(/^ansible\.(?:builtin|legacy)\./, "");
  return plain !== name && OF_JINJA.has(plain) ? name : plain;
}

const OF_JINJA: ReadonlySet<string> = new Set(
  ("abs batch capitalize center count d default dictsort first float format indent int items join last length list lower map max min " +
    "reject rejectattr replace reverse round select selectattr sort string sum title trim truncate upper urlencode wordcount boolean " +
    "callable defined divisibleby eq equalto even false ge greaterthan gt in integer iterable le lessthan lower lt mapping ne none number " +
    "odd sameas sequence true undefined").split(" "),
);

/** Does `work`; a regular expression that is none is said to be that of a filter. */
function inWords<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new TemplateError(`${name} with a regular expression that cannot be used: ${error.message}`);
    }
    throw error;
  }
}

function unknown(what: string, name: string, known: Iterable<string>, isMeant: boolean): Unsupported {
  return new Unsupported(
    `the ${what} "${name}", which Lockstep does not support`,
    (isMeant ? undefined : didYouMean(name, known)) ?? "write the value itself, or give it with -e",
  );
}
