/**
 * Values left to chance, as they are written in YAML, in INI and in templates: numbers in every notation, texts in every kind of quotes, and
 * what is made of them.
 * @module
 */
import type { Chance } from "./chance.ts";

/** Between two characters of a text there may be any of these. */
const CHARACTERS = [..."abcXYZ019 _-./:;,=+*%@&!?|~^()<>'\"\\$`", "é", "ß", "中", "😀", "\t"];
const WORDS = [
  "eth0",
  "Yes",
  "no.",
  "10.0.0.0/8",
  "v1.2",
  "a-b_c",
  "on-call",
  "NULL2",
  "x=1",
  "node_1",
  "~user",
  "1st",
];

function many(chance: Chance, least: number, most: number, one: () => string): string {
  return Array.from({ length: chance.between(least, most) }, one).join("");
}

/** Digits of a base, sometimes with underscores between them. */
function digits(chance: Chance, most: number, of = "0123456789"): string {
  const text = many(chance, 1, most, () => chance.pick([...of]));
  return chance.oneIn(6) ? text.replace(/(..)(?=.)/, "$1_") : text;
}

/** A number, or what nearly is one: in decimals, octal, with sixtieths, as a date. */
export function numberText(chance: Chance): string {
  const sign = chance.pick(["", "", "", "-", "+"]);
  const exponent = () => `${chance.pick(["e", "E"])}${chance.pick(["+", "-", ""])}${chance.between(0, 40)}`;
  switch (chance.below(10)) {
    case 0:
    case 1:
      return sign + digits(chance, chance.pick([1, 3, 6, 17, 24]));
    case 2:
      return `${sign}0${digits(chance, 6, chance.oneIn(3) ? "0123456789" : "01234567")}`;
    case 3:
      return `${sign}0${
        chance.pick([() =>
          `x${digits(chance, 18, "0123456789abcDEF")}`, () =>
          `b${digits(chance, 9, "01")}`, () =>
          `o${digits(chance, 6, "01234567")}`])()
      }`;
    case 4:
      return sign + chance.between(1, 200) + many(chance, 1, 3, () => `:${chance.between(0, 70)}`);
    case 5:
      return `${chance.between(1, 2030)}-${chance.between(1, 12)}-${chance.between(1, 28)}`.replace(
        /\b\d\b/g,
        (digit) => chance.oneIn(3) ? digit : `0${digit}`,
      );
    case 6:
      return sign + digits(chance, 4) + exponent();
    default:
      return sign + chance.pick([digits(chance, 8), digits(chance, 2), ""]) + "." +
        chance.pick([digits(chance, 8), digits(chance, 3), "0"]) + (chance.oneIn(3) ? exponent() : "");
  }
}

/** Any text, without a line's end. */
function anyText(chance: Chance): string {
  return many(chance, 0, 10, () => chance.pick(CHARACTERS));
}

/** A text that needs no quotes in YAML's flows, and no template. */
function plainText(chance: Chance): string {
  return chance.oneIn(2)
    ? chance.pick(WORDS)
    : `${chance.pick([..."abzZ/"])}${many(chance, 0, 8, () => chance.pick([..."abc019_-./+=%@ é"]))}`
      .trimEnd();
}

