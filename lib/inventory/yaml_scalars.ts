/**
 * What a plain YAML scalar means to Ansible: YAML 1.1 as PyYAML reads it. The `yaml` package's own 1.1 schema differs where it
 * hurts: there `y` is a boolean, and a commit such as `1234e567` a number.
 * @module
 */
import { type CollectionTag, isCollection, isPair, isScalar, type ScalarTag } from "yaml";
import { Sealed, type Unseal } from "./sealed.ts";

const core = "tag:yaml.org,2002:";

/** `1:30:00` in base 60. */
function sexagesimal(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  return sign * text.replace(/^[-+]/, "").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

function integer(text: string, prefix: RegExp, radix: number): number {
  const digits = text.replace(/^[-+]/, "").replace(prefix, "");
  return (text.startsWith("-") ? -1 : 1) * parseInt(digits || "0", radix);
}

/** A date as Ansible prints it: Python's `isoformat()`. */
function isoDate(text: string): string {
  const parts =
    /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?[ \t]*(Z|[-+]\d\d?(?::\d\d)?)?)?$/
      .exec(text)!;
  const two = (part = "0") => part.padStart(2, "0");
  const [, year, month, day, hour, minute, second, fraction, zone] = parts;
  const date = `${year}-${two(month)}-${two(day)}`;
  if (hour === undefined) return date;
  const micros = fraction && Number(fraction) > 0 ? `.${fraction.slice(0, 6).padEnd(6, "0")}` : "";
  const [, sign, hours, minutes] = /^([-+])(\d\d?)(?::(\d\d))?$/.exec(zone ?? "") ?? [];
  const offset = zone === "Z" ? "+00:00" : sign ? `${sign}${two(hours)}:${two(minutes)}` : "";
  return `${date}T${two(hour)}:${minute}:${second}${micros}${offset}`;
}

function tag(name: string, test: RegExp, resolve: (text: string) => unknown): ScalarTag {
  return { default: true, tag: core + name, test, resolve };
}

type Refuse = (message: string) => void;

function explicit(name: string, resolve: (text: string, refuse: Refuse) => unknown): ScalarTag {
  return { tag: name, resolve };
}

/** What `!!int`, `!!float` and `!!bool` make of a text that would not be one of them by itself: `!!float 3`, `!!bool "yes"`. */
function numberOf(text: string, refuse: Refuse): unknown {
  const plain = text.replace(/_/g, "").toLowerCase();
  const known = pyYamlScalars.find((tag) =>
    (tag.tag === `${core}int` || tag.tag === `${core}float`) && tag.default === true && tag.test?.test(plain)
  );
  if (known) return known.resolve(plain, refuse, {});
  const value = Number(plain);
  if (plain.trim() === "" || !Number.isFinite(value)) refuse(`this is no number: ${JSON.stringify(text)}`);
  return value;
}

function integerOf(text: string, refuse: Refuse): unknown {
  const value = numberOf(text, refuse);
  if (!Number.isInteger(value)) refuse(`this is no whole number: ${JSON.stringify(text)}`);
  return value;
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
  tag("int", /^[-+]?0b[01_]+$/, (text) => integer(text.replace(/_/g, ""), /^0b/, 2)),
  tag("int", /^[-+]?0[0-7_]+$/, (text) => integer(text.replace(/_/g, ""), /^0/, 8)),
  tag("int", /^[-+]?0x[0-9a-fA-F_]+$/, (text) => integer(text.replace(/_/g, ""), /^0x/, 16)),
  tag("int", /^[-+]?(?:0|[1-9][0-9_]*)$/, (text) => Number(text.replace(/_/g, ""))),
  tag("int", /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/, (text) => sexagesimal(text.replace(/_/g, ""))),
  tag(
    "float",
    /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,
    (text) => sexagesimal(text.replace(/_/g, "")),
  ),
  tag(
    "float",
    /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/,
    (text) => Number(text.replace(/_/g, "")),
  ),
  // What JSON has no word for could be listed by nobody.
  {
    ...tag("float", /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/, String),
    resolve: (text, refuse) => refuse(`${text} is no number that JSON could carry`),
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

/** A key as Python writes it in JSON; `source` is what the file has. A float stays one there: `1.0`, `1e-05`. */
export function keyText(key: unknown, source: string): string {
  const isFloat = typeof key === "number" && Number.isFinite(key) && source.includes(".");
  if (!isFloat) return String(key);
  const [digits = "", exponent = ""] = key.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  const text = power < 0 ? key.toFixed(digits.replace(/\D/g, "").length - 1 - power) : String(key);
  return text.includes(".") ? text : `${text}.0`;
}

const explicitTags: ScalarTag[] = [
  explicit(`${core}int`, integerOf),
  explicit(`${core}float`, numberOf),
  explicit(`${core}bool`, booleanOf),
  explicit(`${core}null`, () => null),
];

/** JSON's numbers are wider than those of YAML 1.1, which takes `1e5` for a text. */
export const jsonScalars: ScalarTag[] = [
  tag("null", /^null$/, () => null),
  tag("bool", /^true$/, () => true),
  tag("bool", /^false$/, () => false),
  tag("float", /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/, Number),
];

/** Marks every text in a list or a mapping, as `!unsafe` marks a single one. */
function markUnsafe(node: unknown): void {
  if (isCollection(node)) node.items.forEach(markUnsafe);
  else if (isPair(node)) markUnsafe(node.value);
  else if (isScalar(node) && typeof node.value === "string") node.value = { __ansible_unsafe: node.value };
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
