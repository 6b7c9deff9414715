/**
 * Regular expressions as Python's `re` reads them, in the engine at hand. What has no counterpart there is refused: another answer would be
 * other hosts.
 * @module
 */
import { LETTER_ESCAPES } from "./escapes.ts";

const WORD = "\\p{L}\\p{N}_";
const ESCAPES: Readonly<Record<string, string>> = {
  w: `[${WORD}]`,
  W: `[^${WORD}]`,
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  b: `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`,
  B: `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`,
  A: "(?<![\\s\\S])",
  Z: "(?![\\s\\S])",
};

/** What depends on Python's flags: `$` also stands before a line end at the end of the text, and only `\n` ends a line. */
const PLACES: Readonly<Record<string, (flags: string) => string>> = {
  "^": (flags) => flags.includes("m") ? "(?<![^\\n])" : "(?<![\\s\\S])",
  $: (flags) => flags.includes("m") ? "(?![^\\n])" : "(?=\\n?(?![\\s\\S]))",
  ".": (flags) => flags.includes("s") ? "[\\s\\S]" : "[^\\n]",
};

/** How an expression is meant beside its text. */
export interface RegexOptions {
  /** Python's flags, of `ims`; the text may begin with more. */
  readonly flags?: string;
  /** Whether it must match at the start, as with `re.match()`. */
  readonly anchored?: boolean;
}

/** The expression, anchored at its start as `re.match()` is. Throws a SyntaxError if it is none, or none that can be had here. */
export function pythonRegex(source: string): RegExp {
  return pythonPattern(source, { anchored: true });
}

/** An expression of Python's. Throws a SyntaxError if it is none, or none that can be had here. */
export function pythonPattern(source: string, { flags = "", anchored = false }: RegexOptions = {}): RegExp {
  const written = /^\(\?([ims]+)\)/.exec(source);
  const all = flags + (written?.[1] ?? "");
  const inside = translated(source.slice(written?.[0].length ?? 0), all);
  const how = all.includes("i") ? "iu" : "u";
  // By itself first: a bracket too many would close the one that is put around it, and what is left would match anything.
  const regex = new RegExp(inside, how);
  return anchored ? new RegExp(`^(?:${inside})`, how) : regex;
}

function translated(source: string, flags: string): string {
  let ours = "";
  for (let at = 0; at < source.length;) {
    const rest = source.slice(at);
    const [taken, written] = rest.startsWith("\\")
      ? escape(rest, false)
      : rest.startsWith("[")
      ? characterClass(rest)
      : other(rest, flags);
    ours += written;
    at += taken;
  }
  return ours;
}

/** How many characters were read, and what they are here. */
type Piece = readonly [taken: number, written: string];

function other(rest: string, flags: string): Piece {
  const special = PLACES[rest[0]!]?.(flags);
  if (special !== undefined) return [1, special];
  const named = /^\(\?P(?:<(\w+)>|=(\w+)\))/.exec(rest);
  if (named) return [named[0].length, named[1] ? `(?<${named[1]}>` : `\\k<${named[2]}>`];
  const times = /^\{(\d*)(,?)(\d*)\}/.exec(rest);
  if (times && (times[1] || times[3])) {
    return [times[0].length, `{${times[1] || "0"}${times[2]}${times[3]}}`];
  }
  // Alone they stand for themselves.
  if (/^[{}\]]/.test(rest)) return [1, `\\${rest[0]}`];
  const char = String.fromCodePoint(rest.codePointAt(0)!);
  return [char.length, char];
}

function escape(rest: string, inClass: boolean): Piece {
  const char = String.fromCodePoint(rest.codePointAt(1) ?? 92);
  if (rest.length === 1) throw new SyntaxError("a backslash at the end");
  const known = ESCAPES[char];
  if (known !== undefined) {
    // A place cannot be repeated.
    if (!inClass && /[bBAZ]/.test(char) && /^([*+?]|\{\d*,?\d*\})/.test(rest.slice(2))) {
      throw new SyntaxError(`nothing to repeat after "\\${char}"`);
    }
    if (!inClass) return [2, known];
    if (char === "w") return [2, WORD];
    if (char === "d" || char === "D") return [2, known];
    if (char === "b") return [2, "\\x08"];
    throw new SyntaxError(`"\\${char}" in brackets`);
  }
  const code = /^\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4})/.exec(rest)?.[0];
  if (code) return [code.length, code];
  if (/[1-9]/.test(char) && !inClass) {
    const group = /^\\[1-9]\d?/.exec(rest)![0];
    return [group.length, `(?:${group})`];
  }
  if (/[\dA-Za-z]/.test(char)) {
    if (/[fnrtvsS]/.test(char)) return [2, `\\${char}`];
    throw new SyntaxError(`"\\${char}"`);
  }
  return [1 + char.length, inClass && char === "-" ? "\\-" : literal(char)];
}

function characterClass(rest: string): Piece {
  let at = rest[1] === "^" ? 2 : 1;
  let inside = "";
  // In the first place a closing bracket is a member.
  for (let first = true; first || rest[at] !== "]"; first = false) {
    if (at >= rest.length) throw new SyntaxError("a bracket that is not closed");
    if (rest[at] === "\\") {
      const [taken, written] = escape(rest.slice(at), true);
      inside += written;
      at += taken;
    } else {
      const char = String.fromCodePoint(rest.codePointAt(at)!);
      inside += char === "-" ? char : literal(char);
      at += char.length;
    }
  }
  return [at + 1, `[${rest[1] === "^" ? "^" : ""}${inside}]`];
}

function literal(char: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

/** A replacement as `re.sub()` reads it: `\\1`, `\\g<1>`, `\\g<name>`, and escapes. Throws a SyntaxError if it is none. */
export function expandReplacement(source: string): (match: RegExpExecArray) => string {
  const parts: ((match: RegExpExecArray) => string)[] = [];
  let at = 0;
  for (const found of source.matchAll(/\\(?:g<([^>]*)>|([1-9]\d?)|(0[0-7]{0,2})|([\s\S])|$)/g)) {
    const text = source.slice(at, found.index);
    parts.push(() => text, partOf(found));
    at = found.index + found[0].length;
  }
  const rest = source.slice(at);
  return (match) => parts.map((part) => part(match)).join("") + rest;
}

function partOf([whole, name, number, octal, char]: RegExpExecArray): (match: RegExpExecArray) => string {
  const group = name ?? number;
  if (octal !== undefined) return () => String.fromCharCode(parseInt(octal, 8));
  if (group === undefined) {
    const escape = char === undefined ? undefined : LETTER_ESCAPES[char];
    // What is no letter keeps its backslash.
    if (escape === undefined && (char === undefined || /[A-Za-z]/.test(char))) {
      throw new SyntaxError(`"${whole}" in a replacement`);
    }
    return () => escape ?? whole;
  }
  return (match) => {
    const known = /^\d+$/.test(group)
      ? Number(group) < match.length
      : Object.hasOwn(match.groups ?? {}, group);
    if (!known) throw new SyntaxError(`the group ${group}, which does not exist`);
    return (/^\d+$/.test(group) ? match[Number(group)] : match.groups![group]) ?? "";
  };
}
