/**
 * The texts of settings, as the environment and the file have them.
 * @module
 */
import type { Origin } from "../types.ts";
import type { IniFile } from "./ini_file.ts";
import type { Places } from "./settings.ts";

/** The texts of the settings, wherever they are. */
export interface Written {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By the name that messages have for it. */
  readonly file: string;
  readonly ini: IniFile;
}

/** A text, and where it is written. */
export interface WrittenText {
  readonly value: string;
  readonly origin: Origin;
  readonly inFile: boolean;
}

/** A setting that is not honoured, where it is set, and why. */
export interface LeftOut {
  /** Ansible's, in the file. */
  readonly name: string;
  /** As it is written; a secret is masked. */
  readonly value: string;
  /** A line of the file, or (line 0) a variable of the environment. */
  readonly origin: Origin;
  /** In words. */
  readonly why: string;
}

/** The text that counts of several places, and where it is. */
export function textOf(
  { env, ini: keys }: Places,
  { env: variables, file, ini }: Written,
): WrittenText | undefined {
  for (const name of env.toReversed()) {
    const value = variables[name];
    if (value !== undefined) return { value, origin: { file: name, line: 0, col: 0 }, inFile: false };
  }
  for (const [section, key] of keys.toReversed()) {
    const entry = ini.get(section, key);
    if (entry === undefined) continue;
    const { value, line, col } = entry;
    return { value, origin: { file, line, col, path: `${section}.${key}` }, inFile: true };
  }
  return undefined;
}
