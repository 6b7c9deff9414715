/**
 * Where an inventory comes from: finds the file that a source names and decides what kind of source it is. YAML (and JSON, which
 * is YAML) is read today; the other kinds are told apart, so that each is refused by its name.
 * @module
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, resolve } from "@std/path";
import type { Problem } from "../errors.ts";
import { didYouMean } from "./near_miss.ts";

const EXTENSIONS = ["", ".yaml", ".yml", ".json"];
/** The folder in which a bare name is looked up after the current one. */
const FOLDER = "inventory";
const READ_TODAY = "an inventory is read from YAML or JSON files";

/** A source's text, with the path to name it by. */
export interface SourceText {
  /** Relative to the current folder, as far as the user gave it so. */
  readonly file: string;
  readonly text: string;
}

/** Finds and reads one source; `namedBy` is the option or variable that names it. Without a `source` the problems say why. */
export async function readSource(
  name: string,
  namedBy: string,
  cwd: string,
): Promise<{ readonly source?: SourceText; readonly problems: Problem[] }> {
  const problems: Problem[] = [];
  const file = await find(name, cwd);
  if (file === undefined) return { problems: [await notFound(name, namedBy, cwd)] };
  const source = await readText(file, cwd, problems);
  return { ...(source ? { source } : {}), problems };
}

/** Reads what is YAML, and says of anything else what it is. */
async function readText(file: string, cwd: string, problems: Problem[]): Promise<SourceText | undefined> {
  const refuse = (message: string) => {
    problems.push({ where: file, message, hint: READ_TODAY });
    return undefined;
  };
  const info = await stat(resolve(cwd, file));
  if (info.isDirectory()) return refuse("found a folder, expected a file");
  const text = await readUtf8(file, cwd, problems);
  if (text === undefined) return undefined;
  if (text.startsWith("#!")) return refuse("found an executable, expected a file of data");
  const extension = extname(file).toLowerCase();
  if (!EXTENSIONS.includes(extension) || looksLikeIni(text)) {
    return refuse(
      looksLikeIni(text) || extension === ".ini"
        ? "found an INI inventory, expected YAML"
        : `found a name that ends in "${extension}", expected .yaml, .yml or .json`,
    );
  }
  return { file, text };
}

/** A file's text; undefined (and a problem) where it cannot be read or is not UTF-8. */
export async function readUtf8(file: string, cwd: string, problems: Problem[]): Promise<string | undefined> {
  try {
    const bytes = await readFile(resolve(cwd, file));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const message = error instanceof TypeError
      ? "this is not a text in UTF-8"
      : `cannot read this file: ${error instanceof Error ? error.message : String(error)}`;
    problems.push({ where: file, message });
    return undefined;
  }
}

/** The first line that is neither empty nor a comment opens a section. JSON and YAML lists have more after the bracket. */
function looksLikeIni(text: string): boolean {
  const first = text.split("\n").find((line) => !/^\s*(?:[#;].*)?$/.test(line)) ?? "";
  return /^\[[^[\]{}",]+\]\s*(?:[#;].*)?$/.test(first.trim());
}

async function find(source: string, cwd: string): Promise<string | undefined> {
  const bare = !/[/\\]/.test(source);
  for (const place of bare ? [source, join(FOLDER, source)] : [source]) {
    for (const extension of EXTENSIONS) {
      if (await exists(resolve(cwd, place + extension))) return place + extension;
    }
  }
  return undefined;
}

async function notFound(source: string, namedBy: string, cwd: string): Promise<Problem> {
  const bare = !/[/\\]/.test(source);
  const names = bare ? [...await list(cwd), ...await list(resolve(cwd, FOLDER))] : [];
  const places = bare ? `the current folder or in ${FOLDER}/` : "that place";
  const hint = didYouMean(source, names);
  return {
    where: namedBy,
    message: `found no file "${source}" in ${places}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).flatMap((name) => [name, name.replace(/\.[^.]+$/, "")]);
  } catch {
    return [];
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
