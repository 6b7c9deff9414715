/**
 * How times, sizes, counts and names are written, wherever a person reads them.
 * @module
 */
import { format } from "@std/fmt/bytes";
import { oneLine, printable } from "../../plain/printable.ts";

/** The first line of a text from outside. */
export function firstLine(text: string): string {
  return printable(text.split("\n", 1)[0]!);
}

/** 350ms, 4.2s, 2m05s, 1h02m. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  return ms < 59_950 ? `${(ms / 1000).toFixed(1)}s` : wholeSeconds(Math.round(ms / 1000));
}

/** 0s, 4s, 2m05s, 1h02m. */
export function wholeSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${twoDigits(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${twoDigits(Math.floor(seconds % 3600 / 60))}m`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** 512 B, 2.1 MB. */
export function size(bytes: number): string {
  return format(bytes, { maximumFractionDigits: 1 });
}

/** 8,412. */
export function thousands(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 host`, `8,412 hosts`. */
export function count(n: number, noun: string): string {
  return `${thousands(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** Names after each other; past `most` only how many more. */
export function nameList(names: readonly string[], most = 40): string {
  const shown = names.slice(0, most).map(oneLine).join(", ");
  return names.length > most ? `${shown} and ${thousands(names.length - most)} more` : shown;
}
