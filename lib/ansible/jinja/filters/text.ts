/**
 * Filters for texts.
 * @module
 */
import { figureOf } from "../../python/arithmetic.ts";
import { splitText, stripped } from "../../python/python_strings.ts";
import type { Filter } from "../environment.ts";
import { replaced } from "../values/methods.ts";
import { formatted, isTrue } from "../values/operators.ts";
import { bind } from "../values/parameters.ts";
import { TemplateError } from "../values/template_error.ts";
import { textOf } from "../values/text.ts";
import { mappingOf, typeName, Undefined, type Value } from "../values/values.ts";

/** A filter that changes a text, without parameters. */
const changed = (change: (text: string) => string): Filter => (value, args, { run }) => {
  bind("this filter", args, []);
  return change(textOf(value, run));
};

/** Only texts: Ansible's own filters do not make one of a number. */
function onlyText(name: string, value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Undefined && value.lenient) return "";
  throw new TemplateError(`${name} of ${typeName(value)}, expected a text`, "put | string before it");
}

export const textFilters: Readonly<Record<string, Filter>> = {
  lower: changed((text) => text.toLowerCase()),
  upper: changed((text) => text.toUpperCase()),
  capitalize: changed((text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase()),
  title: changed((text) =>
    text.split(/([-\s({[<]+)/).map((part) => part.slice(0, 1).toUpperCase() + part.slice(1).toLowerCase())
      .join("")
  ),
  wordcount: (value, _, { run }) => textOf(value, run).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0,
  trim: (value, args, { run }) => {
    const [chars = null] = bind("trim", args, ["chars"]);
    return stripped(textOf(value, run), chars === null ? undefined : textOf(chars, run), "both");
  },
  replace: (value, args, { run }) => {
    const [from, to, count = null] = bind("replace", args, ["old", "new", "count"], 2);
    return replaced(textOf(value, run), textOf(from!, run), textOf(to!, run), count ?? -1, run);
  },
  split: (value, args) => {
    const [separator = null, most = -1] = bind("split", args, ["sep", "maxsplit"]);
    if (separator === "") throw new TemplateError("split by nothing");
    const by = separator === null ? undefined : onlyText("the separator of split", separator);
    return splitText(onlyText("split", value), by, Number(figureOf(most) ?? -1), "start");
  },
  format: (value, { positional, named }, { run }) =>
    formatted(textOf(value, run), positional, named.size > 0 ? mappingOf(named) : undefined, run),
  center: (value, args, { run }) => {
    const [width = 80] = bind("center", args, ["width"]);
    const text = textOf(value, run);
    const wide = Number(figureOf(width) ?? 0);
    run.size(wide);
    const missing = Math.max(0, wide - [...text].length);
    // Python puts the odd space on the left of what is odd itself.
    const left = Math.floor(missing / 2) + (missing & wide & 1);
    return " ".repeat(left) + text + " ".repeat(missing - left);
  },
  indent: (value, args, { run }) => {
    const [width = 4, first = false, blank = false] = bind("indent", args, ["width", "first", "blank"]);
    const count = Number(figureOf(width) ?? 0);
    run.size(count);
    const by = typeof width === "string" ? width : " ".repeat(Math.max(0, count));
    const lines = `${textOf(value, run)}\n`.split("\n");
    lines.pop();
    run.size(lines.length * by.length);
    const rest = lines.map((line, at) =>
      (at > 0 || isTrue(first)) && (line !== "" || isTrue(blank)) ? by + line : line
    );
    return rest.join("\n");
  },
  truncate: (value, args, { run }) => {
    const [length = 255, kill = false, end = "...", leeway = 5] = bind("truncate", args, [
      "length",
      "killwords",
      "end",
      "leeway",
    ]);
    const text = [...textOf(value, run)];
    const ending = textOf(end, run);
    const most = Number(figureOf(length) ?? 255);
    if (text.length <= most + Number(figureOf(leeway) ?? 0)) return text.join("");
    const cut = text.slice(0, Math.max(0, most - ending.length)).join("");
    const at = cut.lastIndexOf(" ");
    return (isTrue(kill) || at < 0 ? cut : cut.slice(0, at)) + ending;
  },
  regex_escape: changed((text) =>
    text.replaceAll(
      /[^\p{L}\p{N}_]/gu,
      (char) => "\t\n\v\f\r #$&()*+-.?[\\]^{|}~".includes(char) ? `\\${char}` : char,
    )
  ),
  quote: (value, args, { run }) => {
    bind("quote", args, []);
    const text = value === null ? "" : textOf(value, run);
    if (text === "") return "''";
    return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
  },
};
