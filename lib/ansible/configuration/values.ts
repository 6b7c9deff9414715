/**
 * From the text of a setting to its value: Ansible's `ensure_type()`.
 * @module
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "@std/path";
import { strip } from "./python_space.ts";

/** Where paths begin, and what they may name. */
export interface Ground {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; undefined for a variable of the environment. */
  readonly file?: string | undefined;
}

/** What a setting may be, what it then is, and in words what is expected. A reader's `undefined` says that the text is none of it. */
const readers = {
  text: { expected: "a text", read: (text: string): string | undefined => unquoted(text) },
  whole: { expected: "a whole number", read: wholeOf },
  truth: { expected: "yes or no", read: truthOf },
  path: {
    expected: "a path",
    read: (text: string, ground: Ground): string | undefined => pathOf(text, ground),
  },
  paths: {
    expected: "paths, separated by commas",
    read: (text: string, ground: Ground): readonly string[] | undefined =>
      text.split(",").map(strip).filter((part) => part !== "").map((part) => pathOf(part, ground)),
  },
  list: {
    expected: "a list, separated by commas",
    read: (text: string): readonly string[] | undefined =>
      text.split(",").map((part) => unquoted(strip(part))).filter((part) => part !== ""),
  },
} as const;

/** What kinds of values there are. */
export type Kind = keyof typeof readers;

/** What a value of some kind is. */
export type ValueOf<K extends Kind> = NonNullable<ReturnType<(typeof readers)[K]["read"]>>;

/** The value of a text, or in words what was expected. */
export function valueOf<K extends Kind>(
  kind: K,
  text: string,
  ground: Ground,
): { readonly value: ValueOf<K> } | { readonly expected: string } {
  const { read, expected } = readers[kind];
  const value = read(text, ground);
  return value === undefined ? { expected } : { value: value as ValueOf<K> };
}

/** Without quotes, where it begins and ends with the same one. */
function unquoted(text: string): string {
  const quoted = text.length > 1 && /^["']/.test(text) && text.endsWith(text[0]!) && text.at(-2) !== "\\";
  return quoted ? text.slice(1, -1) : text;
}

function wholeOf(text: string): number | undefined {
  const plain = strip(text);
  return /^[-+]?\d+(?:_\d+)*$/.test(plain) ? Number(plain.replaceAll("_", "")) : undefined;
}

/** Ansible takes any other word for "no", and so would a mistyped `host_key_checking = treu`: here it is a mistake. */
function truthOf(text: string): boolean | undefined {
  const word = strip(text).toLowerCase();
  return /^(?:y|yes|on|1|true|t)$/.test(word)
    ? true
    : /^(?:n|no|off|0|false|f)$/.test(word)
    ? false
    : undefined;
}

/** An absolute path: variables and `~` filled in, relative to the file that names it, else to the current folder. */
export function pathOf(text: string, { cwd, env, file }: Ground): string {
  const written = text.replaceAll("{{CWD}}", cwd);
  return resolve(file === undefined ? cwd : dirname(file), atHome(withVariables(written, env), env));
}

/** Python's `expandvars()`: a variable that is not set stays as it is written. */
function withVariables(text: string, env: Ground["env"]): string {
  return text.replace(/\$(?:(\w+)|\{([^}]*)\})/g, (whole, plain?: string, braced?: string) => {
    const name = plain ?? braced ?? "";
    return env[name] ?? whole;
  });
}

/** Python's `expanduser()`: what nobody knows stays as it is written. */
function atHome(path: string, env: Ground["env"]): string {
  const [, user, rest = ""] = /^~([^/]*)(.*)$/s.exec(path) ?? [];
  if (user === undefined) return path;
  const home = user === "" ? homeOf(env) : homeOfUser(user);
  return home === undefined ? path : home.replace(/\/+$/, "") + rest || "/";
}

/** The home of the user who runs this, as the environment says. */
export function homeOf(env: Ground["env"]): string | undefined {
  return env.HOME ?? env.USERPROFILE;
}

function homeOfUser(user: string): string | undefined {
  try {
    const rows = readFileSync("/etc/passwd", "utf8").split("\n").map((row) => row.split(":"));
    return rows.find(([name]) => name === user)?.[5];
  } catch {
    return undefined;
  }
}
