/**
 * The part of the fuzzing that may die: reads one mutant after the other and writes a line of JSON before and after each. Arguments: the first
 * seed and how many.
 * @module
 */
import process from "node:process";
import { dirname, join } from "@std/path";
import type { Problem } from "../../../lib/errors.ts";
import { readCases } from "../case.ts";
import { Chance } from "./chance.ts";
import { type Mutant, mutate } from "./mutate.ts";
import { askOurs } from "../ours.ts";

/** Seconds of CPU that one inventory may take. */
const MOST_SECONDS = 5;
const MOST_MEMORY = 700e6;

/** What begins so has no lines to name: a program's are not those of what it prints, and those of a cipher text tell nothing. */
const WITHOUT_LINES = ["#!", "$ANSIBLE_VAULT"];

/** How one mutant ended; `fault` says why it should not have. */
export interface Outcome {
  readonly seed: number;
  readonly end: "started" | "taken" | "refused" | "fault";
  readonly fault?: string;
  /** Of CPU. */
  readonly seconds?: number;
}

/** Reads one mutant in a folder of its own. */
async function run(seed: number, mutant: Mutant): Promise<Outcome> {
  const cwd = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of Object.entries(mutant.files)) {
      await Deno.mkdir(dirname(join(cwd, name)), { recursive: true });
      const program = bytes[0] === 0x23 && bytes[1] === 0x21;
      await Deno.writeFile(join(cwd, name), bytes, program ? { mode: 0o755 } : {});
    }
    const began = process.cpuUsage();
    const answer = await askOurs({ ...mutant, cwd });
    const { user, system } = process.cpuUsage(began);
    const seconds = (user + system) / 1e6;
    const faults = [
      ...(seconds > MOST_SECONDS ? [`took ${seconds.toFixed(1)} s`] : []),
      ...(process.memoryUsage().rss > MOST_MEMORY
        ? [`holds ${Math.round(process.memoryUsage().rss / 1e6)} MB`]
        : []),
      ...(answer.problems ?? []).filter((problem) => !isPositioned(problem, mutant)).map((
        { where, message },
      ) => `has no line: ${where}: ${message}`),
    ];
    if (Object.keys(Object.prototype).length > 0) faults.push("has changed every object there is");
    if (faults.length > 0) return { seed, end: "fault", fault: faults.join("; "), seconds };
    return { seed, end: answer.error === undefined ? "taken" : "refused", seconds };
  } catch (error) {
    const fault = error instanceof Error ? error.stack ?? error.message : String(error);
    return { seed, end: "fault", fault };
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

/** A mistake in a file says where in it. */
function isPositioned({ where, line }: Problem, { files }: Mutant): boolean {
  const bytes = files[where];
  if (bytes === undefined || (line ?? 0) > 0) return true;
  const text = new TextDecoder().decode(bytes);
  return WITHOUT_LINES.some((start) => text.startsWith(start));
}

if (import.meta.main) {
  const [first = 1, count = 1] = Deno.args.map(Number);
  const cases = await readCases();
  const write = (outcome: Outcome) =>
    Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(outcome) + "\n"));
  for (let seed = first; seed < first + count; seed++) {
    write({ seed, end: "started" });
    write(await run(seed, mutate(new Chance(seed), cases)));
  }
}
