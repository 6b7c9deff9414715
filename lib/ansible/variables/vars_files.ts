/**
 * `group_vars/` and `host_vars/` beside an inventory: for every group and host the file of that name (bare, or ending in .yml, .yaml or
 * .json), or all files of the folder of that name.
 * @module
 */
import { readdir, stat } from "node:fs/promises";
import { basename, extname, isAbsolute, join, relative, resolve } from "@std/path";
import { append } from "../../plain/append.ts";
import type { Problem } from "../../errors.ts";
import type { VarsLayer } from "../sources/builder.ts";
import { discreet, type Unseal, unsealFile } from "../vault/sealed.ts";
import { type Combine, combined, replace } from "./hash_behaviour.ts";
import { byBytes, readUtf8 } from "../sources/sources.ts";
import type { Setting } from "../types.ts";
import type { VariableCheck } from "../variable_check.ts";
import { readVarsMapping } from "./vars_mapping.ts";

/** In the order in which Ansible looks; the first that is there counts. */
const EXTENSIONS = ["", ".yml", ".yaml", ".json"];

/** What is needed to read variables. */
export interface VarsReading {
  readonly cwd: string;
  readonly unseal: Unseal;
  readonly check: VariableCheck;
  /** What becomes of a variable that several files set; without it the later one stands. */
  readonly combine?: Combine;
}

/** The groups and hosts that variables are read for. */
export interface Named {
  readonly groups: readonly string[];
  readonly hosts: readonly string[];
  /** Groups without a host. Ansible does not read what is said about them, so that it may be broken, or locked away. */
  readonly unused: ReadonlySet<string>;
}

/** Reads what `folder` (absolute) says about the groups and hosts that there are. */
export async function readVarsFiles(
  folder: string,
  { groups, hosts, unused }: Named,
  reading: VarsReading,
): Promise<VarsLayer> {
  // Named as the user would: relative, if it is below the current folder.
  const below = relative(reading.cwd, folder);
  const name = below.startsWith("..") || isAbsolute(below) ? folder : below;
  return {
    groups: await readAll(join(name, "group_vars"), groups, (group) => unused.has(group), reading),
    hosts: await readAll(join(name, "host_vars"), hosts, () => false, reading),
  };
}

async function readAll(
  folder: string,
  names: readonly string[],
  isUnused: (name: string) => boolean,
  reading: VarsReading,
): Promise<Map<string, ReadonlyMap<string, Setting>>> {
  const found = new Map<string, ReadonlyMap<string, Setting>>();
  const entries = new Set(
    await namesIn(resolve(reading.cwd, folder), (error) =>
      reading.check.warn({
        where: folder,
        message: `cannot be read, so its variables are left out: ${error.message}`,
        hint:
          "make it readable; under Deno's permissions: --allow-read for its folder, whether it exists or not",
      })),
  );
  // Ten thousand hosts must not mean forty thousand looks at the disk.
  if (entries.size === 0) return found;
  for (const name of names) {
    if (isAbsolute(name)) continue;
    const files = await filesOf(folder, name, entries, reading.cwd);
    if (files.length === 0) continue;
    const vars = new Map<string, Setting>();
    for (const file of files) {
      const found = await readVars(file, reading);
      if (isUnused(name)) found.problems.forEach(reading.check.warn);
      else append(reading.check.problems, found.problems);
      for (const [key, setting] of found.vars) {
        vars.set(key, combined(reading.combine ?? replace, vars.get(key), setting));
      }
    }
    found.set(name, vars);
  }
  return found;
}

async function filesOf(
  folder: string,
  name: string,
  entries: ReadonlySet<string>,
  cwd: string,
): Promise<string[]> {
  const below = basename(name) !== name;
  for (const extension of EXTENSIONS) {
    if (!below && !entries.has(name + extension)) continue;
    const file = join(folder, name + extension);
    const info = await look(resolve(cwd, file));
    if (info?.isDirectory()) return await filesBelow(file, cwd, 0);
    if (info) return [file];
  }
  return [];
}

/** Deeper than anybody sorts variables, and shallow enough for a link that leads back. */
const DEEPEST = 32;

async function filesBelow(folder: string, cwd: string, depth: number): Promise<string[]> {
  const files: string[] = [];
  if (depth > DEEPEST) return files;
  for (const name of (await namesIn(resolve(cwd, folder))).sort(byBytes)) {
    if (name.startsWith(".") || name.endsWith("~")) continue;
    const file = join(folder, name);
    const info = await look(resolve(cwd, file));
    const extension = extname(name);
    if (info?.isDirectory()) {
      if (extension === "") append(files, await filesBelow(file, cwd, depth + 1));
    } else if (info?.isFile() && EXTENSIONS.includes(extension)) files.push(file);
  }
  return files;
}

/** The variables of one file, and what is wrong with it; an empty file has none. */
async function readVars(
  file: string,
  { cwd, unseal, check }: VarsReading,
): Promise<{ readonly vars: [string, Setting][]; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const written = await readUtf8(file, cwd, problems);
  const plain = written === undefined ? undefined : unsealFile(file, written, unseal, problems);
  let vars: [string, Setting][] = [];
  if (plain) {
    // What a warning says of an encrypted file could give away what it holds.
    const warn = plain.secret ? () => {} : check.warn;
    const checkHere = check.of(problems, warn);
    const found = readVarsMapping(file, plain.text, problems, { unseal, secret: plain.secret, warn });
    for (const { name, setting, nameOrigin } of found) checkHere.variable(name, setting, () => nameOrigin);
    vars = found.map(({ name, setting }) => [name, setting]);
  }
  return { vars, problems: plain?.secret ? discreet(problems) : problems };
}

async function namesIn(folder: string, unknown: (error: Error) => void = () => {}): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const absent = error instanceof Error && "code" in error && /^(ENOENT|ENOTDIR)$/.test(String(error.code));
    if (!absent && error instanceof Error) unknown(error);
    return [];
  }
}

async function look(path: string) {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}
