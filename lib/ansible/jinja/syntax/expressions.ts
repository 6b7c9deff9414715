/**
 * Expressions as Jinja2's own parser reads them: the same order of operators, so `1 + 2 ~ 3` is `1 + (2 ~ 3)`, and `-1 | abs` is 1.
 * @module
 */
import { decimalInteger, pythonFloat, pythonInteger } from "../../python/python_number.ts";
import type { Json } from "../../../plain/json.ts";
import type { Comparison, Expression, Given } from "./nodes.ts";
import { TemplateError } from "../values/template_error.ts";
import type { TokenStream } from "./token_stream.ts";

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);
const CONSTANTS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["none", null],
  ["None", null],
]);
const NOTHING_GIVEN: Given = { positional: [], named: [] };

/** An expression, or several with commas, which are a tuple. */
export function parseTuple(stream: TokenStream): Expression {
  const first = parseExpression(stream);
  return stream.is(",") ? tupleAfter(first, stream) : first;
}

/** One expression. */
export function parseExpression(stream: TokenStream): Expression {
  return stream.nested(() => condition(stream));
}

/** An expression without `if` at its top: what a loop goes over. */
export function parseWithoutCondition(stream: TokenStream): Expression {
  const first = or(stream);
  return stream.is(",") ? tupleAfter(first, stream, or) : first;
}

function tupleAfter(first: Expression, stream: TokenStream, parse = parseExpression): Expression {
  const items = [first];
  while (stream.skip(",")) {
    const { kind } = stream.current;
    if (kind === "end" || stream.is(")") || stream.is("in")) break;
    items.push(parse(stream));
  }
  return { kind: "tuple", items };
}

function condition(stream: TokenStream): Expression {
  let expression = or(stream);
  while (stream.skip("if")) {
    const test = or(stream);
    const otherwise = stream.skip("else") ? stream.nested(() => condition(stream)) : undefined;
    expression = { kind: "condition", test, then: expression, otherwise };
  }
  return expression;
}

function or(stream: TokenStream): Expression {
  let left = and(stream);
  while (stream.skip("or")) left = { kind: "or", left, right: and(stream) };
  return left;
}

function and(stream: TokenStream): Expression {
  let left = not(stream);
  while (stream.skip("and")) left = { kind: "and", left, right: not(stream) };
  return left;
}

function not(stream: TokenStream): Expression {
  return stream.skip("not") ? { kind: "not", of: stream.nested(() => not(stream)) } : comparison(stream);
}

function comparison(stream: TokenStream): Expression {
  const left = sum(stream);
  const rest: Comparison[] = [];
  for (;;) {
    if (stream.current.kind === "operator" && COMPARISONS.has(stream.current.text)) {
      const operator = stream.take().text;
      rest.push({ operator, right: sum(stream) });
    } else if (stream.skip("in")) rest.push({ operator: "in", right: sum(stream) });
    else if (stream.is("not") && stream.following.kind === "name" && stream.following.text === "in") {
      stream.take();
      stream.take();
      rest.push({ operator: "not in", right: sum(stream) });
    } else break;
  }
  return rest.length === 0 ? left : { kind: "compare", left, rest };
}

function sum(stream: TokenStream): Expression {
  let left = concatenation(stream);
  while (stream.is("+") || stream.is("-")) {
    const operator = stream.take().text;
    left = { kind: "arithmetic", operator, left, right: concatenation(stream) };
  }
  return left;
}

function concatenation(stream: TokenStream): Expression {
  const items = [product(stream)];
  while (stream.skip("~")) items.push(product(stream));
  return items.length === 1 ? items[0]! : { kind: "concatenation", items };
}

function product(stream: TokenStream): Expression {
  let left = power(stream);
  while (["*", "/", "//", "%"].some((operator) => stream.is(operator))) {
    const operator = stream.take().text;
    left = { kind: "arithmetic", operator, left, right: power(stream) };
  }
  return left;
}

function power(stream: TokenStream): Expression {
  let left = unary(stream);
  while (stream.skip("**")) left = { kind: "arithmetic", operator: "**", left, right: unary(stream) };
  return left;
}

function unary(stream: TokenStream, withFilters = true): Expression {
  const sign = stream.is("-") ? "negative" : stream.is("+") ? "positive" : undefined;
  let expression: Expression;
  if (sign) {
    stream.take();
    expression = { kind: sign, of: stream.nested(() => unary(stream, false)) };
  } else expression = primary(stream);
  expression = postfix(expression, stream);
  return withFilters ? filters(expression, stream) : expression;
}

function primary(stream: TokenStream): Expression {
  const { kind, text } = stream.current;
  switch (kind) {
    case "name": {
      stream.take();
      const constant = CONSTANTS.get(text);
      return constant === undefined ? { kind: "name", name: text } : { kind: "constant", value: constant };
    }
    case "string": {
      let joined = "";
      while (stream.current.kind === "string") joined += stream.take().text;
      return { kind: "constant", value: joined };
    }
    case "integer":
    case "float":
      stream.take();
      return { kind: "constant", value: numberOf(text) };
    default:
      if (stream.skip("(")) return brackets(stream);
      if (stream.skip("[")) return { kind: "list", items: list("]", stream, parseExpression) };
      if (stream.skip("{")) return { kind: "mapping", pairs: list("}", stream, pair) };
      throw stream.unexpected("an expression");
  }
}

