/**
 * Reads what Ansible is configured with: `ansible.cfg` and the environment's `ANSIBLE_*`, as far as connection and inventory are concerned.
 * @module
 */
import { isAbsolute, relative } from "@std/path";
import { type Problem, UsageError } from "../../errors.ts";
import { readBounded } from "../bounded_file.ts";
import { problemAt, shown } from "../problems.ts";
import { secretKeeper } from "../secret_keeper.ts";
import { findConfiguration } from "./find_file.ts";
import { IniFile, parseIniFile } from "./ini_file.ts";
import { type LeftOut, leftOutOf } from "./left_out.ts";
import { type Configured, type ConfiguredSettings, definitions, settingNames } from "./settings.ts";
import { type Ground, valueOf } from "./values.ts";
import { vaultIds } from "./vault_ids.ts";
import { textOf, type Written } from "./written.ts";

/** What Ansible is configured with. */
export interface Configuration {
  /** The file, by the name that messages have for it; undefined if there is none. */
  readonly file?: string;
  /** What is set and honoured. */
  readonly settings: ConfiguredSettings;
  /** What is set there and not honoured. */
  readonly leftOut: readonly LeftOut[];
}

/** Where to look. */
export interface ConfigurationOptions {
  /** The environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** What is worth saying and no mistake. */
  readonly warn?: (warning: Problem) => void;
  /** The file of the whole machine, in place of Ansible's: for tests. */
  readonly system?: string;
}

/** Reads the configuration. Throws a UsageError with everything that is wrong with it. */
export async function readConfiguration(options: ConfigurationOptions): Promise<Configuration> {
  const { env, cwd, warn = () => {}, system } = options;
  const path = await findConfiguration({ env, cwd }, warn, system);
  const file = path === undefined ? undefined : nameOf(path, cwd);
  const ini = path === undefined || file === undefined ? new IniFile(new Map()) : await readIni(path, file);
  const written: Written = { env, file: file ?? "", ini };
  const problems: Problem[] = [];
  const settings: Record<string, Configured<unknown>> = {};
  for (const name of settingNames) {
    const found = settingOf(name, written, { env, cwd, file: path }, problems);
    if (found !== undefined) settings[name] = found;
  }
  if (problems.length > 0) throw new UsageError(problems);
  return {
    ...(file === undefined ? {} : { file }),
    settings: settings as ConfiguredSettings,
    leftOut: leftOutOf(written),
  };
}

/** A path as the user would name it: relative, if it is below the current folder. */
function nameOf(path: string, cwd: string): string {
  const below = relative(cwd, path);
  return below.startsWith("..") || isAbsolute(below) ? path : below;
}

async function readIni(path: string, file: string): Promise<IniFile> {
  if (!/\.(?:cfg|ini)$/.test(path)) {
    throw UsageError.of(file, "found a name that does not end in .cfg or .ini, which Ansible does not read");
  }
  let bytes: Uint8Array;
  try {
    bytes = await readBounded(path);
  } catch (error) {
    throw UsageError.of(file, `cannot read this file: ${error instanceof Error ? error.message : error}`);
  }
  try {
    return parseIniFile(file, new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw UsageError.of(file, "this is not UTF-8 text");
  }
}

/** A setting's value; undefined if it is not set, or (with a problem) is none of what it may be. */
function settingOf(
  name: keyof typeof definitions,
  written: Written,
  ground: Ground,
  problems: Problem[],
): Configured<unknown> | undefined {
  const { kind, ...places } = definitions[name];
  const found = textOf(places, written);
  if (found === undefined) return undefined;
  const { value: text, origin, inFile } = found;
  secretKeeper().extraVariable(name, text);
  // An empty name of a file is none, and not the folder that Ansible makes of it; an empty variable says that there is no number.
  if (text === "" && (kind === "path" || kind === "paths" || kind === "whole" && !inFile)) return undefined;
  const result = valueOf(kind, text, inFile ? ground : { ...ground, file: undefined });
  const wrong = "expected" in result ? result.expected : refusalOf(name, result.value);
  if (wrong !== undefined) {
    problems.push(problemAt(origin, `found ${shown(text)}, expected ${wrong}`));
    return undefined;
  }
  const { value } = result as { readonly value: unknown };
  if (name !== "vault_identity_list") return { value, origin };
  return { value: vaultIds(value as readonly string[], ground), origin };
}

/** What a value of the right kind would have to be. */
function refusalOf(name: keyof typeof definitions, value: unknown): string | undefined {
  switch (name) {
    case "hash_behaviour":
      return value === "merge" || value === "replace" ? undefined : "replace or merge";
    case "forks":
    case "timeout":
      return Number(value) >= 1 ? undefined : "a whole number of at least 1";
    case "remote_port":
      return Number(value) >= 1 && Number(value) <= 65_535 ? undefined : "a port from 1 to 65535";
    default:
      return undefined;
  }
}
