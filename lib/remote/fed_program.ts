/**
 * A program that is sent bytes which are no artifact: its standard input ends.
 * @module
 */
import type { Program } from "./program.ts";

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
