/**
 * A program that runs on a device: POSIX sh that is given its values as arguments. Nothing is ever spliced into its text.
 * Longer ones are `.sh` files beside the module that uses them, so that shellcheck reads what the device runs.
 * @module
 */
import preludeText from "./prelude.sh" with { type: "text" };
import { byName, inOrder, lineOf, type ValuesOf } from "./program_arguments.ts";

/** A program for a device: made with `program()`. */
export interface Program {
  /** For logs and errors: `commit`. */
  readonly name: string;
  /** ASCII. Runs as a function, with those of `prelude.sh` beside it, under dash, bash and busybox ash. */
  readonly text: string;
  /** The names of its first arguments, in their order. */
  readonly takes?: readonly string[];
  /** What a simulated device answers. */
  readonly simulate?: Simulate;
  /** It takes what it is sent with `receive`, byte for byte, because there is no end to it. Others read to the end. */
  readonly receives?: boolean;
}

/** A program whose text reads its arguments by name: made with `program()` and `takes`. */
export interface NamedProgram<Name extends string> extends Program {
  /** The names of its first arguments, in their order. */
  readonly takes: readonly Name[];
  /** The arguments of a step or a call: a value for each name, and `rest`, which the text has in "$@". */
  args(values: ValuesOf<Name>, rest?: readonly string[]): readonly string[];
}

/** An answer of a simulated device: what the program would print, and the exit code if that is not 0. */
export type Simulated = string | {
  readonly code: number;
  readonly stdout?: string;
  readonly stderr?: string;
};

/** Answers in place of a device. `memory` is what this device remembers; empty at first. */
export type Simulate = (args: readonly string[], memory: Map<string, string>) => Simulated;

/** The same of a program that takes its arguments by name. */
export type SimulateNamed<Name extends string> = (
  values: { readonly [Key in Name]: string },
  memory: Map<string, string>,
  rest: readonly string[],
) => Simulated;

/**
 * Names a program. Its comments stay here: a device may have to read what it is sent byte by byte. `takes` names its arguments, which are
 * variables when its text begins; `args()` of what is returned puts their values in order. Without `takes` they are `$1`, `$2`, … Without
 * `simulate` a simulated device answers that it is done, and prints nothing. Throws a UsageError for a name that is none.
 */
export function program<const Names extends readonly string[]>(
  name: string,
  text: string,
  options: {
    readonly takes: Names;
    readonly simulate?: SimulateNamed<Names[number]>;
    readonly receives?: boolean;
  },
): NamedProgram<Names[number]>;
/** The same without names. */
export function program(
  name: string,
  text: string,
  options?: { readonly simulate?: Simulate; readonly receives?: boolean },
): Program;
export function program(
  name: string,
  text: string,
  { takes, simulate, receives }: {
    readonly takes?: readonly string[];
    readonly simulate?: Simulate | SimulateNamed<string>;
    readonly receives?: boolean;
  } = {},
): Program {
  const received = receives === undefined ? {} : { receives };
  if (takes === undefined) {
    const positional = simulate as Simulate | undefined;
    return {
      name,
      text: bare(text),
      ...(positional === undefined ? {} : { simulate: positional }),
      ...received,
    };
  }
  const made: NamedProgram<string> = {
    name,
    text: `${lineOf(name, takes)}\n${bare(text)}`,
    takes,
    args: (values, rest) => inOrder(takes, values, rest),
    ...received,
  };
  written.set(made.text, { name, takes, text });
  return simulate === undefined ? made : simulatedBy(made, simulate as SimulateNamed<string>);
}

/** The program with another answer of a simulated device. */
export function simulatedBy<Name extends string>(
  program: NamedProgram<Name>,
  simulate: SimulateNamed<Name>,
): NamedProgram<Name> {
  return {
    ...program,
    simulate: (args, memory) => {
      const { values, rest } = byName(program.takes, args);
      return simulate(values, memory, rest);
    },
  };
}

const written = new Map<
  string,
  { readonly name: string; readonly takes: readonly string[]; readonly text: string }
>();

/** The programs that were made with names, each as it was written: a test has shellcheck read them with their generated lines. */
export function namedPrograms(): Iterable<{
  readonly name: string;
  readonly takes: readonly string[];
  readonly text: string;
}> {
  return written.values();
}

/** The functions that every program has at hand. A session is sent them once. */
export const prelude = bare(preludeText);

/** A program without the lines that are comments. */
export function bare(text: string): string {
  return text.split("\n").filter((line) => !/^\s*#/.test(line)).join("\n");
}

const numbers = new Map<string, number>();

/** The function that a program is on a device: each text has its own. */
export function functionOf({ text }: Program): string {
  const number = numbers.get(text) ?? numbers.size + 1;
  numbers.set(text, number);
  return `program_${number}`;
}

/** Its definition. */
export function definitionOf(program: Program): string {
  return `${functionOf(program)}() {\n${program.text}\n}`;
}
