/**
 * What may follow `is`: the tests of Jinja2 and of Ansible that work on values alone.
 * @module
 */
import { figureOf, numberKind } from "../python/arithmetic.ts";
import { compareVersions } from "../python/loose_version.ts";
import type { Environment, Test } from "./environment.ts";
import { FILTERS } from "./filters/mod.ts";
import { regexOf } from "./filters/regex.ts";
import { listOf } from "./values/methods.ts";
import { arithmetic, compare, isEqual, isIn, isTrue } from "./values/operators.ts";
import { bind } from "./values/parameters.ts";
import { TemplateError, Unsupported } from "./values/template_error.ts";
import { textOf } from "./values/text.ts";
import { Callable, isMapping, Lazy, typeName, Undefined, type Value } from "./values/values.ts";

const ofType = (...names: string[]): Test => (value) => names.includes(typeName(value));

const comparing = (operator: string): Test => (value, args, { run }) =>
  compare(operator, value, bind(`"is ${operator}"`, args, ["other"], 1)[0]!, run);

const remainder = (name: string, wanted: number): Test => (value, _, { run }) =>
  isEqual(arithmetic("%", numberOf(name, value), 2, run), wanted, run);

function numberOf(name: string, value: Value): Value {
  if (figureOf(value) !== undefined) return value;
  if (value instanceof Undefined) return value.fail();
  throw new TemplateError(`"is ${name}" of ${typeName(value)}, expected a number`);
}

const matching = (how: "match" | "search"): Test => (value, args, { run }) => {
  const [pattern = "", ignorecase, multiline] = bind(how, args, [
    "pattern",
    "ignorecase",
    "multiline",
    "match_type",
  ]);
  const text = textOf(value, run);
  const regex = regexOf(pattern, { ignorecase, multiline }, run, how === "match");
  return run.inTime(() => regex.test(text));
};

const version: Test = (value, args, { run }) => {
  const [other, operator = "eq", strict = null, type = null] = bind("version", args, [
    "version",
    "operator",
    "strict",
    "version_type",
  ], 1);
  if (strict !== null || type !== null && type !== "loose") {
    throw new Unsupported('a test of versions that are not "loose"');
  }
  if (!isTrue(value) || !isTrue(other!)) throw new TemplateError("a test of versions with an empty one");
  const found = compareVersions(textOf(value, run), textOf(other!, run));
  if (found === undefined) {
    throw new TemplateError(
      "a test of versions that have no order: one has a number where the other has a word",
    );
  }
  const sign = OPERATORS[textOf(operator, run)];
  if (sign === undefined) throw new TemplateError(`a test of versions by ${JSON.stringify(operator)}`);
  return compare(sign, found, 0, run);
};

const OPERATORS: Readonly<Record<string, string>> = {
  "==": "==",
  "=": "==",
  eq: "==",
  "!=": "!=",
  "<>": "!=",
  ne: "!=",
  "<": "<",
  lt: "<",
  "<=": "<=",
  le: "<=",
  ">": ">",
  gt: ">",
  ">=": ">=",
  ge: ">=",
};

const truthy = (wanted: boolean): Test => (value, args) => {
  const [convert = false] = bind("truthy", args, ["convert_bool"]);
  const word = typeof value === "string" && isTrue(convert) ? value.toLowerCase().trim() : undefined;
  const meant = word === undefined
    ? isTrue(value)
    : ["yes", "on", "1", "true", "t", "y", "1.0"].includes(word) ||
      !["no", "off", "0", "false", "f", "n", "0.0"].includes(word) && word !== "";
  return meant === wanted;
};

/** Whether every member of one is in the other. */
function isWithin(one: Value, other: Value, { run }: Environment): boolean {
  return listOf(one, run).every((item) => isIn(item, listOf(other, run), run));
}

const isMappingOrLazy: Test = (value) => value instanceof Lazy || isMapping(value);

const cased = (change: (text: string) => string): Test => (value, _, { run }) => {
  const text = textOf(value, run);
  return text === change(text) && text.toLowerCase() !== text.toUpperCase();
};

const TABLE: Readonly<Record<string, Test>> = {
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => value === null,
  boolean: ofType("bool"),
  true: (value) => value === true,
  false: (value) => value === false,
  integer: (value) => numberKind(value) === "int",
  float: (value) => numberKind(value) === "float",
  number: (value) => figureOf(value) !== undefined,
  string: ofType("str"),
  mapping: isMappingOrLazy,
  sequence: ofType("str", "list", "tuple", "dict"),
  iterable: (value) => {
    if (value instanceof Undefined && !value.lenient) value.fail();
    return /^(?:str|list|tuple|dict|AnsibleUndefined)$/.test(typeName(value));
  },
  callable: (value) => value instanceof Callable,
  even: remainder("even", 0),
  odd: remainder("odd", 1),
  divisibleby: (value, args, { run }) => {
    const [by] = bind("divisibleby", args, ["num"], 1);
    return isEqual(arithmetic("%", numberOf("divisibleby", value), by!, run), 0, run);
  },
  sameas: (value, args) => value === bind("sameas", args, ["other"], 1)[0],
  lower: cased((text) => text.toLowerCase()),
  upper: cased((text) => text.toUpperCase()),
  in: (value, args, { run }) => isIn(value, bind("in", args, ["seq"], 1)[0]!, run),
  contains: (value, args, { run }) => isIn(bind("contains", args, ["value"], 1)[0]!, value, run),
  subset: (value, args, environment) => isWithin(value, bind("subset", args, ["b"], 1)[0]!, environment),
  superset: (value, args, environment) => isWithin(bind("superset", args, ["b"], 1)[0]!, value, environment),
  any: (value, _, { run }) => listOf(value, run).some(isTrue),
  all: (value, _, { run }) => listOf(value, run).every(isTrue),
  match: matching("match"),
  search: matching("search"),
  regex: matching("search"),
  version,
  truthy: truthy(true),
  falsy: truthy(false),
  filter: (value) => typeof value === "string" && FILTERS.has(value),
  abs: (value) => typeof value === "string" && value.startsWith("/"),
};

/** Every test by its name. */
export const TESTS: ReadonlyMap<string, Test> = new Map([
  ...Object.entries(TABLE),
  ...([
    ["==", "==", "eq", "equalto"],
    ["!=", "!=", "ne"],
    ["<", "<", "lt", "lessthan"],
    ["<=", "<=", "le"],
    [">", ">", "gt", "greaterthan"],
    [">=", ">=", "ge"],
  ].flatMap(([operator, ...names]) => names.map((name): [string, Test] => [name, comparing(operator!)]))),
  ...([
    ["is_subset", "subset"],
    ["issubset", "subset"],
    ["issuperset", "superset"],
    ["is_superset", "superset"],
    ["version_compare", "version"],
    ["is_abs", "abs"],
  ].map(([name, meant]): [string, Test] => [name!, TABLE[meant!]!])),
]);
