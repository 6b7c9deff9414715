/**
 * A command line in one string, split into words as a POSIX shell (and Python's `shlex`) would, with nothing expanded.
 * @module
 */

/** The words of `text`, or undefined where a quote is not closed or a backslash ends the text. */
export function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (quote === "'" || quote === '"') {
      if (char === quote) quote = "";
      // Between double quotes a backslash keeps itself, unless it protects a quote or another backslash.
      else if (char === "\\" && quote === '"' && /["\\]/.test(text[i + 1] ?? "")) word += text[++i]!;
      else word += char;
    } else if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (char === "\\") {
      if (i + 1 === text.length) return undefined;
      word = (word ?? "") + text[++i]!;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
