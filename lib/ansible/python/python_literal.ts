/**
 * Values as Python writes them: what Ansible makes of a value in an INI file (`ast.literal_eval`). Whatever is no literal of Python's stays
 * the text that it is: `0644`, `yes`, `/opt/x`.
 * @module
 */
import { LETTER_ESCAPES } from "./escapes.ts";
import type { Json } from "../../plain/json.ts";
import { decimalInteger, isPythonNumber, negated, pythonFloat, pythonInteger } from "./python_number.ts";

/** Python's own limit. */
const DEEPEST = 200;

/** Not a literal: the text stays what it is. */
class NoLiteral extends Error {}

/** The value that `text` is as a literal of Python's, and otherwise `text` itself. */
export function valueOf(text: string): Json {
  // Most values are plain words or paths; only what begins like a literal is worth a parser.
  if (!/^[ \t]*(?:[-+.\d'"([{#\\]|True|False|None|[rRbBuU]{1,2}['"])/.test(text)) return text;
  return literalOr(text, new Parser(text));
}

/** The same for what a template comes to: over several lines, and with JSON's words for True, False and None. */
export function literalValue(text: string): Json {
  return literalOr(text, new Parser(text, JSON_WORDS, true));
}

function literalOr(text: string, parser: Parser): Json {
  try {
    return parser.whole();
  } catch (error) {
    if (error instanceof NoLiteral) return text;
    throw error;
  }
}

const NUMBER =
  /^(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][-+]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][-+]?\d(?:_?\d)*)?)/;
