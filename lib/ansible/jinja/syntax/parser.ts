/**
 * A text as a template, each text parsed once.
 * @module
 */
import { parseExpression, parseTuple, parseWithoutCondition } from "./expressions.ts";
import { type Reading, tokens } from "./lexer.ts";
import type { Branch, Statement, Tag, Target, Template } from "./nodes.ts";
import { TemplateError, Unsupported } from "../values/template_error.ts";
import { TokenStream } from "./token_stream.ts";

/** How many texts are remembered: of ten thousand hosts most share theirs. */
const MOST_REMEMBERED = 2000;
const remembered = new Map<string, Template>();

/** The template that a text is. Throws a TemplateError for one that Jinja2 would not take either, or that goes beyond what is evaluated. */
export function parseTemplate(text: string, reading: Reading = {}): Template {
  const key = reading.ofFile ? `file ${text}` : `text ${text}`;
  let template = remembered.get(key);
  if (!template) {
    const stream = new TokenStream(tokens(text, reading));
    try {
      template = { text, body: statements(stream, []), newlines: newlinesAtEnd(text) };
    } catch (error) {
      if (error instanceof TemplateError) error.line = stream.current.line;
      throw error;
    }
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(key, template);
  }
  return template;
}

/** How many line ends a text has at its end. */
export function newlinesAtEnd(text: string): number {
  let count = 0;
  while (text[text.length - 1 - count] === "\n") count++;
  return count;
}

/** Statements until a tag that begins with one of these words, which is the current token then; without such words, until the end. */
function statements(stream: TokenStream, until: readonly string[]): Statement[] {
  const found: Statement[] = [];
  for (;;) {
    const { kind, text, line } = stream.take();
    if (kind === "over") {
      if (until.length === 0) return found;
      throw new TemplateError(`a template that ends before its {% ${until.at(-1)} %}`);
    }
    if (kind === "data") found.push({ kind: "text", text, line });
    else if (text === "{{") {
      found.push({ kind: "output", value: parseTuple(stream), line });
      stream.endOfTag();
    } else if (until.some((word) => stream.is(word))) return found;
    else {
      found.push({ ...stream.nested(() => statement(stream)), line });
      stream.endOfTag();
    }
  }
}

function statement(stream: TokenStream): Tag {
  const word = stream.name();
  if (word === "if") return ifStatement(stream);
  if (word === "for") return forStatement(stream);
  if (word === "set") return setStatement(stream);
  throw new Unsupported(
    `a template with {% ${word} %}, which Lockstep does not support`,
    "{% if %}, {% for %} and {% set %} work",
  );
}

function ifStatement(stream: TokenStream): Tag {
  const branches: Branch[] = [];
  do {
    const test = parseTuple(stream);
    stream.endOfTag();
    branches.push({ test, body: statements(stream, ["elif", "else", "endif"]) });
  } while (stream.skip("elif"));
  return { kind: "if", branches, otherwise: otherwise(stream, "endif") };
}

function otherwise(stream: TokenStream, end: string): Statement[] {
  if (!stream.skip("else")) {
    stream.expect(end);
    return [];
  }
  stream.endOfTag();
  const body = statements(stream, [end]);
  stream.expect(end);
  return body;
}

function forStatement(stream: TokenStream): Tag {
  const target = assignTarget(stream);
  stream.expect("in");
  const over = parseWithoutCondition(stream);
  const filter = stream.skip("if") ? parseExpression(stream) : undefined;
  if (stream.is("recursive")) throw new Unsupported("a template with a recursive loop");
  stream.endOfTag();
  const body = statements(stream, ["else", "endfor"]);
  return { kind: "for", target, over, filter, body, otherwise: otherwise(stream, "endfor") };
}

function setStatement(stream: TokenStream): Tag {
  const target = assignTarget(stream);
  if (stream.skip("=")) return { kind: "set", target, value: parseTuple(stream) };
  if (stream.is("|")) throw new Unsupported("a template with {% set %} and a filter around a block");
  stream.endOfTag();
  const body = statements(stream, ["endset"]);
  stream.expect("endset");
  return { kind: "capture", target, body };
}

function assignTarget(stream: TokenStream): Target {
  const targets = [oneTarget(stream)];
  let several = false;
  while (stream.skip(",")) {
    several = true;
    if (stream.is("in") || stream.is("=")) break;
    targets.push(oneTarget(stream));
  }
  return several ? { kind: "several", targets } : targets[0]!;
}

function oneTarget(stream: TokenStream): Target {
  if (stream.skip("(")) {
    const inside = stream.nested(() => assignTarget(stream));
    stream.expect(")");
    return inside;
  }
  const name = stream.name();
  return stream.skip(".") ? { kind: "attribute", of: name, name: stream.name() } : { kind: "name", name };
}
