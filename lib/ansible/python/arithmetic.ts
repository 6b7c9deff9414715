/**
 * Arithmetic as Python does it: whole numbers of any length, `/` that gives a float, `//` and `%` that follow the divisor's sign.
 * @module
 */
import type { Json } from "../../plain/json.ts";
import { isPythonNumber, pythonFloat, pythonInteger } from "./python_number.ts";

/** A number to calculate with: a whole one, or a float. */
export type Figure = bigint | number;

/** Why Python would not calculate it. */
export class ArithmeticProblem extends Error {
  override readonly name = "ArithmeticProblem";
}

/** Bits of the longest whole number that is calculated: Python itself prints none that is longer. */
const MOST_BITS = 14_000;

/** The number that a value is to Python, for which True is 1; undefined for anything else. */
export function figureOf(value: unknown): Figure | undefined {
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (!isPythonNumber(value)) return undefined;
  return /^-?\d+$/.test(value.text) ? BigInt(value.text) : Number(value.text);
}

/** Whether a value is a float, or a whole number and no boolean. */
export function numberKind(value: unknown): "int" | "float" | undefined {
  if (typeof value === "boolean") return undefined;
  const figure = figureOf(value);
  return figure === undefined ? undefined : typeof figure === "bigint" ? "int" : "float";
}

/** A figure as a value. Throws an ArithmeticProblem for one that could not be written down. */
export function valueOfFigure(figure: Figure): Json {
  const value = typeof figure === "bigint" ? pythonInteger(figure) : pythonFloat(figure);
  if (value === undefined) throw new ArithmeticProblem("a number that is too large");
  return value;
}

/** What an operator makes of two figures. Throws an ArithmeticProblem. */
export function calculate(operator: string, left: Figure, right: Figure): Figure {
  if (typeof left === "bigint" && typeof right === "bigint") return ofIntegers(operator, left, right);
  return ofFloats(operator, Number(left), Number(right));
}

function ofIntegers(operator: string, left: bigint, right: bigint): Figure {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      if (bits(left) + bits(right) > MOST_BITS) throw tooLong();
      return left * right;
    case "/":
      if (right === 0n) throw new ArithmeticProblem("a division by zero");
      return Number(left) / Number(right);
    case "//":
    case "%": {
      if (right === 0n) throw new ArithmeticProblem("a division by zero");
      const rest = left % right;
      const modulo = rest !== 0n && (rest < 0n) !== (right < 0n) ? rest + right : rest;
      return operator === "%" ? modulo : (left - modulo) / right;
    }
    default:
      if (right < 0n) return ofFloats("**", Number(left), Number(right));
      if (bits(left) > 1 && BigInt(bits(left)) * right > BigInt(MOST_BITS)) throw tooLong();
      return left ** right;
  }
}

function ofFloats(operator: string, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      if (right === 0) throw new ArithmeticProblem("a division by zero");
      return left / right;
    case "//":
    case "%": {
      if (right === 0) throw new ArithmeticProblem("a division by zero");
      const rest = left % right;
      const modulo = rest !== 0 && (rest < 0) !== (right < 0) ? rest + right : rest;
      return operator === "%" ? modulo : Math.round((left - modulo) / right);
    }
    default:
      if (left === 0 && right < 0) throw new ArithmeticProblem("a division by zero");
      return left ** right;
  }
}

/** Python's `round()`: to the nearest, of two equally near ones to the even. */
export function rounded(value: Figure, digits: number): Figure {
  if (typeof value === "bigint") {
    if (digits >= 0) return value;
    const unit = 10n ** BigInt(-digits);
    const low = ofIntegers("//", value, unit) as bigint * unit;
    const twice = (value - low) * 2n;
    const up = twice > unit || twice === unit && (low / unit) % 2n !== 0n;
    return up ? low + unit : low;
  }
  if (digits > 100 || !Number.isFinite(value)) return value;
  if (digits < 0) return Number(rounded(BigInt(Math.trunc(value)), digits));
  const text = Math.abs(value).toFixed(digits);
  // It takes the larger of two that are equally near; whether they are is seen with all digits there are.
  const exact = Math.abs(value).toFixed(Math.min(100, digits + 60));
  const tie = /^50*$/.test(exact.slice(exact.indexOf(".") + 1 + digits));
  const odd = /[13579]$/.test(text.replace(".", ""));
  const nearest = tie && odd ? Number(text) - 10 ** -digits : Number(text);
  return Math.sign(value) * Number(nearest.toFixed(digits));
}

function bits(value: bigint): number {
  return (value < 0n ? -value : value).toString(2).length;
}

function tooLong(): ArithmeticProblem {
  return new ArithmeticProblem("a number with too many digits");
}
