/**
 * The name of a host's file under a run's `hosts/`.
 * @module
 */
import { createHash } from "node:crypto";

/**
 * The name of a host's file: safe on every system, and different hosts never share one (on systems that fold case, unless case alone tells
 * them apart). Names of letters, digits, `.`, `_` and `-` stay as they are, so that a script finds them; any other character becomes `%`
 * and its UTF-8 bytes in hex. Names that would be too long end in `~` and a digest.
 */
export function hostFileName(host: string): string {
  return `${safeName(host)}.json`;
}

/** The same without an ending, of any name: one part of a path, and never a way to somewhere else. */
export function safeName(name: string): string {
  const whole = name.isWellFormed() ? [...name].map(escapeOutsider).join("") : "";
  // Windows keeps these for devices, whatever follows the first dot. A leading dot hides a file; a leading dash reads as an option.
  const first = /^([.-]|(con|prn|aux|nul|com\d|lpt\d)(\.|$))/i.test(whole)
    ? percent(whole[0]!) + whole.slice(1)
    : whole;
  if (first !== "" && first.length <= 200) return first;
  // Lone surrogates have no UTF-8 form, so the digest is over UTF-16.
  const digest = createHash("sha256").update(name, "utf16le").digest("hex");
  return `${first.slice(0, 100)}~${digest}`;
}

function escapeOutsider(char: string): string {
  return /[A-Za-z0-9._-]/.test(char) ? char : percent(char);
}

function percent(char: string): string {
  return [...new TextEncoder().encode(char)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}
