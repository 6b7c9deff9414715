/**
 * What a plain YAML scalar means to Ansible: YAML 1.1 as PyYAML reads it. The `yaml` package's own 1.1 schema differs where it
 * hurts: there `y` is a boolean, and a commit such as `1234e567` a number.
 * @module
 */
import type { ScalarTag } from "yaml";

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

function explicit(name: string, resolve: (text: string) => unknown): ScalarTag {
  return { tag: name, resolve };
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
  tag("float", /^[-+]?\.(?:inf|Inf|INF)$/, (text) => text.startsWith("-") ? -Infinity : Infinity),
  tag("float", /^\.(?:nan|NaN|NAN)$/, () => NaN),
  tag("timestamp", /^\d{4}-\d\d-\d\d$/, isoDate),
  tag(
    "timestamp",
    /^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/,
    isoDate,
  ),
  explicit("!unsafe", (text) => text),
  // As `ansible-inventory --list` prints it: the secret stays sealed, and whoever needs the plain value refuses a mapping.
  explicit("!vault", (text) => ({ __ansible_vault: text })),
  explicit("!vault-encrypted", (text) => ({ __ansible_vault: text })),
];
