/**
 * From a template to a value, as Ansible's `Templar.template()` does it: pieces become text, and text that looks like a list, a mapping or a
 * boolean becomes one.
 * @module
 */
import type { Json } from "../../plain/json.ts";
import { literalValue } from "../python/python_literal.ts";
import { Tuple } from "../python/tuple.ts";
import { Evaluator, type Names } from "./evaluator.ts";
import { listOf } from "./values/methods.ts";
import type { Expression, Statement, Target, Template } from "./syntax/nodes.ts";
import { attributesOf } from "./values/namespace.ts";
import { newlinesAtEnd, parseTemplate } from "./syntax/parser.ts";
import type { Run } from "./values/run.ts";
import { Excess, TemplateError } from "./values/template_error.ts";
import { dataOf, textOf } from "./values/text.ts";
import {
  Callable,
  isList,
  isMapping,
  Lazy,
  mappingOf,
  NativeText,
  OMIT,
  Undefined,
  type Value,
} from "./values/values.ts";

/** What a text comes to as a template. Throws a TemplateError. */
export function render(text: string, names: Names, run: Run): Value {
  return bounded(
    parseTemplate(text),
    new Renderer(run, names),
    (renderer, template) => renderer.whole(template),
  );
}

/** What a file comes to as a template, always as text, and what of it is made of secrets. Throws a TemplateError with its line. */
export function renderFile(
  text: string,
  names: Names,
  run: Run,
): { text: string; secrets: readonly string[] } {
  const renderer = new Renderer(run, names);
  try {
    return bounded(
      parseTemplate(text, { ofFile: true }),
      renderer,
      (renderer, template) => renderer.file(template),
    );
  } catch (error) {
    if (error instanceof TemplateError && renderer.line !== undefined) error.line = renderer.line;
    throw error;
  }
}

function bounded<T>(
  template: Template,
  renderer: Renderer,
  work: (renderer: Renderer, template: Template) => T,
): T {
  const before = excessive.get(template);
  if (before) throw before;
  try {
    return work(renderer, template);
  } catch (error) {
    // The engine's own bounds: of its stack, and of a text.
    const excess = error instanceof RangeError
      ? new Excess("a template that is too large to evaluate")
      : error;
    if (excess instanceof Excess) excessive.set(template, excess);
    throw excess;
  }
}

/** Templates that took too much once: of ten thousand hosts none tries it again. */
const excessive = new WeakMap<Template, Excess>();

class Renderer implements Names {
  /** Names that the template itself has set, the innermost last. */
  readonly #scopes: Map<string, Value>[] = [new Map()];
  readonly #evaluator: Evaluator;
  /** What of it is made of secrets, piece by piece; null if nobody asks. */
  #secrets: string[] | null = null;
  /** Of the statement that failed. */
  line: number | undefined;

  constructor(readonly run: Run, readonly outer: Names) {
    this.#evaluator = new Evaluator(run, this);
  }

  whole({ body, newlines }: Template): Value {
    const outcome = this.#joined(this.#pieces(body));
    const text = outcome instanceof NativeText ? outcome.text : outcome;
    if (typeof text !== "string") return outcome;
    const missing = newlines - newlinesAtEnd(text);
    return missing > 0 ? text + "\n".repeat(missing) : outcome;
  }

