/**
 * Filters for numbers, and from texts to numbers.
 * @module
 */
import { calculate, type Figure, figureOf, rounded, valueOfFigure } from "../../python/arithmetic.ts";
import type { Filter } from "../environment.ts";
import { arithmeticProblems } from "../values/operators.ts";
import { bind } from "../values/parameters.ts";
import { TemplateError } from "../values/template_error.ts";
import { typeName, type Value } from "../values/values.ts";

/** A figure as a value. */
function value(figure: Figure): Value {
  return arithmeticProblems(() => valueOfFigure(figure));
}

/** The figure that is given where a number is due. */
function figure(name: string, given: Value): Figure {
  const found = figureOf(given);
  if (found === undefined) {
    throw new TemplateError(`${name} of ${typeName(given)}, expected a number`, "put | int before it");
  }
  return found;
}

/** Python's `int(text, base)`; undefined if the text is none. */
function wholeOf(text: string, base: number): bigint | undefined {
  const found = /^\s*([-+]?)(0[xob])?_?([\da-z]+(?:_[\da-z]+)*)\s*$/i.exec(text);
  if (!found) return undefined;
  const [, sign, prefix = "", written = ""] = found;
  const meant = { "0x": 16, "0o": 8, "0b": 2 }[prefix.toLowerCase()];
  let digits = written.replaceAll("_", "").toLowerCase();
  let by = base;
  if (meant !== undefined) {
    if (base === 0 || base === meant) by = meant;
    else digits = prefix.toLowerCase() + digits;
  }
  if (by === 0) {
    if (/^0+[1-9]/.test(digits)) return undefined;
    by = 10;
  }
  if (by < 2 || by > 36 || digits.length > 4300) return undefined;
  let total = 0n;
  for (const digit of digits) {
    const one = parseInt(digit, 36);
    if (!(one < by)) return undefined;
    total = total * BigInt(by) + BigInt(one);
  }
  return sign === "-" ? -total : total;
}

/** Python's `float(text)`; undefined if the text is none. */
function floatOf(text: string): number | undefined {
  const plain = text.trim().replaceAll(/(\d)_(?=\d)/g, "$1");
  if (/^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i.test(plain)) return Number(plain);
  const word = /^([-+]?)(inf(?:inity)?|nan)$/i.exec(plain);
  if (!word) return undefined;
  return /^n/i.test(word[2]!) ? NaN : word[1] === "-" ? -Infinity : Infinity;
}

const absolute = (given: Figure): Figure => given < 0 ? typeof given === "bigint" ? -given : -given : given;

export const numberFilters: Readonly<Record<string, Filter>> = {
  int: (given, args) => {
    const [otherwise = 0, base = 10] = bind("int", args, ["default", "base"]);
    const known = figureOf(given);
    if (known !== undefined) return value(typeof known === "bigint" ? known : whole(known));
    if (typeof given !== "string") return otherwise;
    const found = wholeOf(given, Number(figureOf(base) ?? 10));
    if (found !== undefined) return value(found);
    const float = floatOf(given);
    return float === undefined || Number.isNaN(float) ? otherwise : value(whole(float));
  },
  float: (given, args) => {
    const [otherwise = value(0.0)] = bind("float", args, ["default"]);
    const known = figureOf(given) ?? (typeof given === "string" ? floatOf(given) : undefined);
    return known === undefined ? otherwise : value(Number(known));
  },
  abs: (given, args) => {
    bind("abs", args, []);
    return value(absolute(figure("abs", given)));
  },
  round: (given, args) => {
    const [precision = 0, method = "common"] = bind("round", args, ["precision", "method"]);
    const digits = Number(figure("round", precision));
    const known = figure("round", given);
    if (method === "common") return value(rounded(known, digits));
    if (method !== "ceil" && method !== "floor") {
      throw new TemplateError("round with an unknown method");
    }
    const unit = calculate("**", 10n, BigInt(digits));
    return value(calculate("/", BigInt(Math[method](Number(known) * Number(unit))), unit));
  },
  log: (given, args) => {
    const [base] = bind("log", args, ["base"]);
    const known = Number(figure("log", given));
    if (known <= 0) throw new TemplateError("log of a value that is not above 0");
    if (base === undefined) return value(Math.log(known));
    const by = Number(figure("log", base));
    return value(by === 10 ? Math.log10(known) : Math.log(known) / Math.log(by));
  },
  pow: (given, args) => {
    const [power] = bind("pow", args, ["y"], 1);
    return value(Number(figure("pow", given)) ** Number(figure("pow", power!)));
  },
  root: (given, args) => {
    const [base = 2] = bind("root", args, ["base"]);
    const by = Number(figure("root", base));
    const known = Number(figure("root", given));
    return value(by === 2 ? Math.sqrt(known) : known ** (1 / by));
  },
};

function whole(float: number): bigint {
  if (!Number.isFinite(float)) throw new TemplateError("int of a value that is not a finite number");
  return BigInt(Math.trunc(float));
}
