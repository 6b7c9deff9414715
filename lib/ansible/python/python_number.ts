/**
 * Numbers as Python has them, which is what an inventory means: whole ones of any length, and floats that stay floats (`2.0`, `1e+16`).
 * If JavaScript's number prints as Python's does, it is used as it is; else the text that Python prints is kept.
 * @module
 */
import type { Json } from "../../plain/json.ts";

/** Python itself refuses to print or read a whole number of more digits. */
const MOST_DIGITS = 4300;

/** A number that JavaScript would print otherwise. In JSON it is the number that Python writes there. */
export class PythonNumber {
  /** As Python prints it. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): unknown {
    return rawJson(this.text);
  }
}

/** Whether a value is a number that is kept as its text. */
export function isPythonNumber(value: unknown): value is PythonNumber {
  return value instanceof PythonNumber;
}

/** Whether Python takes a plain value for nothing, lists and mappings aside. */
export function isFalsy(value: Json): boolean {
  return !value || isPythonNumber(value) && Number(value.text) === 0;
}

/** A whole number; undefined if it has more digits than Python would print. */
export function pythonInteger(value: bigint): Json | undefined {
  const short = Number(value);
  if (Number.isSafeInteger(short)) return short;
  const text = String(value);
  return text.replace("-", "").length > MOST_DIGITS ? undefined : kept(text);
}

/** A float; undefined for infinity and what is no number, for which JSON has no word. */
export function pythonFloat(value: number): Json | undefined {
  if (!Number.isFinite(value)) return undefined;
  const text = floatText(value);
  return text === String(value) ? value : kept(text);
}

/** The same number with its sign changed. */
export function negated(value: Json): Json {
  if (isPythonNumber(value)) {
    const text = value.text.startsWith("-") ? value.text.slice(1) : `-${value.text}`;
    return Number.isSafeInteger(Number(text)) && !text.includes(".") ? Number(text) : kept(text);
  }
  return value === 0 ? 0 : -(value as number);
}

/** What a text of JSON holds, its numbers as Python's `json` reads them. Throws a SyntaxError. */
export function parseJson(text: string): Json {
  return parseWithSource(text, (_, value, context) => {
    if (typeof value !== "number" || context?.source === undefined) return value;
    const number = jsonNumber(context.source);
    if (number === undefined) {
      throw new SyntaxError(`a number that is too large: ${context.source.slice(0, 40)}`);
    }
    return number;
  });
}

/** What a number of JSON is to Python; undefined if it has no word for it. */
export function jsonNumber(source: string): Json | undefined {
  return /^-?\d+$/.test(source) ? decimalInteger(source) : pythonFloat(Number(source));
}

/** A whole number in decimal digits, with or without a sign; undefined if it has too many. */
export function decimalInteger(digits: string): Json | undefined {
  if (digits.length <= 15) return Number(digits) || 0;
  if (digits.length > MOST_DIGITS + 1) return undefined;
  return pythonInteger(BigInt(digits.replace(/^\+/, "")));
}

/** Python's `repr()` of a float. */
function floatText(value: number): string {
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  if (Object.is(value, -0)) return "-0.0";
  const text = power < 0 ? value.toFixed(digits.replace(/\D/g, "").length - 1 - power) : String(value);
  return text.includes(".") ? text : `${text}.0`;
}

function kept(text: string): Json {
  return new PythonNumber(text) as unknown as Json;
}

// TypeScript's library does not know yet what ES2026 has for JSON.
type Reviver = (key: string, value: Json, context?: { readonly source?: string }) => Json;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => Json;
const { rawJSON: rawJson } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };
