/**
 * White space as Python has it: JavaScript's lacks the separators of ASCII, and has the byte order mark instead.
 * @module
 */

// deno-lint-ignore no-control-regex -- these are white space to Python
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Whether a character is white space: Python's `isspace()`. */
export function isSpace(char: string | undefined): boolean {
  return char !== undefined && SPACE.test(char);
}

/** Where the first character stands that is no white space; the length if there is none. */
export function indentOf(text: string): number {
  let at = 0;
  while (at < text.length && isSpace(text[at])) at++;
  return at;
}

/** Python's `rstrip()`. */
export function endStripped(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1])) end--;
  return text.slice(0, end);
}

/** Python's `strip()`. */
export function strip(text: string): string {
  return endStripped(text).slice(indentOf(endStripped(text)));
}
