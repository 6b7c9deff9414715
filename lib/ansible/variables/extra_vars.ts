/**
 * `-e`: variables that win over every other, as Ansible reads them: `K=V` words, a YAML or JSON mapping, or `@FILE`.
 * @module
 */
import { append } from "../../plain/append.ts";
import type { Problem } from "../../errors.ts";
import { SIMPLE_ESCAPES } from "../python/python_literal.ts";
import { secretKeeper } from "../secret_keeper.ts";
import { discreet, unsealFile } from "../vault/sealed.ts";
import { combined, replace } from "./hash_behaviour.ts";
import { readUtf8 } from "../sources/sources.ts";
import type { Setting } from "../types.ts";
import type { VarsReading } from "./vars_files.ts";
import { readVarsMapping } from "./vars_mapping.ts";

export const OPTION = "-e";

/** The variables of all `-e` options together; later ones win. What is wrong goes to the problems of `check`. */
export async function readExtraVars(
  options: readonly string[],
  reading: VarsReading,
): Promise<ReadonlyMap<string, Setting>> {
  const vars = new Map<string, Setting>();
  for (const option of options) {
    const once = new Map(await readOption(option, reading));
    for (const [name, setting] of once) {
      vars.set(name, combined(reading.combine ?? replace, vars.get(name), setting));
    }
  }
  for (const [name, setting] of vars) {
    secretKeeper().extraVariable(name, setting.value);
    reading.check.variable(name, setting);
  }
  return vars;
}

async function readOption(option: string, reading: VarsReading): Promise<[string, Setting][]> {
  const { problems } = reading.check;
  if (option === "") return [];
  if (option.startsWith("@")) return await readFileOption(option.slice(1), reading);
  if (/^[./]/.test(option)) {
    problems.push({
      where: OPTION,
      message: `found the path "${option}"`,
      hint: `for a file write "@${option}"`,
    });
    return [];
  }
  if (!/^[[{]/.test(option)) return keyValues(option, problems);
  const { unseal, check } = reading;
  const vars = readVarsMapping(OPTION, option, problems, { unseal, warn: check.warn }, false);
  return vars.map(({ name, setting }) => [
    name,
    // A place inside the option is no file that a path could be relative to.
    { value: setting.value, origin: { ...setting.origin, line: 0, col: 0 } },
  ]);
}

async function readFileOption(file: string, reading: VarsReading): Promise<[string, Setting][]> {
  const { cwd, unseal, check } = reading;
  const problems: Problem[] = [];
  const written = await readUtf8(file, cwd, problems);
  const plain = written === undefined ? undefined : unsealFile(file, written, unseal, problems);
  const warn = plain?.secret ? () => {} : check.warn;
  const vars = plain
    ? readVarsMapping(file, plain.text, problems, { unseal, secret: plain.secret, warn }, false)
    : [];
  append(check.problems, plain?.secret ? discreet(problems) : problems);
  return vars.map(({ name, setting }) => [name, setting]);
}

/** The variables of a `K=V` option. What is wrong goes to `problems`. */
export function keyValues(option: string, problems: Problem[]): [string, Setting][] {
  const words = splitArguments(option);
  if (!words) {
    problems.push({
      where: OPTION,
      message: `found ${JSON.stringify(option)} with a quote that is not closed`,
    });
    return [];
  }
  return words.flatMap((word): [string, Setting][] => {
    const text = decodeEscapes(word);
    const at = /[^\\](=)/s.exec(text);
    if (!at) {
      problems.push({ where: OPTION, message: `found ${JSON.stringify(word)}, expected NAME=VALUE` });
      return [];
    }
    const name = text.slice(0, at.index + 1).trim();
    const value = unquote(text.slice(at.index + 2).trim());
    return [[name, { value, origin: { file: OPTION, line: 0, col: 0, path: name } }]];
  });
}

/** Words between spaces and line ends; quotes and template brackets hold a word together and stay in it. */
export function splitArguments(text: string): string[] | undefined {
  const words: string[] = [];
  let word = "";
  let quote = "";
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (/["']/.test(char) && text[i - 1] !== "\\") {
      if (quote === "") quote = char;
      else if (quote === char) quote = "";
    }
    const pair = text.slice(i, i + 2);
    if (pair === "{{" || pair === "{%") depth++;
    else if (pair === "}}" || pair === "%}") depth = Math.max(0, depth - 1);
    if (quote === "" && depth === 0 && (char === " " || char === "\n")) {
      if (word.trim() !== "") words.push(word);
      word = "";
    } else {
      word += char;
    }
  }
  if (quote !== "") return undefined;
  if (word.trim() !== "") words.push(word);
  return words;
}

function decodeEscapes(text: string): string {
  return text.replace(
    /\\(?:U([0-9a-f]{8})|u([0-9a-f]{4})|x([0-9a-f]{2})|([\\'"abfnrtv]))/gi,
    (whole, long: string, short: string, byte: string, char: string) => {
      if (char) return SIMPLE_ESCAPES[char] ?? whole;
      const code = parseInt(long ?? short ?? byte, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

function unquote(text: string): string {
  const quoted = text.length > 1 && /^["']/.test(text) && text.endsWith(text[0]!) && text.at(-2) !== "\\";
  return quoted ? text.slice(1, -1) : text;
}
