/**
 * A user's regular expression within limited time. The engine tries every way to part a text between repetitions, which for `(a+)+$`
 * doubles with each letter; it cannot be stopped, but a script in which it runs can.
 * @module
 */
import vm from "node:vm";

/** For all expressions of one pattern together. Milliseconds. */
export const TIME = 2000;
/** An expression that is longer was not written by anybody. Characters. */
export const LONGEST = 10_000;

/** Thrown if an expression takes too long: the message names the bound. */
export class TooSlow extends Error {
  override readonly name = "TooSlow";
}

/** Which of the texts the expression matches. Throws a TooSlow if that is not known within `time` milliseconds. */
export function matchingOf(regex: RegExp, texts: Iterable<string>, time: number = TIME): string[] {
  const matching: string[] = [];
  within(time, () => {
    for (const text of texts) {
      // It may be sticky or global: each text is asked for itself.
      regex.lastIndex = 0;
      if (regex.test(text)) matching.push(text);
    }
  });
  return matching;
}

/** The world in which all work is done: to make one takes a hundred times as long as most of that work. */
let world: vm.Context | undefined;
const script = new vm.Script("work()");

/** What `work` comes to. Throws a TooSlow if it takes longer than `time` milliseconds. */
export function within<T>(time: number, work: () => T): T {
  const results: T[] = [];
  world ??= vm.createContext({});
  world.work = () => {
    results.push(work());
  };
  try {
    script.runInContext(world, { timeout: Math.max(1, Math.ceil(time)) });
  } catch (error) {
    // It comes from the script's own world, where Error is another.
    if (Object(error).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") {
      throw new TooSlow(`it takes longer than ${TIME / 1000} s to match`, { cause: error });
    }
    throw error;
  }
  return results[0]!;
}
