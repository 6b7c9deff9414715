/**
 * Where an inventory comes from: finds what a source names (a file, a program, a folder of them, or a list of hosts) and says what kind of
 * source each is.
 * @module
 */
import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, extname, join, relative, resolve } from "@std/path";
import type { Problem } from "../../errors.ts";
import { firstOf } from "../../plain/left_out.ts";
import { readBounded } from "../bounded_file.ts";
import { didYouMean } from "../../plain/near_miss.ts";
import { decodeUtf8, firstNonUtf8 } from "../../plain/utf8.ts";
import {
  hasShebang,
  isProgram,
  lineOfStrayDashes,
  lineOfUnreadConfiguration,
  textKind,
} from "./source_kind.ts";

const EXTENSIONS = ["", ".yaml", ".yml", ".json", ".ini"];
/** The folder in which a bare name is looked up after the current one. */
const FOLDER = "inventory";
/**
 * What Ansible leaves out of a folder: hidden files, variables (they are read otherwise), documents, backups, its own settings. And, as ours
 * lies in `inventory/`, a schema for editors.
 */
const IGNORED =
  /^\.|\.schema\.json$|^(?:host_vars|group_vars|vars_plugins)$|(?:\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|ini|cfg|retry)|~)$/;

/** One source, as far as it can be told without understanding it. */
export interface Source {
  /** The path to name it by: relative to the current folder, as far as the user gave it so. For a list of hosts, the list. */
  readonly file: string;
  readonly kind: "yaml" | "ini" | "program" | "list";
  /** Empty for a program. */
  readonly text: string;
}

/** What one `-i` names. */
export interface Found {
  readonly sources: readonly Source[];
  /** Where `group_vars/` and `host_vars/` stand; none beside a list of hosts. */
  readonly folder?: string;
  /** There is nothing of that name. */
  readonly missing?: Problem;
  /** What is wrong with files, each by its name. */
  readonly problems: Problem[];
  /** Of files in a folder that are skipped, though they look like an inventory. */
  readonly warnings: Problem[];
}

/** Finds and reads what one `-i` names; `namedBy` is the option or variable that does. */
export async function findSources(name: string, namedBy: string, cwd: string): Promise<Found> {
  const problems: Problem[] = [];
  const file = await find(name, cwd);
  if (file === undefined) {
    if (name.includes(",")) {
      return { sources: [{ file: name, kind: "list", text: name }], problems, warnings: [] };
    }
    return { sources: [], missing: await notFound(name, namedBy, cwd), problems, warnings: [] };
  }
  const sources: Source[] = [];
  const passedOver: string[] = [];
  await read(file, cwd, { sources, passedOver }, problems, []);
  const isFolder = (await stat(resolve(cwd, file))).isDirectory();
  // If there is nothing else, any of them may be what was meant.
  const missed = passedOver.filter((one) => sources.length === 0 || /\.ini$/i.test(one));
  const warnings = missed.length === 0 ? [] : [{
    where: file,
    message: `ignored in this folder, as Ansible ignores files with this extension: ${
      firstOf(missed.map((one) => relative(file, one)), SHOWN, "files").join(", ")
    }`,
    hint: `name it explicitly: -i ${missed[0]}; or change or remove its extension`,
  }];
  return { sources, folder: isFolder ? file : dirname(file), problems, warnings };
}

/** How many files that are skipped are named. */
const SHOWN = 5;

/** Reads a file, or every file of a folder in the order of their names. `within` are the folders around it. */
async function read(
  file: string,
  cwd: string,
  found: { readonly sources: Source[]; readonly passedOver: string[] },
  problems: Problem[],
  within: readonly string[],
): Promise<void> {
  const path = resolve(cwd, file);
  try {
    const info = await stat(path);
    if (info.isDirectory()) {
      const real = await realpath(path);
      if (within.includes(real)) {
        problems.push({ where: file, message: "found a link that leads back to one of its parent folders" });
        return;
      }
      for (const name of (await readdir(path)).sort(byBytes)) {
        if (!IGNORED.test(name)) await read(join(file, name), cwd, found, problems, [...within, real]);
        else if (
          /^[^.].*\./.test(name) && !/^ansible\.cfg$|\.schema\.json$|\.(?:py[co]|swp|md|rst)$/.test(name)
        ) {
          found.passedOver.push(join(file, name));
        }
      }
      return;
    }
    if (!info.isFile()) {
      problems.push({ where: file, message: "found neither a file nor a folder, expected an inventory" });
      return;
    }
    const content = await readBounded(path);
    const source = sourceOf(file, info, content, problems);
    if (source) found.sources.push(source);
  } catch (error) {
    problems.push(unreadable(file, error));
  }
}

