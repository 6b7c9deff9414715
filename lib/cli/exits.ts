/**
 * From an action to the program's exit code: commander drops what actions return, so it is kept here.
 * @module
 */
import { EXIT } from "../errors.ts";

/** By the command whose action has returned it. */
const codes = new WeakMap<object, number>();

/** An action as commander takes it, made of one that returns the exit code. */
export function exits<Args extends unknown[]>(
  action: (...args: Args) => Promise<number>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    const exitCode = await action(...args);
    // commander hands the command itself to the action, last.
    codes.set(args.at(-1) as object, exitCode);
  };
}

/** What the action of a command that has run returned. */
export function exitCodeOf(command: object): number {
  return codes.get(command) ?? EXIT.fault;
}