function quoted(chance: Chance, text: string): string {
  return chance.oneIn(2) ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`;
}

/** A template over these variables, and text around it. */
export function templateText(chance: Chance, names: readonly string[]): string {
  const name = () => chance.pick(names);
  const expression = () =>
    chance.pick([
      () => name(),
      () => `${name()} | default(${chance.pick(["1", "'d'", "[]", "1.50", "none", "true"])})`,
      () => `${name()} | default(0) | int + ${chance.between(0, 9)}`,
      () => `${name()} | default('') | string | upper`,
      () => `${name()} is defined`,
      () => `${name()} | default([]) | type_debug`,
      () => `[${name()} | default(2.0), ${name()} | default(3)]`,
      () => `{'k': ${name()} | default('')}`,
      () => `${name()} | default('') ~ '-' ~ inventory_hostname`,
      () => `group_names | join(',')`,
      () => `groups['all'] | length`,
      () => `'a' if ${name()} | default(false) else 'b'`,
      () => `(${numberIn(chance)} * ${chance.between(1, 9)}) ${chance.pick(["", "| round(2)", "| int"])}`,
      () =>
        `${numberIn(chance)} ${chance.pick(["+", "-", "*", "/", "//", "%", "=="])} ${chance.between(1, 9)}`,
      () => `${name()} | default('x') | string | length`,
      () => `hostvars[inventory_hostname]['${name()}'] | default('none')`,
      () => `${name()} | default({}) | to_json`,
    ])();
  const part = () =>
    chance.oneIn(5)
      ? `{% if ${name()} is defined %}${chance.pick(["a", "1"])}{% else %}{{ ${expression()} }}{% endif %}`
      : `{{ ${expression()} }}`;
  return chance.oneIn(2) ? `{{ ${expression()} }}` : part() + chance.pick(["", "-", " ", "/x"]) + part();
}

function numberIn(chance: Chance): string {
  return chance.pick([
    () => String(chance.between(0, 999)),
    () => `${chance.between(0, 99)}.${digits(chance, 3).replace("_", "")}`,
  ])();
}

/** A value in one of YAML's flows, `depth` levels deep at most. */
export function yamlFlow(chance: Chance, names: readonly string[], depth = 2): string {
  const inner = () => yamlFlow(chance, names, depth - 1);
  switch (chance.below(depth > 0 ? 9 : 7)) {
    case 0:
    case 1:
    case 2:
      return numberText(chance);
    case 3:
      return quoted(chance, anyText(chance).replaceAll("\t", " "));
    case 4:
      return quoted(chance, chance.oneIn(3) ? numberText(chance) : templateText(chance, names));
    case 5:
      return chance.pick(["yes", "No", "TRUE", "off", "~", "null", "NULL", "y", "n", "None", "True"]);
    case 6:
      return plainText(chance);
    case 7:
      return `[${Array.from({ length: chance.below(4) }, inner).join(", ")}]`;
    default:
      return `{${
        Array.from({ length: chance.below(3) }, (_, at) =>
          chance.pick([`k${at}`, `K-${at}`, `'k.${at}'`, `"q ${at}"`]))
          .map((key) =>
            `${key}: ${inner()}`
          ).join(", ")
      }}`;
  }
}

/** The lines of `name: VALUE` in a block of YAML; the value may be over several lines. */
export function yamlEntry(chance: Chance, indent: string, name: string, names: readonly string[]): string[] {
  if (!chance.oneIn(6)) return [`${indent}${name}: ${yamlFlow(chance, names)}`];
  const lines = Array.from(
    { length: chance.between(1, 3) },
    () => chance.oneIn(5) ? "" : `${indent}  ${plainText(chance)}`,
  );
  lines[0] = `${indent}  ${plainText(chance)}`;
  switch (chance.below(3)) {
    case 0:
      return [`${indent}${name}: ${chance.pick(["|", ">", "|-", ">-", "|+", ">+"])}`, ...lines];
    case 1:
      return [
        `${indent}${name}:`,
        ...lines.filter((line) => line !== "").map((line) => line.replace(/^( +)/, "$1- ")),
      ];
    default:
      return [
        `${indent}${name}:`,
        ...Array.from(
          { length: chance.between(1, 2) },
          (_, at) => `${indent}  k${at}: ${yamlFlow(chance, names)}`,
        ),
      ];
  }
}

/** What Python reads as a value: numbers, texts, lists, tuples and mappings. */
export function pythonText(chance: Chance, depth = 2): string {
  const inner = () => pythonText(chance, depth - 1);
  switch (chance.below(depth > 0 ? 8 : 5)) {
    case 0:
    case 1:
      return numberText(chance);
    case 2:
      return chance.pick(["True", "False", "None"]);
    case 3:
      return `'${anyText(chance).replaceAll(/['\\\t]/g, "")}'`;
    case 4:
      return `"${anyText(chance).replaceAll(/["\\\t]/g, "")}"`;
    case 5:
      return `[${Array.from({ length: chance.below(4) }, inner).join(chance.pick([", ", ","]))}]`;
    case 6:
      return `(${Array.from({ length: chance.below(3) }, inner).join(", ")}${chance.pick(["", ","])})`;
    default:
      return `{${
        Array.from({ length: chance.below(3) }, (_, at) => chance.pick([`'k${at}'`, `"k${at}"`, `'K-${at}'`]))
          .map((key) => `${key}: ${inner()}`).join(", ")
      }}`;
  }
}

/** A value behind `key =` in a section of variables. */
export function iniValue(chance: Chance, names: readonly string[]): string {
  switch (chance.below(6)) {
    case 0:
      return anyText(chance).trim();
    case 1:
      return chance.oneIn(2) ? templateText(chance, names) : `"${templateText(chance, names)}"`;
    case 2:
      return plainText(chance) + chance.pick(["", " # b", "#b", " ; c"]);
    default:
      return pythonText(chance) + chance.pick(["", "", "", " # b", "  "]);
  }
}

/** A value behind `key=` in the line of a host: a word, in quotes where it has blanks. */
export function iniWord(chance: Chance, names: readonly string[]): string {
  switch (chance.below(5)) {
    case 0:
      return `"${pythonText(chance).replaceAll(/["\\]/g, "\\$&")}"`;
    case 1:
      return `'${anyText(chance).replaceAll("'", "")}'`;
    case 2:
      return `"${templateText(chance, names).replaceAll('"', "'")}"`;
    case 3:
      return plainText(chance).replaceAll(" ", "");
    default:
      return numberText(chance);
  }
}
