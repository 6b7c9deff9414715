/**
 * Python's `str.format()`: `"{}-{:02d}".format(a, b)`, `"{name}".format(name=x)`. Attributes and items within the braces are refused.
 * @module
 */
import { figureOf } from "./arithmetic.ts";
import { formatFigure, type Formatting } from "./percent_format.ts";

const FIELD = /\{\{|\}\}|\{([^{}:!]*)(?:!([rsa]))?(?::([^{}]*))?\}|[{}]/g;
const SPEC = /^(?:(.)?([<>^=]))?([-+ ])?(#)?(0)?(\d+)?(,)?(?:\.(\d+))?([a-zA-Z%])?$/su;

/** The text with its fields replaced. */
export function formatBraces(
  text: string,
  given: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
  how: Formatting,
): string {
  let at = 0;
  const result = text.replace(FIELD, (whole, field, conversion, spec) => {
    if (whole === "{{" || whole === "}}") return whole[0]!;
    if (whole.length === 1) throw how.problem(`a format with a single "${whole}"`);
    if (conversion !== undefined && conversion !== "s") throw how.problem(`a format with "!${conversion}"`);
    const value = field === "" ? given[at++] : /^\d+$/.test(field) ? given[Number(field)] : named.get(field);
    if (value === undefined) {
      throw how.problem(`a format that names ${JSON.stringify(field)}, which is not given`);
    }
    return spec ? formatted(value, spec, how) : how.text(value);
  });
  how.size(result.length);
  return result;
}

function formatted(value: unknown, spec: string, how: Formatting): string {
  const found = SPEC.exec(spec);
  if (!found) throw how.problem(`a format with ${JSON.stringify(spec)}`);
  const [, fill, align, sign, marked, zero, width, comma, precision, kind] = found;
  const wide = Number(width ?? 0);
  how.size(wide);
  const digits = precision === undefined ? undefined : Number(precision);
  if ((digits ?? 0) > 100) throw how.problem("a format with too many digits");
  const figure = kind === "s" ? undefined : figureOf(value);
  if (figure === undefined || typeof value === "boolean" && kind === undefined) {
    if (kind !== undefined && kind !== "s" || comma || sign) {
      throw how.problem(`a format with ${JSON.stringify(spec)} for a text`);
    }
    const text = [...how.text(value)].slice(0, digits).join("");
    return aligned(text, wide, align ?? "<", fill ?? (zero ? "0" : " "));
  }
  let text = number(figure, kind, digits, marked !== undefined, value, how);
  if (comma) text = text.replace(/\d+/, (whole) => whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ","));
  if (sign && sign !== "-" && !text.startsWith("-")) text = sign + text;
  if ((zero && !align) || align === "=") {
    const front = /^[-+ ]?(?:0[xob])?/i.exec(text)![0];
    return front + text.slice(front.length).padStart(wide - front.length, fill ?? "0");
  }
  return aligned(text, wide, align ?? ">", fill ?? " ");
}

function number(
  figure: bigint | number,
  kind: string | undefined,
  digits: number | undefined,
  marked: boolean,
  value: unknown,
  how: Formatting,
): string {
  if (kind === "%") return `${formatFigure("f", Number(figure) * 100, digits, false)}%`;
  if (kind === undefined) {
    return digits === undefined ? how.text(value) : formatFigure("g", figure, digits, false);
  }
  const whole = typeof figure === "bigint";
  if (kind === "b" && whole) return `${marked ? "0b" : ""}${figure.toString(2)}`;
  if (!/^[dxXofFeEgGn]$/.test(kind) || !whole && /^[dxXo]$/.test(kind)) {
    throw how.problem(`a format with "${kind}" for a number`);
  }
  return formatFigure(kind, figure, digits, marked);
}

function aligned(text: string, width: number, align: string, fill: string): string {
  const missing = Math.max(0, width - [...text].length);
  if (align === "<") return text + fill.repeat(missing);
  if (align === ">" || align === "=") return fill.repeat(missing) + text;
  return fill.repeat(Math.floor(missing / 2)) + text + fill.repeat(Math.ceil(missing / 2));
}
