/**
 * A program that runs on a device: POSIX sh that takes every value as a positional parameter. Nothing is ever spliced into its text.
 * Longer ones are `.sh` files beside the module that uses them, so that shellcheck reads what the device runs.
 * @module
 */
import preludeText from "./prelude.sh" with { type: "text" };

/** A program for a device: made with `program()`. */
export interface Program {
  /** For logs and errors: `commit`. */
  readonly name: string;
  /** ASCII. Runs as a function, with those of `prelude.sh` beside it, under dash, bash and busybox ash. */
  readonly text: string;
  /** What a simulated device answers. */
  readonly simulate?: Simulate;
  /** It takes what it is sent with `receive`, byte for byte, because there is no end to it. Others read to the end. */
  readonly receives?: boolean;
}

/** An answer of a simulated device: what the program would print, and the exit code if that is not 0. */
export type Simulated = string | {
  readonly code: number;
  readonly stdout?: string;
  readonly stderr?: string;
};

/** Answers in place of a device. `memory` is what this device remembers; empty at first. */
export type Simulate = (args: readonly string[], memory: Map<string, string>) => Simulated;

/**
 * Names a program. Its comments stay here: a device may have to read what it is sent byte by byte. Without `simulate` a simulated device
 * answers that it is done, and prints nothing.
 */
export function program(
  name: string,
  text: string,
  { simulate, receives }: { readonly simulate?: Simulate; readonly receives?: boolean } = {},
): Program {
  return {
    name,
    text: bare(text),
    ...(simulate === undefined ? {} : { simulate }),
    ...(receives === undefined ? {} : { receives }),
  };
}

const fed = new WeakMap<Program, Program>();

/**
 * The program with a standard input that ends, of as many bytes as a first argument says, before its own. What it leaves unread is read for it:
 * the session goes on behind that.
 */
export function fedProgram(program: Program): Program {
  const known = fed.get(program);
  if (known !== undefined) return known;
  const { name, text, simulate } = program;
  const whole: Program = {
    name,
    text: `fed=$1; shift\nreceive "$fed" | {\n(\n${text}\n)\nfed=$?; cat >/dev/null; exit "$fed"\n}`,
    ...(simulate === undefined ? {} : {
      simulate: ([, ...args]: readonly string[], memory: Map<string, string>) => simulate(args, memory),
    }),
  };
  fed.set(program, whole);
  return whole;
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
