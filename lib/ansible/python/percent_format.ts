/**
 * Python's `%` of a text: `"%02d" % 7`, `"%s-%s" % (a, b)`, `"%(name)s" % mapping`.
 * @module
 */
import { figureOf } from "./arithmetic.ts";
import { pythonInteger } from "./python_number.ts";

/** How values become text, how much of it there may be, and what is thrown. */
export interface Formatting {
  text(value: unknown): string;
  size(size: number): void;
  problem(message: string): Error;
}

const DIRECTIVE = /%(?:\(([^()]{0,200})\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?([hlL]?)(.?)/gs;

/** The text with its directives replaced. */
export function percentFormat(
  text: string,
  given: readonly unknown[],
  named: { readonly [key: string]: unknown } | undefined,
  how: Formatting,
): string {
  let at = 0;
  const next = (): unknown => {
    if (at >= given.length) throw how.problem("a format with more places than values");
    return given[at++];
  };
  const result = text.replace(DIRECTIVE, (whole, name, flags, width, precision, _, kind) => {
    if (kind === "%") return "%";
    if (width === "*" || precision === "*") throw how.problem('a format with "*" for a width');
    if (name !== undefined && (named === undefined || !Object.hasOwn(named, name))) {
      throw how.problem(`a format that names ${JSON.stringify(name)}, which is not given`);
    }
    const wide = Number(width ?? 0);
    how.size(wide);
    const digits = /\.\d*/.test(whole.slice(name === undefined ? 0 : name.length + 3))
      ? Number(precision ?? 0)
      : undefined;
    const value = name === undefined ? next() : named![name];
    return padded(directive(kind, value, flags, digits, how), wide, flags, kind);
  });
  if (at < given.length && named === undefined) throw how.problem("a format with fewer places than values");
  how.size(result.length);
  return result;
}

function directive(
  kind: string,
  value: unknown,
  flags: string,
  digits: number | undefined,
  how: Formatting,
): string {
  if (kind === "s") {
    const text = how.text(value);
    return digits === undefined ? text : [...text].slice(0, digits).join("");
  }
  const figure = figureOf(value);
  if (figure === undefined || !/^[diufFeEgGxXo]$/.test(kind)) {
    throw how.problem(`a format with "%${kind}" for ${JSON.stringify(how.text(value)).slice(0, 40)}`);
  }
  if ((digits ?? 0) > 100) throw how.problem("a format with too many digits");
  const text = formatFigure(kind, figure, digits, flags.includes("#"));
  if (text.startsWith("-")) return text;
  return flags.includes("+") ? `+${text}` : flags.includes(" ") ? ` ${text}` : text;
}

/** A number as a letter of a format has it: `d`, `f`, `x` and their like. */
export function formatFigure(
  kind: string,
  figure: bigint | number,
  digits: number | undefined,
  marked: boolean,
): string {
  const whole = typeof figure === "bigint" ? figure : BigInt(Math.trunc(figure));
  const sign = (typeof figure === "bigint" ? figure < 0n : figure < 0) ? "-" : "";
  const size = whole < 0n ? -whole : whole;
  switch (kind) {
    case "x":
    case "X": {
      const text = `${marked ? "0x" : ""}${size.toString(16).padStart(digits ?? 0, "0")}`;
      return sign + (kind === "X" ? text.toUpperCase() : text);
    }
    case "o":
      return `${sign}${marked ? "0o" : ""}${size.toString(8).padStart(digits ?? 0, "0")}`;
    case "f":
    case "F":
      return fixed(Number(figure), digits ?? 6);
    case "e":
    case "E": {
      const text = Number(figure).toExponential(digits ?? 6).replace(/e([-+])(\d)$/, "e$10$2");
      return kind === "E" ? text.toUpperCase() : text;
    }
    case "g":
    case "G":
      return general(Number(figure), digits === 0 ? 1 : digits ?? 6);
    default:
      return sign + String(size).padStart(digits ?? 0, "0");
  }
}

function fixed(value: number, digits: number): string {
  return Math.abs(value) < 1e21
    ? value.toFixed(digits)
    : `${String(pythonInteger(BigInt(value)) ?? "")}.${"0".repeat(digits)}`;
}

function general(value: number, digits: number): string {
  const [mantissa = "", exponent = "0"] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  const shorn = (text: string) => text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  if (power >= -4 && power < digits) return shorn(value.toFixed(Math.max(0, digits - 1 - power)));
  return `${shorn(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

function padded(text: string, width: number, flags: string, kind: string): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0") || kind === "s") return text.padStart(width);
  const sign = /^[-+ ]?(?:0x|0X|0o)?/.exec(text)![0];
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}
