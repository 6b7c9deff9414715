/**
 * Lines as the views build them: pieces of text, each with a tone, so that one description serves a terminal with colours, a terminal
 * that is too narrow, and a file.
 * @module
 */
import { bold, cyan, dim, green, magenta, red, yellow } from "@std/fmt/colors";
import defer * as stringWidth from "string-width";
import { oneLine } from "../../plain/printable.ts";

/** What a piece of text is to the reader; colours follow from it. */
export type Tone = "good" | "changed" | "bad" | "alarm" | "away" | "quiet" | "note" | "strong";

export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

/** One line, without its newline. */
export type Line = readonly Span[];

const paint: Record<Tone, (text: string) => string> = {
  good: green,
  changed: yellow,
  bad: red,
  alarm: (text) => bold(red(text)),
  away: magenta,
  quiet: dim,
  note: cyan,
  strong: bold,
};

/** A piece of one line, with nothing in it that writes to a terminal or to a CI's log, wherever it comes from. */
export function span(text: string, tone?: Tone): Span {
  const shown = oneLine(text);
  return tone === undefined ? { text: shown } : { text: shown, tone };
}

/** The lines of a text, each of one tone. */
export function lines(text: string, tone?: Tone): Line[] {
  return text.split("\n").map((line) => [span(line, tone)]);
}

/** A line as it is. */
export function plainText(line: Line): string {
  // Once more: what is harmless in pieces may be a command in a row.
  return oneLine(line.map(({ text }) => text).join("")).trimEnd();
}

/** A line in colours (unless the user's NO_COLOR says no). */
export function colouredText(line: Line): string {
  return line.map(({ text, tone }) => tone === undefined || text === "" ? text : paint[tone](text)).join("");
}

/** The line cut to `columns`, the cut shown by an ellipsis. */
export function fit(line: Line, columns: number): Line {
  let left = Math.max(0, columns);
  if (line.reduce((sum, { text }) => sum + width(text), 0) <= left) return line;
  const cut: Span[] = [];
  left = Math.max(0, left - 1);
  for (const { text, tone } of line) {
    const part = head(text, left);
    cut.push(span(part, tone));
    left -= width(part);
    if (part !== text) break;
  }
  return columns > 0 ? [...cut, span("…")] : [];
}

/** Columns that a text takes on a terminal. */
export function width(text: string): number {
  return isAscii(text) ? text.length : stringWidth.default(text);
}

export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}

/** The longest beginning of the text that takes no more than `columns`. */
function head(text: string, columns: number): string {
  if (isAscii(text)) return text.slice(0, columns);
  let taken = 0;
  let end = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    taken += width(segment);
    if (taken > columns) break;
    end += segment.length;
  }
  return text.slice(0, end);
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** All the names after a label, on as many lines as that takes; no line is wider than `columns` unless a name is. */
export function wrapped(label: string, names: readonly string[], columns = 100): string[] {
  const rows: string[] = [];
  let row = label;
  for (const [at, name] of names.entries()) {
    const word = oneLine(name) + (at === names.length - 1 ? "" : ",");
    if (row !== label && width(row) + 1 + width(word) > columns) {
      rows.push(row);
      row = `    ${word}`;
    } else row = `${row} ${word}`;
  }
  return [...rows, row];
}