function sourceOf(
  file: string,
  info: { readonly mode: number },
  content: Uint8Array,
  problems: Problem[],
): Source | undefined {
  if (isProgram(info, content)) return { file, kind: "program", text: "" };
  const refuse = (message: string, hint: string) => {
    problems.push({ where: file, message, hint });
    return undefined;
  };
  // Ansible would go on and read the program's text as an inventory, and fail with that.
  if (hasShebang(content) && !/^\.(?:ya?ml|json|ini)$/i.test(extname(file))) {
    return refuse("found a script that is not executable", `make it executable: chmod +x ${file}`);
  }
  if (/\.toml$/i.test(file)) {
    problems.push({
      where: file,
      line: 1,
      col: 1,
      message: "found TOML, expected YAML, JSON, INI or a program",
      hint: `write it as YAML: ansible-inventory -i ${file} --list --yaml --output ${
        file.replace(/\.toml$/i, "")
      }.yml`,
    });
    return undefined;
  }
  const text = decodeUtf8(content);
  const dashes = text === undefined ? undefined : lineOfStrayDashes(text);
  if (dashes !== undefined) {
    const message = 'found "---", which begins YAML, above a section of INI';
    problems.push({ where: file, line: dashes, col: 1, message, hint: "remove this line" });
    return undefined;
  }
  const line = text === undefined ? undefined : lineOfUnreadConfiguration(file, text);
  if (line !== undefined) {
    problems.push({
      where: file,
      line,
      col: 1,
      message:
        "found the configuration of an inventory plugin, which Ansible reads only from a file that ends in .yml or .yaml",
      hint: `rename it to ${file.replace(/\.[^./]*$/, "")}.yml`,
    });
    return undefined;
  }
  if (text !== undefined) return { file, kind: textKind(file, text), text };
  const loose = new TextDecoder().decode(content);
  if (textKind(file, loose) === "ini") {
    // As with Ansible, a comment may hold anything.
    const lines = loose.split("\n").map((line) => /^[#;]/.test(line) ? "" : line);
    const bad = lines.findIndex((line) => line.includes("\ufffd"));
    if (bad < 0) return { file, kind: "ini", text: lines.join("\n") };
    const col = lines[bad]!.indexOf("\ufffd") + 1;
    problems.push(notUtf8(file, { line: bad + 1, col }));
    return undefined;
  }
  problems.push(notUtf8(file, firstNonUtf8(content)));
  return undefined;
}

/** A file's text; undefined (and a problem) if it cannot be read or is not UTF-8. */
export async function readUtf8(file: string, cwd: string, problems: Problem[]): Promise<string | undefined> {
  try {
    const bytes = await readBounded(resolve(cwd, file));
    const text = decodeUtf8(bytes);
    if (text === undefined) problems.push(notUtf8(file, firstNonUtf8(bytes)));
    return text;
  } catch (error) {
    problems.push(unreadable(file, error));
    return undefined;
  }
}

function notUtf8(file: string, place: { readonly line: number; readonly col: number }): Problem {
  return { where: file, ...place, message: "this is not UTF-8 text" };
}

function unreadable(file: string, error: unknown): Problem {
  return {
    where: file,
    message: `cannot read this file: ${error instanceof Error ? error.message : String(error)}`,
  };
}

const encoder = new TextEncoder();

/** Names in the order of their bytes, as Python sorts them. */
export function byBytes(a: string, b: string): number {
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  const shorter = Math.min(left.length, right.length);
  for (let i = 0; i < shorter; i++) if (left[i] !== right[i]) return left[i]! - right[i]!;
  return left.length - right.length;
}

async function find(source: string, cwd: string): Promise<string | undefined> {
  if (source === "") return undefined;
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
  const hint = didYouMean(source, names) ??
    (bare && source !== "" ? `for a list of hosts write "${source}," with a comma` : undefined);
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
