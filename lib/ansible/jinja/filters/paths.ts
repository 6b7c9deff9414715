/**
 * Filters for paths and URLs: of their text alone, nothing is looked up.
 * @module
 */
import { Tuple } from "../../python/tuple.ts";
import type { Filter } from "../environment.ts";
import { listOf } from "../values/methods.ts";
import { bind } from "../values/parameters.ts";
import { TemplateError } from "../values/template_error.ts";
import { textOf } from "../values/text.ts";
import { isList, typeName, type Value } from "../values/values.ts";

function path(name: string, value: Value): string {
  if (typeof value === "string") return value;
  throw new TemplateError(`${name} of ${typeName(value)}, expected a text`);
}

/** Python's `os.path.split()`; `separators` are `/`, and on Windows a backslash, too. */
function split(text: string, separators: string): readonly [folder: string, name: string] {
  const at = [...separators].reduce((at, separator) => Math.max(at, text.lastIndexOf(separator)), -1) + 1;
  let end = at;
  while (end > 0 && separators.includes(text[end - 1]!)) end--;
  // The root itself stays.
  return [text.slice(0, end === 0 ? at : end), text.slice(at)];
}

const SLASH = "/";
const ANY_SLASH = "/\\";

function joined(parts: readonly string[]): string {
  return parts.reduce((path, part) => {
    if (part.startsWith("/")) return part;
    return path === "" || path.endsWith("/") ? path + part : `${path}/${part}`;
  });
}

export const pathFilters: Readonly<Record<string, Filter>> = {
  basename: (value) => split(path("basename", value), SLASH)[1],
  dirname: (value) => split(path("dirname", value), SLASH)[0],
  win_basename: (value) => split(path("win_basename", value), ANY_SLASH)[1],
  win_dirname: (value) => split(path("win_dirname", value), ANY_SLASH)[0],
  splitext: (value) => {
    const text = path("splitext", value);
    const start = text.lastIndexOf("/") + 1;
    const first = start + /^\.*/.exec(text.slice(start))![0].length;
    const at = text.lastIndexOf(".");
    return Tuple.from(at > first ? [text.slice(0, at), text.slice(at)] : [text, ""]);
  },
  path_join: (value, args, { run }) => {
    bind("path_join", args, []);
    if (!isList(value)) return path("path_join", value);
    const parts = listOf(value, run).map((part) => path("path_join", part));
    if (parts.length === 0) throw new TemplateError("path_join of nothing");
    run.size(parts.reduce((size, part) => size + part.length, 0));
    return joined(parts);
  },
  urlsplit: (value, args, { run }) => {
    const [query = ""] = bind("urlsplit", args, ["query"]);
    return partOfUrl(textOf(value, run), textOf(query, run));
  },
};

function partOfUrl(text: string, name: string): Value {
  const found = /^(?:([a-zA-Z][\w+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text);
  const [, scheme = "", netloc = "", path = "", query = "", fragment = ""] = found ?? [];
  const at = netloc.lastIndexOf("@");
  const [username = null, password = null] = at < 0 ? [] : netloc.slice(0, at).split(/:(.*)/s);
  const host = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(netloc.slice(at + 1));
  const hostname = host?.[1] ? host[1].replaceAll(/[[\]]/g, "").toLowerCase() : null;
  const parts: Readonly<Record<string, Value>> = {
    fragment,
    hostname,
    netloc,
    password,
    path,
    port: host?.[2] ? Number(host[2]) : null,
    query,
    scheme: scheme.toLowerCase(),
    username,
  };
  if (name === "") return parts;
  if (!Object.hasOwn(parts, name)) {
    throw new TemplateError(`urlsplit for ${JSON.stringify(name)}, which a URL does not have`);
  }
  return parts[name]!;
}
