/**
 * An `ansible.cfg` as Python's `ConfigParser(inline_comment_prefixes=(";",))` reads it, with its values raw.
 * @module
 */
import { type Problem, UsageError } from "../../errors.ts";
import { endStripped, indentOf, isSpace, strip } from "./python_space.ts";

/** A value, and where its key is written (1-based). */
export interface Entry {
  readonly value: string;
  readonly line: number;
  readonly col: number;
}

/** Its entries hold for every section that there is. */
const DEFAULT_SECTION = "DEFAULT";

/** Sections with their entries, by names in small letters. */
export class IniFile {
  constructor(readonly sections: ReadonlyMap<string, ReadonlyMap<string, Entry>>) {}

  /** What a key comes to in a section; undefined if the section or the key is not there. */
  get(section: string, key: string): Entry | undefined {
    const entries = this.sections.get(section);
    return entries && (entries.get(key) ?? this.sections.get(DEFAULT_SECTION)?.get(key));
  }
}

/** Reads a text. Throws a UsageError with every mistake in it. */
export function parseIniFile(file: string, text: string): IniFile {
  const reader = new Reader(file);
  text.split("\n").some((line, at) => !reader.read(line, at + 1));
  if (reader.problems.length > 0) throw new UsageError(reader.problems);
  return new IniFile(reader.sections());
}

interface Draft {
  readonly lines: string[];
  readonly line: number;
  readonly col: number;
}

class Reader {
  readonly problems: Problem[] = [];
  readonly #sections = new Map<string, Map<string, Draft>>();
  #section: string | undefined;
  #draft: Draft | undefined;
  #indent = 0;

  constructor(readonly file: string) {}

  /** Reads one line; false if nothing behind it can be understood. */
  read(line: string, number: number): boolean {
    const comment = commentStart(line);
    const value = strip(line.slice(0, comment));
    if (value === "") {
      // An empty line may be part of a value; one with a comment is not.
      if (comment === undefined) this.#draft?.lines.push("");
      return true;
    }
    const indent = indentOf(line);
    if (this.#draft !== undefined && indent > this.#indent) {
      this.#draft.lines.push(value);
      return true;
    }
    this.#indent = indent;
    const at = { line: number, col: indent + 1 };
    const header = /^\[([^\n]+)\]/.exec(value)?.[1];
    if (header !== undefined) this.#begin(header, at);
    else if (this.#section === undefined) {
      this.#refuse(
        at,
        `found ${JSON.stringify(value)} before any section`,
        'start with a section: "[defaults]"',
      );
      return false;
    } else this.#option(value, at);
    return true;
  }

  sections(): Map<string, Map<string, Entry>> {
    return new Map(
      [...this.#sections].map(([name, drafts]) => [
        name,
        new Map(
          [...drafts].map(([key, { lines, line, col }]) => [
            key,
            { value: endStripped(lines.join("\n")), line, col },
          ]),
        ),
      ]),
    );
  }

  #begin(name: string, at: Omit<Entry, "value">): void {
    if (this.#sections.has(name) && name !== DEFAULT_SECTION) {
      this.#refuse(at, `found the section [${name}] again`, "merge the two");
    }
    if (!this.#sections.has(name)) this.#sections.set(name, new Map());
    this.#section = name;
    this.#draft = undefined;
  }

  #option(text: string, at: Omit<Entry, "value">): void {
    const end = text.search(/[=:]/);
    if (end <= 0) {
      this.#refuse(at, `found ${JSON.stringify(text)}, expected KEY = VALUE`);
      return;
    }
    const key = endStripped(text.slice(0, end)).toLowerCase();
    const entries = this.#sections.get(this.#section!)!;
    if (entries.has(key)) {
      this.#refuse(
        at,
        `found ${key} again, first in line ${entries.get(key)!.line}`,
        "keep one of them",
      );
    }
    this.#draft = { ...at, lines: [strip(text.slice(end + 1))] };
    entries.set(key, this.#draft);
  }

  #refuse({ line, col }: Omit<Entry, "value">, message: string, hint?: string): void {
    this.problems.push({ where: this.file, line, col, message, ...(hint === undefined ? {} : { hint }) });
  }
}

/** Where a line's comment begins: a whole line may be one; a `;` behind white space begins one anywhere. */
function commentStart(line: string): number | undefined {
  if (/^[#;]/.test(strip(line))) return 0;
  for (let at = line.indexOf(";"); at >= 0; at = line.indexOf(";", at + 1)) {
    if (at === 0 || isSpace(line[at - 1])) return at;
  }
  return undefined;
}
