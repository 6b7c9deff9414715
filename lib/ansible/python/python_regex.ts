/**
 * Regular expressions as Python's `re` reads them, in the engine at hand. What has no counterpart there is refused: another answer would be
 * other hosts.
 * @module
 */

const WORD = "\\p{L}\\p{N}_";
const ESCAPES: Readonly<Record<string, string>> = {
  w: `[${WORD}]`,
  W: `[^${WORD}]`,
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  b: `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`,
  B: `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`,
  A: "^",
  Z: "$",
};

/** The expression, anchored at its start as `re.match()` is. Throws a SyntaxError where it is none, or none that can be had here. */
export function pythonRegex(source: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(source);
  const inside = translated(source.slice(flags?.[0].length ?? 0));
  const how = `u${flags?.[1] ?? ""}`;
  // By itself first: a bracket too many would close the one that is put around it, and what is left would match anything.
  new RegExp(inside, how);
  return new RegExp(`^(?:${inside})`, how);
}

function translated(source: string): string {
  let ours = "";
  for (let at = 0; at < source.length;) {
    const rest = source.slice(at);
    const [taken, written] = rest.startsWith("\\")
      ? escape(rest, false)
      : rest.startsWith("[")
      ? characterClass(rest)
      : other(rest);
    ours += written;
    at += taken;
  }
  return ours;
}

/** How many characters were read, and what they are here. */
type Piece = readonly [taken: number, written: string];

function other(rest: string): Piece {
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
