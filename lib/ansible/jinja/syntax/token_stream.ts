/**
 * Tokens in order, one looked at a time.
 * @module
 */
import type { Token } from "./lexer.ts";
import { TemplateError } from "../values/template_error.ts";

/** What a parser reads from. */
export class TokenStream {
  #at = 0;
  #depth = 0;

  constructor(readonly tokens: readonly Token[]) {}

  get current(): Token {
    return this.tokens[this.#at]!;
  }

  get following(): Token {
    return this.tokens[this.#at + 1] ?? this.current;
  }

  /** The current token, which is passed. */
  take(): Token {
    const token = this.current;
    if (token.kind !== "over") this.#at++;
    return token;
  }

  /** Whether the current token is that operator, or that word. */
  is(text: string): boolean {
    const { kind } = this.current;
    return (kind === "operator" || kind === "name") && this.current.text === text;
  }

  /** Passes the current token if it is that one. */
  skip(text: string): boolean {
    if (!this.is(text)) return false;
    this.#at++;
    return true;
  }

  expect(text: string): void {
    if (!this.skip(text)) throw this.unexpected(`"${text}"`);
  }

  name(): string {
    if (this.current.kind !== "name") throw this.unexpected("a name");
    return this.take().text;
  }

  /** Passes the end of a tag. */
  endOfTag(): void {
    if (this.current.kind !== "end") throw this.unexpected("the end of the expression");
    this.take();
  }

  unexpected(wanted: string): TemplateError {
    const { kind, text } = this.current;
    const found = kind === "end" ? `the end of ${text}` : kind === "over" ? "its end" : JSON.stringify(text);
    return new TemplateError(`a template with ${found} where ${wanted} should be`);
  }

  /** Does `work` one level deeper. Brackets in brackets without end are nobody's expression. */
  nested<T>(work: () => T): T {
    if (++this.#depth > DEEPEST) throw new TemplateError("a template with brackets nested too deeply");
    const result = work();
    this.#depth--;
    return result;
  }
}

const DEEPEST = 100;
