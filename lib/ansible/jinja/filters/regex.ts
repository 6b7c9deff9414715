/**
 * Filters with regular expressions, Python's, within limited time.
 * @module
 */
import { expandReplacement, pythonPattern } from "../../python/python_regex.ts";
import { LONGEST } from "../../patterns/bounded_regex.ts";
import { Tuple } from "../../python/tuple.ts";
import type { Filter } from "../environment.ts";
import { isTrue } from "../values/operators.ts";
import { bind } from "../values/parameters.ts";
import type { Run } from "../values/run.ts";
import { TemplateError } from "../values/template_error.ts";
import { textOf } from "../values/text.ts";
import type { Value } from "../values/values.ts";

/** A regular expression of somebody's. Throws a SyntaxError. */
export function regexOf(
  source: Value,
  options: { readonly ignorecase?: Value | undefined; readonly multiline?: Value | undefined },
  run: Run,
  anchored = false,
): RegExp {
  const text = textOf(source, run);
  if (text.length > LONGEST) throw new SyntaxError(`it is longer than ${LONGEST} characters`);
  const flags = (isTrue(options.ignorecase ?? false) ? "i" : "") +
    (isTrue(options.multiline ?? false) ? "m" : "");
  return pythonPattern(text, { flags, anchored });
}

/** Every place where the expression matches. */
function matches(regex: RegExp, text: string, run: Run): RegExpExecArray[] {
  const found = run.inTime(() => [...text.matchAll(new RegExp(regex, `${regex.flags}g`))]);
  run.size(found.length);
  return found;
}

export const regexFilters: Readonly<Record<string, Filter>> = {
  regex_replace: (value, args, { run }) => {
    const [pattern = "", replacement = "", ignorecase, multiline] = bind("regex_replace", args, [
      "pattern",
      "replacement",
      "ignorecase",
      "multiline",
    ]);
    const text = textOf(value, run);
    const expand = expandReplacement(textOf(replacement, run));
    let result = "";
    let at = 0;
    for (const match of matches(regexOf(pattern, { ignorecase, multiline }, run), text, run)) {
      result += text.slice(at, match.index) + expand(match);
      run.size(result.length);
      at = match.index + match[0].length;
    }
    return result + text.slice(at);
  },
  regex_search: (value, { positional, named }, { run }) => {
    const [pattern, ...groups] = positional;
    if (pattern === undefined) throw new TemplateError("regex_search without an expression");
    const names = groups.map((group) => {
      const found = /^\\(?:g<(\S+)>|(\d+))/.exec(textOf(group, run));
      if (!found) {
        throw new TemplateError(
          `regex_search with ${JSON.stringify(group)}, expected a group such as '\\\\1'`,
        );
      }
      return found[1] ?? found[2]!;
    });
    const options = { ignorecase: named.get("ignorecase"), multiline: named.get("multiline") };
    const text = textOf(value, run);
    const regex = regexOf(pattern, options, run);
    const match = run.inTime(() => regex.exec(text));
    if (!match) return null;
    if (names.length === 0) return match[0];
    return names.map((name) => {
      const known = /^\d+$/.test(name)
        ? Number(name) < match.length
        : Object.hasOwn(match.groups ?? {}, name);
      if (!known) throw new TemplateError(`regex_search for the group ${name}, which does not exist`);
      return (/^\d+$/.test(name) ? match[Number(name)] : match.groups![name]) ?? null;
    });
  },
  regex_findall: (value, args, { run }) => {
    const [pattern, multiline, ignorecase] = bind(
      "regex_findall",
      args,
      ["regex", "multiline", "ignorecase"],
      1,
    );
    return matches(regexOf(pattern!, { ignorecase, multiline }, run), textOf(value, run), run).map(
      (match) => {
        const groups = match.slice(1).map((group) => group ?? "");
        return groups.length === 0 ? match[0] : groups.length === 1 ? groups[0]! : Tuple.from(groups);
      },
    );
  },
};
