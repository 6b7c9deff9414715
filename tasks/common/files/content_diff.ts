/**
 * In what the content of a file differs, for `--diff`: text as `diff -u` prints it, without secrets and within bounds. Pure, but that what is
 * secret is known to the whole program.
 * @module
 */
import { cutText } from "../../../lib/bounds.ts";
import { type Edit, lineEdits, linesOf, unified } from "../../../lib/diff.ts";
import { oneLine } from "../../../lib/plain/printable.ts";
import { MASK, masked } from "../../../lib/secrets.ts";
import type { Content } from "./read_file.ts";

/** Of a file that has more, only sizes are told. Bytes. */
export const MOST_READ = 256 * 1024;
/** Of a longer comparison, both ends are told. Characters. */
const MOST_TOLD = 16 * 1024;

/** How a file differs from what it should be; `null` stands for none. Empty where nothing can be told. */
export function contentDiff(path: string, before: Content, after: Content): string {
  const name = oneLine(path);
  const [from, to] = [before === null ? "/dev/null" : `${name} (there)`, after === null ? "/dev/null" : name];
  const [old, now] = [textOf(before), textOf(after)];
  if (old === null || now === null) {
    const what = isTooLarge(before) || isTooLarge(after) ? "too large to be shown" : "binary";
    return `--- ${from}\n+++ ${to}\n${what}: ${sizeOf(before)} now, ${sizeOf(after)} after\n`;
  }
  // Masked as a whole first: in a comparison, a secret of several lines would be in pieces that nobody finds.
  const [shownOld, shownNow] = [masked(old), masked(now)];
  const edits = lineEdits(linesOf(shownOld), linesOf(shownNow));
  const told = unified(shownNow === now ? edits : withoutOlder(edits), from, to);
  if (told === "" && old !== now) return `--- ${from}\n+++ ${to}\nit differs only in secret parts\n`;
  return cutText(told, MOST_TOLD);
}

/** What the line of a secret replaces may be an older secret, which nobody has named: it is not shown either. */
function withoutOlder(edits: readonly Edit[]): readonly Edit[] {
  const shown = [...edits];
  for (let at = 0; at < shown.length;) {
    let end = at;
    while (end < shown.length && (shown[end]!.kind === " ") === (shown[at]!.kind === " ")) end++;
    if (shown.slice(at, end).some(({ kind, text }) => kind === "+" && text.includes(MASK))) {
      for (let line = at; line < end; line++) {
        if (shown[line]!.kind === "-") shown[line] = { kind: "-", text: `${MASK}\n` };
      }
    }
    at = end;
  }
  return shown;
}

/** The text; null where it is none. */
function textOf(content: Content): string | null {
  if (content === null) return "";
  if (isTooLarge(content)) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      content as Uint8Array<ArrayBuffer>,
    );
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

function isTooLarge(content: Content): boolean {
  return content !== null && (!(content instanceof Uint8Array) || content.length > MOST_READ);
}

function sizeOf(content: Content): string {
  if (content === null) return "nothing";
  return `${content instanceof Uint8Array ? content.length : content.bytes} bytes`;
}
