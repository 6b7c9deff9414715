/**
 * A user's regular expression within limited time. The engine tries every way to part a text between repetitions, which for `(a+)+$` doubles
 * with each letter; it cannot be told to give up, but a script in which it runs can.
 * @module
 */
import vm from "node:vm";

/** For all expressions of one pattern together. Milliseconds. */
export const TIME = 2000;
/** An expression that is longer was not written by anybody. Characters. */
export const LONGEST = 10_000;

/** Thrown where an expression takes too long: the message names the bound. */
export class TooSlow extends Error {
  override readonly name = "TooSlow";
}

/** Which of the texts the expression matches. Throws a TooSlow where that is not known within `time` milliseconds. */
export function matchingOf(regex: RegExp, texts: Iterable<string>, time: number = TIME): string[] {
  const matching: string[] = [];
  const all = (): void => {
    for (const text of texts) {
      // It may be sticky or global: each text is asked for itself.
      regex.lastIndex = 0;
      if (regex.test(text)) matching.push(text);
    }
  };
  try {
    vm.runInNewContext("all()", { all }, { timeout: Math.max(1, Math.ceil(time)) });
  } catch (error) {
    // It comes from the script's own world, where Error is another.
    if (Object(error).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") {
      throw new TooSlow(`it takes longer than ${TIME / 1000} s to match`, { cause: error });
    }
    throw error;
  }
  return matching;
}
