/**
 * A command line in one string, split into words as a POSIX shell (and Python's `shlex`) would, with nothing expanded.
 * @module
 */

/** A word, and where it begins. */
export interface Word {
  readonly text: string;
  readonly start: number;
}

const PLAIN = /[^ \t\r\n#'"\\]+/y;
const IN_SINGLE = /[^']+/y;
const IN_DOUBLE = /[^"\\]+/y;

/** The words of `text`, or undefined if a quote is not closed or a backslash ends the text. */
export function splitWords(text: string): string[] | undefined {
  return wordsOf(text)?.map((word) => word.text);
}

/** The same with their places. With `comments` a `#` outside of quotes ends the text, also in the middle of a word: as `shlex` has it. */
export function wordsOf(text: string, { comments = false } = {}): Word[] | undefined {
  const words: Word[] = [];
  let word: string | undefined;
  let start = 0;
  let quote = "";
  const begin = (at: number) => {
    if (word !== undefined) return;
    word = "";
    start = at;
  };
  for (let i = 0; i < text.length; i++) {
    // Most of a word is plain: taken at once, because letter by letter is slow for a whole fleet.
    const pattern = quote === "'" ? IN_SINGLE : quote === '"' ? IN_DOUBLE : PLAIN;
    pattern.lastIndex = i;
    const run = pattern.exec(text)?.[0];
    if (run) {
      begin(i);
      word += run;
      i += run.length - 1;
      continue;
    }
    const char = text[i]!;
    if (quote !== "") {
      if (char === quote) quote = "";
      // Between double quotes a backslash keeps itself, unless it protects a quote or another backslash.
      else word += /["\\]/.test(text[i + 1] ?? "") ? text[++i]! : char;
    } else if (char === " " || char === "\t" || char === "\r" || char === "\n") {
      if (word !== undefined) words.push({ text: word, start });
      word = undefined;
    } else if (char === "#" && comments) {
      break;
    } else if (char === "'" || char === '"') {
      begin(i);
      quote = char;
    } else if (char === "\\") {
      if (i + 1 === text.length) return undefined;
      begin(i);
      word += text[++i]!;
    } else {
      begin(i);
      word += char;
    }
  }
  if (quote) return undefined;
  if (word !== undefined) words.push({ text: word, start });
  return words;
}
