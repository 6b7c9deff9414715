/**
 * What a plain YAML scalar means to Ansible: YAML 1.1 as PyYAML reads it. The `yaml` package's own 1.1 schema differs where it
 * hurts: there `y` is a boolean, and a commit such as `1234e567` a number.
 * @module
 */
import type { CollectionTag, ScalarTag } from "yaml";
import defer * as yaml from "yaml";
import type { Json } from "../../plain/json.ts";
import {
  decimalInteger,
  isPythonNumber,
  jsonNumber,
  pythonFloat,
  pythonInteger,
} from "../python/python_number.ts";
import { Sealed, type Unseal } from "../vault/sealed.ts";

const core = "tag:yaml.org,2002:";

/** A whole number as PyYAML takes it, in any of its bases; undefined if it is none. */
function integerOf(written: string): Json | undefined {
  const text = written.replaceAll("_", "");
  const digits = text.replace(/^[-+]/, "");
  if (/^(?:0|[1-9]\d*)$/.test(digits)) return decimalInteger(text);
  const inBase = /^0b[01]+$|^0x[\da-f]+$/i.test(digits)
    ? digits
    : /^0[0-7]*$/.test(digits)
    ? `0o0${digits.slice(1)}`
    : undefined;
  let value: bigint;
  if (inBase !== undefined) value = BigInt(inBase);
  else if (/^\d+(?::\d+)+$/.test(digits)) {
    value = digits.split(":").reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  } else return undefined;
  return pythonInteger(text.startsWith("-") ? -value : value);
}

/** A float as PyYAML takes it; undefined if it is none that JSON could carry. */
function floatOf(written: string): Json | undefined {
  const text = written.replaceAll("_", "").toLowerCase();
  const digits = text.replace(/^[-+]/, "");
  const sign = text.startsWith("-") ? -1 : 1;
  if (/^(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/.test(digits)) return pythonFloat(sign * Number(digits));
  if (!/^\d+(?::\d+)+(?:\.\d*)?$/.test(digits)) return undefined;
  // Added up from behind, as there: a float depends on the order.
  let base = 1;
  let value = 0;
  for (const part of digits.split(":").reverse()) {
    value += Number(part) * base;
    base *= 60;
  }
  return pythonFloat(sign * value);
}

type Refuse = (message: string) => void;

/** What a number's text comes to, or why it comes to nothing. */
function numberBy(
  read: (text: string) => Json | undefined,
  what: string,
): (text: string, refuse: Refuse) => Json {
  return (text, refuse) => {
    const value = read(text);
    if (value !== undefined) return value;
    const cut = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    refuse(`this is a ${what} that JSON cannot represent: ${JSON.stringify(cut)}`);
    return null;
  };
}

const integer = numberBy(integerOf, "whole number");
const float = numberBy(floatOf, "number");

/** A date as Ansible prints it: Python's `isoformat()`. One that is in no calendar is refused, as Python does. */
function isoDate(text: string, refuse: Refuse): string {
  const parts =
    /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?[ \t]*(Z|[-+]\d\d?(?::\d\d)?)?)?$/
      .exec(text)!;
  const two = (part = "0") => part.padStart(2, "0");
  const [, year, month, day, hour, minute, second, fraction, zone] = parts;
  const date = `${year}-${two(month)}-${two(day)}`;
  if (Number(year) < 1 || Number(day) < 1 || Number(day) > daysIn(Number(year), Number(month))) {
    refuse(`${text} is not a valid date; put it in quotes if it is not a date`);
  }
  if (Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) {
    refuse(`${text} is not a valid time; put it in quotes if it is not a time`);
  }
  if (hour === undefined) return date;
  const micros = fraction && Number(fraction) > 0 ? `.${fraction.slice(0, 6).padEnd(6, "0")}` : "";
  const [, sign, hours, minutes] = /^([-+])(\d\d?)(?::(\d\d))?$/.exec(zone ?? "") ?? [];
  if (Number(hours ?? 0) * 60 + Number(minutes ?? 0) >= 24 * 60) {
    refuse(`${text} has an offset of a day or more`);
  }
  const offset = zone === "Z" ? "+00:00" : sign ? `${sign}${two(hours)}:${two(minutes)}` : "";
  return `${date}T${two(hour)}:${minute}:${second}${micros}${offset}`;
}

