/**
 * The names under which a program's text reads its arguments. They are said once, where the program is made; the text that gives them their
 * values is generated from that, so no script counts to `$13`, and the values are still only ever data.
 * @module
 */
import { UsageError } from "../errors.ts";

/** A value for each name. A number is written in decimal. */
export type ValuesOf<Name extends string> = { readonly [Key in Name]: string | number };

/** What a name may look like: it becomes a variable of a shell. */
const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** The line that gives each name its value, and leaves what comes behind them in "$@". Throws a UsageError for what is no name. */
export function lineOf(program: string, names: readonly string[]): string {
  for (const [at, name] of names.entries()) {
    if (NAME.test(name) && names.indexOf(name) === at) continue;
    const expected = "expected lower-case words joined by _, none of them twice";
    throw UsageError.of(`program ${program}`, `found the argument ${JSON.stringify(name)}, ${expected}`);
  }
  const number = (at: number): string => at < 9 ? `$${at + 1}` : `\${${at + 1}}`;
  if (names.length === 0) return "";
  const values = names.map((name, at) => `${name}=${number(at)}`).join(" ");
  return `${values}; shift${names.length === 1 ? "" : ` ${names.length}`}`;
}

const NOTHING: readonly string[] = [];

/** The positional parameters: the values in the order of their names, then the rest. Loops: in a large fleet this runs a million times. */
export function inOrder<Name extends string>(
  names: readonly Name[],
  values: ValuesOf<Name>,
  rest: readonly string[] = NOTHING,
): string[] {
  const args: string[] = [];
  for (const name of names) {
    const value = values[name];
    args.push(typeof value === "string" ? value : String(value));
  }
  for (const arg of rest) args.push(arg);
  return args;
}

/** The same back: what a program was given, by name. */
export function byName<Name extends string>(
  names: readonly Name[],
  args: readonly string[],
): { readonly values: { readonly [Key in Name]: string }; readonly rest: readonly string[] } {
  const values: { [name: string]: string } = {};
  let at = 0;
  for (const name of names) values[name] = args[at++] ?? "";
  const rest = args.length > names.length ? args.slice(names.length) : NOTHING;
  return { values: values as { readonly [Key in Name]: string }, rest };
}
