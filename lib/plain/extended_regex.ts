/**
 * A check of POSIX extended regular expressions, which JavaScript's own engine cannot give: the two differ in brackets, in
 * escapes and in what may be repeated.
 * @module
 */

const CLASS = /^\[:(?:alpha|digit|alnum|upper|lower|space|blank|punct|print|graph|cntrl|xdigit):\]/;
/** POSIX promises no more repetitions than this, and some devices' libc takes no more. */
const MOST_REPETITIONS = 255;

/** What makes `pattern` unusable for `grep -E` on any device, or undefined if it is fine. */
export function extendedRegexProblem(pattern: string): string | undefined {
  if (/[\0\n]/.test(pattern)) return "a NUL or a newline";
  let depth = 0;
  let repeatable = false;
  for (let i = 0; i < pattern.length; i++) {
    const rest = pattern.slice(i);
    const char = pattern[i]!;
    if (char === "\\") {
      if (rest.length === 1) return "a backslash at its end";
      i++;
      repeatable = true;
    } else if (char === "[") {
      const length = bracketLength(rest);
      if (length === undefined) return "a bracket expression that is not closed or not valid";
      i += length - 1;
      repeatable = true;
    } else if (char === "(") {
      depth++;
      repeatable = false;
    } else if (char === ")") {
      if (--depth < 0) return "a closing parenthesis without an opening one";
      repeatable = true;
    } else if (char === "|" || char === "^") {
      repeatable = false;
    } else if (char === "*" || char === "+" || char === "?") {
      if (!repeatable) return `a "${char}" with nothing to repeat`;
    } else if (char === "{") {
      const interval = /^\{(\d+)(?:(,)(\d*))?\}/.exec(rest);
      if (!repeatable || !interval) return 'a "{" that begins no repetition';
      const least = Number(interval[1]);
      const most = interval[3] ? Number(interval[3]) : least;
      if (least > most || most > MOST_REPETITIONS) return `a repetition outside 0 to ${MOST_REPETITIONS}`;
      i += interval[0].length - 1;
    } else {
      repeatable = true;
    }
  }
  return depth > 0 ? "an opening parenthesis that is not closed" : undefined;
}

/** The length of the bracket expression that `text` begins with; undefined if it is broken. */
function bracketLength(text: string): number | undefined {
  let i = text[1] === "^" ? 2 : 1;
  // A "]" in the first place stands for itself.
  if (text[i] === "]") i++;
  while (i < text.length) {
    if (text[i] === "]") return i + 1;
    if (text[i] === "[" && text[i + 1] === ":") {
      const name = CLASS.exec(text.slice(i));
      if (!name) return undefined;
      i += name[0].length;
    } else {
      i++;
    }
  }
  return undefined;
}
