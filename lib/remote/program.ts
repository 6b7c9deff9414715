/**
 * A program that runs on a device: POSIX sh that takes every value as a positional parameter. Nothing is ever spliced into its text.
 * Longer ones are `.sh` files beside the module that uses them, so that shellcheck reads what the device runs.
 * @module
 */
import preludeText from "./prelude.sh" with { type: "text" };

export interface Program {
  /** For logs and errors: `commit`. */
  readonly name: string;
  /** Runs with the functions of `prelude.sh` in front of it, under dash, bash and busybox ash. */
  readonly text: string;
}

/** Names a program. Its comments stay here: a device reads what it is sent byte by byte. */
export function program(name: string, text: string): Program {
  return { name, text: bare(text) };
}

/** The functions that every program has at hand. A session is sent them once. */
export const prelude = bare(preludeText);

/** A program without the lines that are comments. */
export function bare(text: string): string {
  return text.split("\n").filter((line) => !/^\s*#/.test(line)).join("\n");
}
