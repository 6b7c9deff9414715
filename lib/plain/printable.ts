/**
 * Makes text from outside (device output, names, inventory values, files of a set) safe to show: on a terminal, in a CI log, in
 * a report, in JSON. Characters that hide, reorder or overwrite other text are made visible, and nothing can be a command to
 * the CI server that reads the log. All our streams and files pass through here; it takes time linear in the text.
 * @module
 */

/**
 * What is not seen as what it is: control characters, format characters (bidirectional controls, tags, zero widths, the byte order mark),
 * halves of surrogate pairs, private and unassigned ones (noncharacters among them), separators of lines and paragraphs, and whatever else
 * Unicode lets a program ignore (fillers, variation selectors). Marks on one letter past the eighth, which reach into other lines, too.
 *
 * The joiner and the non-joiner (U+200D, U+200C) and the variation selectors are among them: two names that differ in one look the same. A
 * Persian word is legible with its escape; of emoji, which would fall to pieces, the joiner stays between two pictographs, and U+FE0E and
 * U+FE0F directly behind one. Left alone, too, are the number signs of Arabic, Syriac and Kaithi: those are seen.
 */
const HIDDEN = new RegExp(
  [
    String
      .raw`(?![\n\u{600}-\u{605}\u{6dd}\u{70f}\u{890}\u{891}\u{8e2}\u{110bd}\u{110cd}\u{200d}\u{fe0e}\u{fe0f}])[\p{C}\p{Zl}\p{Zp}\p{DI}]`,
    String.raw`[\u{fe0e}\u{fe0f}](?<!\p{Extended_Pictographic}.)`,
    String
      .raw`\u{200d}(?:(?!\p{Extended_Pictographic})|(?<!(?:\p{Extended_Pictographic}\u{fe0f}?|\p{EMod}).))`,
    String.raw`\p{M}(?<=\p{M}{9})`,
  ].join("|"),
  "gu",
);
/** The same without exceptions: for programs, which read an escape as the character. */
const HIDDEN_IN_JSON = /(?!\n)[\p{C}\p{Zl}\p{Zp}\p{DI}]|\p{M}(?<=\p{M}{9})/gu;
// deno-lint-ignore no-control-regex -- colours say nothing that is worth a row of escapes
const COLOURS = /\x1b\[[0-9;]*m/g;

/**
 * Commands that servers take out of a log, at the beginning of a line, whatever blanks (a Braille one is one to the eye) stand before it:
 * `::` is GitHub's and Gitea's; `---`, `+++`, `~~~` and `^^^` fold the log in Buildkite. GitLab's `section_start:` needs a carriage return and
 * an escape, which are gone by then.
 */
const COMMAND_OF_LINE = /^((?:[^\S\n]|\u{2800})*)(?=::|(?:---|\+\+\+|~~~|\^\^\^)(?!\S))(..)/gmu;
/** And those that are taken anywhere in a line: `##[` (GitHub, Azure), `##vso[` (Azure), `##teamcity`. */
const COMMAND_ANYWHERE = /#(?=#(?:\[|vso\[|teamcity))/gi;

/**
 * Text that shows all that is in it, and does nothing. Newlines stay, a tab is four blanks, colours are left out, and what must not be there
 * is written as `\u{202e}`. Saying it twice changes nothing.
 */
export function printable(text: string): string {
  // Nearly all that is said is like this.
  if (/^[\x20-\x7e\n]*$/.test(text) && !/^[ ]*[:\-+~^]|##/m.test(text)) return text;
  const seen = text.replace(COLOURS, "").replaceAll("\t", "    ").replace(HIDDEN, written);
  return withoutCommands(seen);
}

/** The same on one line: a line break is `\n`, visibly. */
export function oneLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n");
}

/** Text in which no CI server finds a command. */
export function withoutCommands(text: string): string {
  return text.replace(COMMAND_OF_LINE, (_, blanks: string, char: string) => blanks + written(char))
    .replace(COMMAND_ANYWHERE, written);
}

/** JSON for people and programs alike: the same value, and in its text nothing that hides or is a command. */
export function toJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent);
  if (/^[\x20-\x7e\n]*$/.test(json) && !json.includes("##")) return json;
  return json.replace(HIDDEN_IN_JSON, escaped).replace(COMMAND_ANYWHERE, escaped);
}

function written(char: string): string {
  return `\\u{${char.codePointAt(0)!.toString(16)}}`;
}

/** As JSON writes it: a character beyond the first 65,536 as its two halves. */
function escaped(char: string): string {
  return char.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}