  file({ body, newlines }: Template): { text: string; secrets: readonly string[] } {
    this.#secrets = [];
    const text = this.#pieces(body).map((piece) => textOf(piece, this.run)).join("");
    this.run.size(text.length);
    const missing = newlines - newlinesAtEnd(text);
    return { text: text + "\n".repeat(Math.max(0, missing)), secrets: this.#secrets };
  }

  get(name: string): Value {
    for (let at = this.#scopes.length - 1; at >= 0; at--) {
      const value = this.#scopes[at]!.get(name);
      if (value !== undefined) return value;
    }
    return this.outer.get(name);
  }

  #joined(pieces: readonly Value[]): Value {
    const [only] = pieces;
    if (pieces.length === 1) {
      if (only instanceof NativeText || only === OMIT) return only;
      if (only instanceof Lazy || isMapping(only!) || isList(only!) && !(only instanceof Tuple)) {
        return withoutTuples(dataOf(only!, this.run));
      }
    }
    const text = pieces.map((piece) => textOf(piece, this.run)).join("");
    this.run.size(text.length);
    return /^[[{]/.test(text) || text === "True" || text === "False" ? literalValue(text) : text;
  }

  #pieces(body: readonly Statement[], found: Value[] = []): Value[] {
    for (const statement of body) {
      this.run.spend(1);
      try {
        this.#piece(statement, found);
      } catch (error) {
        this.line ??= statement.line;
        throw error;
      }
    }
    return found;
  }

  #piece(statement: Statement, found: Value[]): void {
    switch (statement.kind) {
      case "text":
        found.push(statement.text);
        break;
      case "output":
        found.push(this.#output(statement.value));
        break;
      case "if": {
        const branch = statement.branches.find(({ test }) => this.#evaluator.isTrue(test));
        this.#pieces(branch?.body ?? statement.otherwise, found);
        break;
      }
      case "for":
        this.#loop(statement, found);
        break;
      case "set":
        this.#assign(statement.target, this.#evaluator.evaluate(statement.value));
        break;
      case "capture":
        this.#assign(
          statement.target,
          this.#pieces(statement.body).map((piece) => textOf(piece, this.run)).join(""),
        );
    }
  }

  #output(expression: Expression): Value {
    if (this.#secrets === null) return finalized(this.#evaluator.kept(expression));
    const [value, secrets] = this.run.apart(() => finalized(this.#evaluator.kept(expression)));
    this.run.add(secrets);
    if (secrets.opened || secrets.named.length > 0) this.#secrets.push(textOf(value, this.run));
    return value;
  }

  #loop(statement: Extract<Statement, { readonly kind: "for" }>, found: Value[]): void {
    const scope = new Map<string, Value>();
    const over = this.#evaluator.evaluate(statement.over);
    this.#scopes.push(scope);
    const items = listOf(over, this.run).filter((item) => {
      if (!statement.filter) return true;
      this.#assign(statement.target, item);
      return this.#evaluator.isTrue(statement.filter);
    });
    for (const [at, item] of items.entries()) {
      scope.clear();
      this.#assign(statement.target, item);
      scope.set("loop", loopOf(items, at, this.#scopes.length - 1));
      this.#pieces(statement.body, found);
    }
    this.#scopes.pop();
    if (items.length === 0) this.#pieces(statement.otherwise, found);
  }

  #assign(target: Target, value: Value): void {
    const scope = this.#scopes.at(-1)!;
    if (target.kind === "name") scope.set(target.name, value);
    else if (target.kind === "attribute") {
      const attributes = attributesOf(this.get(target.of));
      if (!attributes) {
        throw new TemplateError(`"${target.of}.${target.name}" set, and "${target.of}" is not a namespace`);
      }
      attributes.set(target.name, value);
    } else {
      const values = listOf(value, this.run);
      if (values.length !== target.targets.length) {
        throw new TemplateError(`${values.length} values for ${target.targets.length} names`);
      }
      for (const [at, one] of target.targets.entries()) this.#assign(one, values[at]!);
    }
  }
}

/** What comes of an expression: nothing is written for None, and what is not there is an error. */
function finalized(value: Value): Value {
  if (value instanceof Undefined && !value.lenient) return value.fail();
  return value === null ? "" : value;
}

function loopOf(items: readonly Value[], at: number, depth: number): Value {
  const last = items.length - 1;
  return mappingOf([
    ["index", at + 1],
    ["index0", at],
    ["revindex", last - at + 1],
    ["revindex0", last - at],
    ["first", at === 0],
    ["last", at === last],
    ["length", items.length],
    ["depth", depth],
    ["depth0", depth - 1],
    ["previtem", items[at - 1] ?? new Undefined("loop.previtem of the first member")],
    ["nextitem", items[at + 1] ?? new Undefined("loop.nextitem of the last member")],
    ["cycle", new Callable("cycle", ({ positional }) => positional[at % positional.length] ?? null)],
  ]);
}

/** A value whose tuples are lists, as they are once they have been read again. */
function withoutTuples(value: Json): Json {
  if (Array.isArray(value)) return [...value].map(withoutTuples);
  return isMapping(value)
    ? mappingOf(Object.entries(value).map(([key, item]) => [key, withoutTuples(item as Json)])) as Json
    : value;
}
