/**
 * JSON with its numbers as they are written, so that `2` and `2.0` differ and no digit of a long one is lost.
 * @module
 */
import type { Json } from "../../lib/events.ts";

/** What a text holds; each number is an object that `JSON.stringify()` writes as it was. */
export function parseLiteral(text: string): Json {
  return parse(text, (_, value, { source }) => typeof value === "number" ? raw.rawJSON(source!) : value);
}

/** A number that is written so. */
export function literal(number: string): Json {
  return raw.rawJSON(number) as Json;
}

/** Whether a value is a number that `parseLiteral()` has kept. */
export function isLiteral(value: unknown): boolean {
  return raw.isRawJSON(value);
}

// TypeScript's library does not know yet what ES2026 has for JSON.
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver: Reviver) => Json;
const raw = JSON as unknown as { rawJSON(text: string): unknown; isRawJSON(value: unknown): boolean };
