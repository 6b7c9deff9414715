/**
 * What devices, inventories and sets may say to take over a terminal, a CI's log or a reader's eye; and the check that none of it got through.
 * Used wherever something is printed or written for people: a new command or format has to pass it, too.
 * @module
 */
import { assert } from "@std/assert";

/** Each is a kind of its own. */
export const hostileTexts: readonly string[] = [
  "::error file=x::command",
  "  ::set-output name=a::b",
  "\u00a0\u3000\u2003::blanks of other kinds",
  "\t\u2800::x",
  "##[error]v1",
  "in the middle ##[group]x",
  "###[error]x",
  "##vso[task.setvariable variable=x]y",
  "##VSO[task.complete]",
  "##teamcity[buildStatus text='x']",
  "said ##teamcity[x]",
  "a\n::error::on a line of its own",
  "a\r\n::error::crlf",
  "a\r::error::cr",
  "a\u2028::ls\u2029::ps\u0085::nel\v::vt\f::ff",
  "section_start:1:x\r\x1b[0Kfolded",
  "\x1b[0m::behind a colour",
  "#\x1b[31m#[error]cut by a colour",
  "\x1b]0;title\x07\x1b]52;c;cHduZWQ=\x07",
  "\x9b2J\x9d0;x\x9c\x7f\b\b",
  "\u202erlo\u202c \u2066iso\u2069 \u200e\u200f\u061c",
  "zero\u200bwidth\u200cnon\u200djoiner\u2060\ufeff",
  "\u{e0041}\u{e0042}\u{e007f} tags, \u{e0100} selectors a\ufe0f",
  "half \ud800 pair \udc00",
  "\ufffe\uffff\u{1fffe}\ufdd0 no characters",
  "soft\u00adhyphen \u034f\u115f\u1160\u3164\uffa0\u180e fillers",
  `marks e${"\u0301".repeat(40)}`,
  "--- fold",
  "+++ fold",
  "~~~ fold",
  "\ue000\u{f0000} private",
  "\0nul",
];

/** All of them in one text. */
export const hostileText: string = hostileTexts.join("\n");

/** Fails where something hides in a text, or would be a command to somebody who reads it. Newlines are not from outside. */
export function assertHarmless(text: string, what: string): void {
  for (const line of text.split("\n")) {
    const shown = `${what}: ${JSON.stringify(line.slice(0, 300))}`;
    const hidden = /[\p{C}\p{Zl}\p{Zp}\p{DI}]|\p{M}{9}/u.exec(line);
    assert(hidden === null, `U+${hidden?.[0].codePointAt(0)?.toString(16)} in ${shown}`);
    assert(!/^[\s\u2800]*(?:::|(?:---|\+\+\+|~~~)(?:\s|$))/.test(line), `a command begins ${shown}`);
    assert(!/##(?:\[|vso\[|teamcity)/i.test(line), `a command in ${shown}`);
  }
}
