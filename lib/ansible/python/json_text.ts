/**
 * JSON as Python's `json.dumps()` writes it: with spaces, floats as Python's, and without other letters than those of ASCII.
 * @module
 */
import type { Json } from "../../plain/json.ts";
import { isPythonNumber } from "./python_number.ts";

/** How it is written. */
export interface JsonStyle {
  /** Spaces a level; everything in one line without. */
  readonly indent: number | undefined;
  readonly sorted: boolean;
  readonly ascii: boolean;
}

/** A value as JSON. */
export function jsonText(value: Json, style: JsonStyle, level = 0): string {
  if (typeof value === "string") return quoted(value, style.ascii);
  if (typeof value !== "object" || value === null || isPythonNumber(value)) return String(value);
  const isArray = Array.isArray(value);
  const parts = isArray
    ? value.map((item) => jsonText(item, style, level + 1))
    : keys(value as { readonly [key: string]: Json }, style.sorted).map((key) =>
      `${quoted(key, style.ascii)}: ${
        jsonText((value as { readonly [key: string]: Json })[key]!, style, level + 1)
      }`
    );
  const [open, close] = isArray ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return open + close;
  if (style.indent === undefined) return `${open}${parts.join(", ")}${close}`;
  const line = (depth: number) => `\n${" ".repeat(depth * style.indent!)}`;
  return open + line(level + 1) + parts.join(`,${line(level + 1)}`) + line(level) + close;
}

function keys(value: { readonly [key: string]: Json }, sorted: boolean): string[] {
  return sorted ? Object.keys(value).sort() : Object.keys(value);
}

function quoted(text: string, ascii: boolean): string {
  const written = JSON.stringify(text);
  return ascii
    ? written.replaceAll(
      /[\x7f-\uffff]/g,
      (char) => char === "\x7f" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    )
    : written;
}