/** None for a month that there is not. */
function daysIn(year: number, month: number): number {
  if (month < 1 || month > 12) return 0;
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function tag(name: string, test: RegExp, resolve: (text: string, refuse: Refuse) => unknown): ScalarTag {
  return { default: true, tag: core + name, test, resolve };
}

function explicit(name: string, resolve: (text: string, refuse: Refuse) => unknown): ScalarTag {
  return { tag: name, resolve };
}

function booleanOf(text: string, refuse: Refuse): unknown {
  if (/^(?:yes|true|on)$/i.test(text)) return true;
  if (!/^(?:no|false|off)$/i.test(text)) refuse(`this is neither yes nor no: ${JSON.stringify(text)}`);
  return false;
}

/** Tags to read with `schema: "failsafe"`; the first whose test matches decides. */
export const pyYamlScalars: ScalarTag[] = [
  tag("null", /^(?:~|null|Null|NULL|)$/, () => null),
  tag("bool", /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/, () => true),
  tag("bool", /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/, () => false),
  tag("int", /^[-+]?0b[01_]+$/, integer),
  tag("int", /^[-+]?0[0-7_]+$/, integer),
  tag("int", /^[-+]?0x[0-9a-fA-F_]+$/, integer),
  tag("int", /^[-+]?(?:0|[1-9][0-9_]*)$/, integer),
  tag("int", /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/, integer),
  tag("float", /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/, float),
  tag(
    "float",
    /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/,
    float,
  ),
  // What JSON has no word for could be listed by nobody.
  {
    ...tag("float", /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/, String),
    resolve: (text, refuse) => refuse(`${text} is a number that JSON cannot represent`),
  },
  tag("timestamp", /^\d{4}-\d\d-\d\d$/, isoDate),
  tag(
    "timestamp",
    /^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/,
    isoDate,
  ),
  // PyYAML tells this from a text and then does not know what to make of it.
  { ...tag("value", /^=$/, String), resolve: (_, refuse) => refuse('a plain "=" needs quotes') },
];

/** Words that mean something begin with these; everything else that begins with a letter is text. */
const SPECIAL = /^(?:[^A-Za-z]|[yYnNtTfFoO][a-zA-Z]{0,4}$|[nN]ull$)/;

/** What a plain scalar means. For a text that the tags would not refuse. */
export function plainScalar(text: string): unknown {
  if (!SPECIAL.test(text)) return text;
  const tag = pyYamlScalars.find((tag) => tag.test?.test(text));
  return tag ? tag.resolve(text, () => {}, {}) : text;
}

/** What tells a key from others; as `String()` it is what Python writes in JSON. */
export function keyOf(value: unknown): Json {
  return isPythonNumber(value) ? value.text : value as Json;
}

const explicitTags: ScalarTag[] = [
  explicit(`${core}int`, integer),
  explicit(`${core}float`, float),
  explicit(`${core}bool`, booleanOf),
  explicit(`${core}null`, () => null),
];

/** JSON's numbers are wider than those of YAML 1.1, which takes `1e5` for a text. */
export const jsonScalars: ScalarTag[] = [
  tag("null", /^null$/, () => null),
  tag("bool", /^true$/, () => true),
  tag("bool", /^false$/, () => false),
  tag("float", /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/, numberBy(jsonNumber, "number")),
];

/** Marks every text in a list or a mapping, as `!unsafe` marks a single one. */
function markUnsafe(node: unknown): void {
  if (yaml.isCollection(node)) node.items.forEach(markUnsafe);
  else if (yaml.isPair(node)) markUnsafe(node.value);
  else if (yaml.isScalar(node) && typeof node.value === "string") {
    node.value = { __ansible_unsafe: node.value };
  }
}

function unsafeCollection(collection: "seq" | "map"): CollectionTag {
  return {
    tag: "!unsafe",
    collection,
    resolve: (node) => {
      markUnsafe(node);
      return node;
    },
  };
}

/** Ansible's own tags. Both kinds of value print as `ansible-inventory --list` prints them. */
export function ansibleTags(unseal: Unseal): (ScalarTag | CollectionTag)[] {
  const sealed = (text: string) => Sealed.text(text, unseal);
  return [
    ...explicitTags,
    explicit("!unsafe", (text) => ({ __ansible_unsafe: text })),
    unsafeCollection("seq"),
    unsafeCollection("map"),
    explicit("!vault", sealed),
    explicit("!vault-encrypted", sealed),
  ];
}
