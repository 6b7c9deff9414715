/**
 * Escapes that Python's texts and the replacements of its regular expressions share.
 * @module
 */

/** What a backslash and a letter, or another backslash, stand for. */
export const LETTER_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
