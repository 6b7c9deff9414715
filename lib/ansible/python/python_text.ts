/**
 * Values as Python writes them in a text: what `ansible-inventory --graph --vars` shows.
 * @module
 */
import type { Json } from "../../plain/json.ts";
import { isPythonNumber } from "./python_number.ts";
import { Tuple } from "./tuple.ts";

/** Python's `str()`: a text as it is, anything else as Python would write it down. */
export function pythonText(value: Json): string {
  return typeof value === "string" ? value : literal(value);
}

function literal(value: Json): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number" || isPythonNumber(value)) return String(value);
  if (typeof value === "string") return quoted(value);
  if (value instanceof Tuple) return `(${value.map(literal).join(", ")}${value.length === 1 ? "," : ""})`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  return `{${Object.entries(value).map(([key, inner]) => `${quoted(key)}: ${literal(inner)}`).join(", ")}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

// deno-lint-ignore no-control-regex -- these are the ones to be escaped
const SPECIAL = /[\\\x00-\x1f\x7f]/g;

/** In single quotes, unless only double ones do without escapes. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(
    SPECIAL,
    (char) => ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}