const STRING_START = /^([rR]?[bB]|[bB][rR]|[rR]|[uU])?('''|"""|'|")/;
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["True", true],
  ["False", false],
  ["None", null],
]);
const JSON_WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ...WORDS,
  ["true", true],
  ["false", false],
  ["null", null],
]);

class Parser {
  #at = 0;
  #depth = 0;

  constructor(readonly text: string, readonly words = WORDS, readonly lines = false) {}

  whole(): Json {
    const value = this.#elements("");
    this.#space();
    while (this.lines && this.text[this.#at] === "\n") this.#at++;
    if (this.#at < this.text.length) throw new NoLiteral();
    return value;
  }

  /** What stands before `close`: one value, or with a comma a tuple, which JSON knows as a list. */
  #elements(close: string): Json {
    const first = this.#value();
    if (!this.#takes(",")) return first;
    return [first, ...this.#rest(close)];
  }

  /** The values after the first comma; the last may have a comma, too. */
  #rest(close: string): Json[] {
    const values: Json[] = [];
    while (!this.#ends(close)) {
      values.push(this.#value());
      if (!this.#takes(",")) break;
    }
    return values;
  }

  #value(): Json {
    this.#space();
    const char = this.text[this.#at] ?? "";
    if (char === "(" || char === "[" || char === "{") return this.#bracket(char);
    if (char === "-" || char === "+") {
      this.#at++;
      this.#space();
      const number = this.#number();
      return char === "-" ? negated(number) : number;
    }
    if (/[\d.]/.test(char)) return this.#number();
    if (STRING_START.test(this.text.slice(this.#at, this.#at + 5))) return this.#strings();
    const word = /^[A-Za-z_]\w*/.exec(this.text.slice(this.#at, this.#at + 10))?.[0] ?? "";
    const known = this.words.get(word);
    if (known === undefined) throw new NoLiteral();
    this.#at += word.length;
    return known;
  }

  #bracket(open: string): Json {
    if (++this.#depth > DEEPEST) throw new NoLiteral();
    this.#at++;
    const value = open === "(" ? this.#tuple() : open === "[" ? this.#list("]") : this.#braces();
    this.#depth--;
    return value;
  }

  #tuple(): Json {
    if (this.#takes(")")) return [];
    const value = this.#elements(")");
    if (!this.#takes(")")) throw new NoLiteral();
    return value;
  }

  #list(close: string): Json[] {
    const values = this.#rest(close);
    if (!this.#takes(close)) throw new NoLiteral();
    return values;
  }

  /** A mapping; or a set, which Ansible cannot print and JSON knows as a list. */
  #braces(): Json {
    if (this.#takes("}")) return {};
    const key = this.#value();
    if (!this.#takes(":")) return this.#takes(",") ? [key, ...this.#list("}")] : [key, ...this.#closed()];
    const entries: [string, Json][] = [[keyOf(key), this.#value()]];
    while (this.#takes(",") && !this.#ends("}")) {
      const next = this.#value();
      if (!this.#takes(":")) throw new NoLiteral();
      entries.push([keyOf(next), this.#value()]);
    }
    if (!this.#takes("}")) throw new NoLiteral();
    // fromEntries, because a key may be `__proto__`.
    return Object.fromEntries(entries);
  }

  #closed(): [] {
    if (!this.#takes("}")) throw new NoLiteral();
    return [];
  }

  #number(): Json {
    const found = NUMBER.exec(this.text.slice(this.#at))?.[0];
    if (found === undefined) throw new NoLiteral();
    const end = this.#at + found.length;
    // `0644` is no number to Python, `1j` is none to JSON, `1a` is none at all.
    if (/^0\d*[1-9]\d*$/.test(found.replaceAll("_", "")) || /[\w.]/.test(this.text[end] ?? "")) {
      throw new NoLiteral();
    }
    const text = found.replaceAll("_", "");
    const value = /^0[xob]/i.test(text)
      ? pythonInteger(BigInt(text))
      : /^\d+$/.test(text)
      ? decimalInteger(text)
      : pythonFloat(Number(text));
    // JSON has no word for infinity, and Python none for a whole number without end.
    if (value === undefined) throw new NoLiteral();
    this.#at = end;
    return value;
  }

  /** Strings beside each other are one. */
  #strings(): string {
    let joined = "";
    let bytes: boolean | undefined;
    for (;;) {
      const start = STRING_START.exec(this.text.slice(this.#at, this.#at + 5));
      if (!start) break;
      const [opening, prefix = "", quote = ""] = start;
      const isBytes = /b/i.test(prefix);
      if (bytes !== undefined && bytes !== isBytes) throw new NoLiteral();
      bytes = isBytes;
      this.#at += opening.length;
      joined += this.#string(quote, /r/i.test(prefix), isBytes);
      this.#space();
    }
    return joined;
  }

  #string(quote: string, raw: boolean, bytes: boolean): string {
    let content = "";
    for (;;) {
      const char = this.text[this.#at];
      if (char === undefined) throw new NoLiteral();
      if (this.text.startsWith(quote, this.#at)) break;
      if (bytes && char > "\x7f") throw new NoLiteral();
      if (char !== "\\") {
        content += char;
        this.#at++;
      } else if (raw) {
        content += this.text.slice(this.#at, this.#at + 2);
        this.#at += 2;
      } else content += this.#escape(bytes);
    }
    this.#at += quote.length;
    return content;
  }

  #escape(bytes: boolean): string {
    const rest = this.text.slice(this.#at, this.#at + 10);
    const plain = SIMPLE_ESCAPES[rest[1] ?? ""];
    const octal = /^\\([0-7]{1,3})/.exec(rest);
    const hex = bytes
      ? /^\\x([\da-fA-F]{2})/.exec(rest)
      : /^\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(rest);
    if (plain !== undefined) {
      this.#at += 2;
      return plain;
    }
    if (octal || hex) {
      const code = octal ? parseInt(octal[1]!, 8) : parseInt(hex![1] ?? hex![2] ?? hex![3]!, 16);
      // What is no text in UTF-8 is no value that JSON can carry.
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000) || (bytes && code > 0x7f)) {
        throw new NoLiteral();
      }
      this.#at += (octal ?? hex)![0].length;
      return String.fromCodePoint(code);
    }
    if (rest.length < 2 || (!bytes && /^\\[xuUN]/.test(rest)) || /^\\x/.test(rest)) throw new NoLiteral();
    this.#at += 2;
    return rest.slice(0, 2);
  }

  #takes(char: string): boolean {
    this.#space();
    if (this.text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #ends(close: string): boolean {
    this.#space();
    return this.#at >= this.text.length || this.text[this.#at] === close;
  }

  /** A comment reaches to the end of the line. A line goes on in the next one within brackets. */
  #space(): void {
    const space = this.lines && this.#depth > 0 ? /[ \t\f\n]/ : /[ \t\f]/;
    for (;;) {
      while (space.test(this.text[this.#at] ?? "")) this.#at++;
      if (this.text[this.#at] !== "#") return;
      const end = this.lines ? this.text.indexOf("\n", this.#at) : -1;
      this.#at = end < 0 ? this.text.length : end;
      if (this.#depth === 0) return;
    }
  }
}

/** What a backslash and one character stand for; a line that ends in a backslash goes on. */
export const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  ...LETTER_ESCAPES,
  "\n": "",
  "'": "'",
  '"': '"',
};

/** A key as JSON writes it. */
function keyOf(key: Json): string {
  if (typeof key === "object" && key !== null && !isPythonNumber(key)) throw new NoLiteral();
  return String(key);
}
