/**
 * JSON with positions: the tree of a text, in which every node knows where it stands, or the first mistake in it. `JSON.parse` decides
 * what is JSON; the tree also shows what `JSON.parse` hides: keys that occur twice.
 * @module
 */
import type { Node, ParseError } from "jsonc-parser";
import defer * as jsonc from "jsonc-parser";
import type { Problem } from "../errors.ts";
import { JSON_DEPTH, JSON_PARTS } from "./bounds.ts";

/** A place in a text, both 1-based. Columns count UTF-16 units, as editors do. */
export interface Position {
  readonly line: number;
  readonly col: number;
}

export interface JsonDocument {
  /** null if the text is not JSON. */
  readonly root: Node | null;
  /** Where an offset of the text stands. */
  readonly at: (offset: number) => Position;
  readonly problems: readonly Problem[];
}

/** A property of an object node. */
export interface Property {
  readonly key: string;
  /** The whole property, from the key's quote to the value's end. */
  readonly node: Node;
  readonly value: Node;
}

/** The tree of a JSON text without a byte order mark. Never throws; `where` names the text in problems. */
export function parseJson(text: string, where: string): JsonDocument {
  const at = positions(text);
  const refuse = (offset: number, message: string, hint?: string): JsonDocument => ({
    root: null,
    at,
    problems: [{ where, ...at(offset), message, ...(hint === undefined ? {} : { hint }) }],
  });
  const large = tooLarge(text);
  if (large !== null) return refuse(large.offset, large.message);
  if (text.trim() === "") return refuse(0, "the file is empty, expected a JSON object");
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = jsonc.parseTree(text, errors, { disallowComments: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(0, "the JSON is nested too deeply");
  }
  try {
    JSON.parse(text);
  } catch (error) {
    const [first, second] = errors;
    if (first === undefined) return refuse(0, `not JSON: ${(error as SyntaxError).message}`);
    const { message, hint } = explain(text, first, second);
    return refuse(first.offset, `not JSON: ${message}`, hint);
  }
  return { root: root ?? null, at, problems: [] };
}

/** Where and how a text goes past what is read of JSON, found in one pass that builds nothing; null if it does not. */
function tooLarge(text: string): { readonly offset: number; readonly message: string } | null {
  let parts = 0;
  let depth = 0;
  let inString = false;
  for (let offset = 0; offset < text.length; offset++) {
    const char = text.charCodeAt(offset);
    if (char === QUOTE) inString = !inString;
    else if (inString) {
      if (char === BACKSLASH) offset++;
    } else if (char === COMMA || char === COLON) parts++;
    else if (char === BRACKET || char === BRACE) {
      parts++;
      if (++depth > JSON_DEPTH) return { offset, message: `the JSON is nested deeper than ${JSON_DEPTH}` };
    } else if (char === BRACKET + 2 || char === BRACE + 2) depth--;
    if (parts > JSON_PARTS) {
      return { offset, message: `the JSON has more than ${JSON_PARTS} commas, colons and brackets` };
    }
  }
  return null;
}

const [QUOTE, BACKSLASH, COMMA, COLON, BRACKET, BRACE] = [34, 92, 44, 58, 91, 123];

/** The properties of an object node, in their order, with every occurrence of a key. */
export function propertiesOf(object: Node): Property[] {
  return (object.children ?? []).flatMap((node) => {
    const [key, value] = node.children ?? [];
    return key && value ? [{ key: String(key.value), node, value }] : [];
  });
}

/** What a node is, in words: `a string`, `an object`. */
export function kindOf(node: Node): string {
  if (node.type === "null") return "null";
  return /^[aeiou]/.test(node.type) ? `an ${node.type}` : `a ${node.type}`;
}

/** What was expected, by the parser's codes. */
const EXPECTED: Readonly<Record<string, string>> = {
  InvalidNumberFormat: "a number such as 1 or 1.5",
  UnexpectedEndOfNumber: "a number such as 1 or 1.5",
  PropertyNameExpected: "a property name in double quotes",
  ValueExpected: "a value",
  ColonExpected: '":"',
  CommaExpected: '","',
  CloseBraceExpected: '"}"',
  CloseBracketExpected: '"]"',
  EndOfFileExpected: "the end of the file",
  InvalidCommentToken: "no comments \(JSON has none\)",
  UnexpectedEndOfComment: "no comments \(JSON has none\)",
  UnexpectedEndOfString: 'a string that ends with " on its line',
  InvalidUnicode: "four hex digits after \\u",
  InvalidEscapeCharacter: "only the escapes of JSON, such as \\n or \\\\, after a backslash",
  InvalidCharacter: "control characters in strings as escapes, such as \\t",
};

function explain(text: string, error: ParseError, next: ParseError | undefined) {
  const code = jsonc.printParseErrorCode(error.error);
  const following = next === undefined ? "" : jsonc.printParseErrorCode(next.error);
  // A word that is no JSON at all is reported as such, and what it stood in for only by the error after it.
  const expected = EXPECTED[code] ??
    (/^(PropertyName|Value)Expected$/.test(following) ? EXPECTED[following] : undefined);
  const raw = text.slice(error.offset, error.offset + error.length);
  const found = raw === "" ? "the end of the file" : raw.length > 40 ? `${raw.slice(0, 40)}…` : raw;
  const trailing = (code === "PropertyNameExpected" && raw === "}") ||
    (code === "ValueExpected" && raw === "]");
  const comma = trailing && /,\s*$/.test(text.slice(0, error.offset));
  return {
    message: `found ${found}${expected === undefined ? "" : `, expected ${expected}`}`,
    hint: comma ? `remove the comma before the ${raw}` : undefined,
  };
}

function positions(text: string): (offset: number) => Position {
  const starts = [0];
  for (let index = text.indexOf("\n"); index !== -1; index = text.indexOf("\n", index + 1)) {
    starts.push(index + 1);
  }
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, col: offset - starts[low]! + 1 };
  };
}