function numberOf(text: string): Json {
  const digits = text.replaceAll("_", "");
  const value = /^0[xob]/i.test(digits)
    ? pythonInteger(BigInt(digits.toLowerCase()))
    : /^\d+$/.test(digits)
    ? decimalInteger(digits)
    : pythonFloat(Number(digits));
  if (value === undefined) throw new TemplateError("a number that is too large");
  return value;
}

function brackets(stream: TokenStream): Expression {
  if (stream.skip(")")) return { kind: "tuple", items: [] };
  const inside = parseTuple(stream);
  stream.expect(")");
  return inside;
}

function list<T>(close: string, stream: TokenStream, item: (stream: TokenStream) => T): T[] {
  const items: T[] = [];
  while (!stream.skip(close)) {
    if (items.length > 0) {
      stream.expect(",");
      if (stream.skip(close)) break;
    }
    items.push(item(stream));
  }
  return items;
}

function pair(stream: TokenStream): readonly [Expression, Expression] {
  const key = parseExpression(stream);
  stream.expect(":");
  return [key, parseExpression(stream)];
}

function postfix(expression: Expression, stream: TokenStream): Expression {
  for (let of = expression;;) {
    if (stream.skip(".")) of = attribute(of, stream);
    else if (stream.skip("[")) of = subscript(of, stream);
    else if (stream.is("(")) of = { kind: "call", of, given: given(stream) };
    else return of;
  }
}

function attribute(of: Expression, stream: TokenStream): Expression {
  const { kind, text } = stream.take();
  if (kind === "name") return { kind: "attribute", of, name: text };
  if (kind === "integer") return { kind: "item", of, key: { kind: "constant", value: numberOf(text) } };
  throw new TemplateError(`a template with ${JSON.stringify(text)} after a dot, where a name should be`);
}

function subscript(of: Expression, stream: TokenStream): Expression {
  const bounds: (Expression | undefined)[] = [undefined];
  if (!stream.is(":")) {
    const key = parseExpression(stream);
    if (stream.skip("]")) return { kind: "item", of, key };
    bounds[0] = key;
  }
  while (stream.skip(":")) {
    bounds.push(stream.is(":") || stream.is("]") ? undefined : parseExpression(stream));
  }
  stream.expect("]");
  if (bounds.length > 3) throw new TemplateError("a template with too many colons in brackets");
  return { kind: "slice", of, bounds };
}

function filters(expression: Expression, stream: TokenStream): Expression {
  for (let of = expression;;) {
    if (stream.skip("|")) {
      const name = dotted(stream);
      of = { kind: "filter", of, name, given: stream.is("(") ? given(stream) : NOTHING_GIVEN };
    } else if (stream.skip("is")) of = test(of, stream);
    else if (stream.is("(")) of = { kind: "call", of, given: given(stream) };
    else return of;
  }
}

function test(of: Expression, stream: TokenStream): Expression {
  const negated = stream.skip("not");
  const name = dotted(stream);
  const { kind } = stream.current;
  let arguments_ = NOTHING_GIVEN;
  if (stream.is("(")) arguments_ = given(stream);
  else if (
    ["name", "string", "integer", "float"].includes(kind) &&
      !["else", "or", "and"].some((word) => stream.is(word)) || stream.is("[") || stream.is("{")
  ) {
    if (stream.is("is")) throw stream.unexpected("no second test");
    arguments_ = { positional: [postfix(primary(stream), stream)], named: [] };
  }
  const result: Expression = { kind: "test", of, name, given: arguments_ };
  return negated ? { kind: "not", of: result } : result;
}

function dotted(stream: TokenStream): string {
  let name = stream.name();
  while (stream.skip(".")) name += `.${stream.name()}`;
  return name;
}

function given(stream: TokenStream): Given {
  stream.expect("(");
  const positional: Expression[] = [];
  const named: [string, Expression][] = [];
  let spread: Expression | undefined;
  let spreadNamed: Expression | undefined;
  for (let first = true; !stream.skip(")"); first = false) {
    if (!first) {
      stream.expect(",");
      if (stream.skip(")")) break;
    }
    const late = spread !== undefined || spreadNamed !== undefined;
    if (stream.skip("*")) spread = parseExpression(stream);
    else if (stream.skip("**")) spreadNamed = parseExpression(stream);
    else if (stream.current.kind === "name" && stream.following.text === "=" && !late) {
      const name = stream.name();
      stream.expect("=");
      named.push([name, parseExpression(stream)]);
    } else if (late || named.length > 0) throw stream.unexpected("a value with a name");
    else positional.push(parseExpression(stream));
  }
  return {
    positional,
    named,
    ...(spread === undefined ? {} : { spread }),
    ...(spreadNamed === undefined ? {} : { spreadNamed }),
  };
}
