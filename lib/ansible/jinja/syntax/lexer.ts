/**
 * A template's text as tokens: Jinja2's, with the settings that Ansible gives it (`trim_blocks`; within `{{ }}` a backslash in quotes stands
 * for itself).
 * @module
 */
import { SIMPLE_ESCAPES } from "../../python/python_literal.ts";
import { TemplateError } from "../values/template_error.ts";

/** One token. `data` is text between tags; `begin` and `end` are those of a tag, whose kind is their text: `{{`, `{%`. */
export interface Token {
  readonly kind: "data" | "begin" | "end" | "name" | "string" | "integer" | "float" | "operator" | "over";
  readonly text: string;
  /** 1-based. */
  readonly line: number;
}

/** A template that is longer was not written by anybody. Characters. */
export const LONGEST_TEMPLATE = 100_000;

const NEXT_TAG = /\{[{%#]/g;
const RAW = /\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})/y;
const END_OF_RAW = /\{%([-+]?)\s*endraw\s*(?:\+%\}|-%\}\s*|%\}\n?)/g;
const END_OF_COMMENT = /(?:\+#\}|-#\}\s*|#\}\n?)/g;
const ENDS = { "{{": /-\}\}\s*|\}\}/y, "{%": /\+%\}|-%\}\s*|%\}\n?/y } as const;
const INSIDE: readonly (readonly [kind: Token["kind"] | "space", pattern: RegExp])[] = [
  ["space", /\s+/y],
  ["float", /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy],
  ["integer", /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy],
  ["name", /[\p{L}\p{N}_]+/uy],
  ["string", /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/sy],
  ["operator", /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y],
];
const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** How a template is read. */
export interface Reading {
  /** It is a file of its own, and no value of a variable: Ansible leaves its backslashes alone. */
  readonly ofFile?: boolean;
}

/** The tokens of a template, with `over` as the last. Throws a TemplateError. */
export function tokens(template: string, { ofFile = false }: Reading = {}): Token[] {
  if (template.length > LONGEST_TEMPLATE) {
    throw new TemplateError(`a template of more than ${LONGEST_TEMPLATE} characters`);
  }
  return new Lexer(template.replaceAll(/\r\n?/g, "\n").replace(/\n$/, ""), ofFile).all();
}

class Lexer {
  readonly #found: Token[] = [];
  #at = 0;

  /** Up to where lines were counted, and how many. */
  #counted = 0;
  #line = 1;

  constructor(readonly source: string, readonly ofFile: boolean) {}

  all(): Token[] {
    try {
      return this.#all();
    } catch (error) {
      if (error instanceof TemplateError) error.line = this.#lineHere();
      throw error;
    }
  }

  /** The line that the lexer has come to. */
  #lineHere(): number {
    for (; this.#counted < this.#at; this.#counted++) if (this.source[this.#counted] === "\n") this.#line++;
    return this.#line;
  }

  #all(): Token[] {
    for (;;) {
      const start = this.#nextTag();
      if (start < 0) break;
      const opening = this.source.slice(start, start + 2);
      const sign = this.source[start + 2] ?? "";
      this.#data(start, sign);
      this.#at = start;
      const raw = this.#match(RAW);
      if (raw !== undefined) this.#raw();
      else if (opening === "{#") this.#comment();
      else this.#tag(opening as "{{" | "{%", sign);
    }
    this.#add("data", this.source.slice(this.#at));
    this.#add("over", "", true);
    return this.#found;
  }

  #nextTag(): number {
    NEXT_TAG.lastIndex = this.#at;
    return NEXT_TAG.exec(this.source)?.index ?? -1;
  }

  /** The text before a tag, without the space at its end if the tag begins with a minus. */
  #data(end: number, sign: string): void {
    const text = this.source.slice(this.#at, end);
    this.#add("data", sign === "-" ? text.trimEnd() : text);
  }

  #raw(): void {
    END_OF_RAW.lastIndex = this.#at;
    const end = END_OF_RAW.exec(this.source);
    if (!end) throw new TemplateError("a {% raw %} that does not end");
    this.#data(end.index, end[1]!);
    this.#at = END_OF_RAW.lastIndex;
  }

  #comment(): void {
    END_OF_COMMENT.lastIndex = this.#at + 2;
    if (!END_OF_COMMENT.test(this.source)) throw new TemplateError("a {# comment that does not end");
    this.#at = END_OF_COMMENT.lastIndex;
  }

  #tag(opening: "{{" | "{%", sign: string): void {
    this.#at += 2 + (sign === "-" || sign === "+" ? 1 : 0);
    this.#add("begin", opening);
    const open: string[] = [];
    for (;;) {
      // Within brackets, `}}` are two of them.
      if (open.length === 0 && this.#match(ENDS[opening]) !== undefined) break;
      this.#inside(opening, open);
    }
    this.#add("end", opening);
  }

  #inside(opening: string, open: string[]): void {
    for (const [kind, pattern] of INSIDE) {
      const text = this.#match(pattern);
      if (text === undefined) continue;
      if (kind === "space") return;
      if (kind === "operator") balance(text, open);
      if (kind === "name" && /^\p{N}/u.test(text)) {
        throw new TemplateError(`the name "${text}" in a template`);
      }
      this.#add(kind, kind === "string" ? content(text, this.ofFile ? "{%" : opening) : text, true);
      return;
    }
    const rest = this.source.slice(this.#at, this.#at + 20);
    throw new TemplateError(
      rest === ""
        ? `a template that has ${opening} and does not end`
        : `a template with ${JSON.stringify(rest)} where the expression should continue`,
      opening === "{{" && rest === "" ? "it ends with }}" : undefined,
    );
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.source)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #add(kind: Token["kind"], text: string, evenEmpty = false): void {
    if (text !== "" || evenEmpty) this.#found.push({ kind, text, line: this.#lineHere() });
  }
}

function balance(operator: string, open: string[]): void {
  const closing = CLOSING[operator];
  if (closing !== undefined) open.push(closing);
  else if (/^[)\]}]$/.test(operator) && open.pop() !== operator) {
    throw new TemplateError(`a template with "${operator}" that closes nothing`);
  }
}

/** What is in quotes. Ansible doubles every backslash within `{{ }}` first, so that there it is no escape, and cannot hide a quote either. */
function content(quoted: string, opening: string): string {
  const text = quoted.slice(1, -1);
  if (!text.includes("\\")) return text;
  if (opening === "{{") {
    if (new RegExp(`\\\\${quoted[0]}`).test(text.replaceAll(/\\\\/g, ""))) {
      throw new TemplateError(
        `a template with \\${quoted[0]} within quotes, which ends the text there, as with Ansible`,
        "use the other kind of quotes",
      );
    }
    return text;
  }
  return text.replaceAll(ESCAPE, (whole, long, short, byte, octal, char) => {
    const code = long ?? short ?? byte;
    if (code !== undefined) return String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff));
    return octal !== undefined ? String.fromCharCode(parseInt(octal, 8)) : SIMPLE_ESCAPES[char] ?? whole;
  });
}

const ESCAPE = /\\(?:U([\da-fA-F]{8})|u([\da-fA-F]{4})|x([\da-fA-F]{2})|([0-7]{1,3})|([\s\S]))/g;
