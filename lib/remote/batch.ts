/**
 * Several programs as one request: they share one shell and one round trip, which is most of what a small program costs a device.
 * @module
 */
import text from "./batch.sh" with { type: "text" };
import { bare, type Program } from "./program.ts";
import type { Answer, Remote, RunOptions } from "./session.ts";

/** A program with its arguments. */
export interface Call {
  readonly program: Program;
  readonly args: readonly string[];
  /** Seconds. */
  readonly timeout?: number;
}

/** The answer of each call, in their order. They run one after another, whatever the earlier ones end with. */
export async function runBatch(remote: Pick<Remote, "run">, calls: readonly Call[]): Promise<Answer[]> {
  return await run(remote, calls, "all", {});
}

/**
 * The answer of each call up to the first that fails, which is the last that runs. `options` are those of the first call; the others get
 * their own time on top of it.
 */
export async function runWhileWell(
  remote: Pick<Remote, "run">,
  calls: readonly Call[],
  options: RunOptions,
): Promise<Answer[]> {
  return await run(remote, calls, "while-well", options);
}

const batchText = bare(text);

/** For calls without a limit of their own that come after one that has one. Seconds. */
const LOOKING = 60;

async function run(
  remote: Pick<Remote, "run">,
  calls: readonly Call[],
  how: "all" | "while-well",
  options: RunOptions,
): Promise<Answer[]> {
  const [first, ...others] = calls;
  if (first === undefined) return [];
  const timeouts = calls.flatMap(({ timeout }) => timeout ?? []);
  const longest = Math.max(...timeouts);
  const timeout = timeouts.length === 0
    ? undefined
    : how === "all" || others.length === 0
    ? longest
    : longest + LOOKING;
  const given = { ...options, ...(timeout === undefined ? {} : { timeout }) };
  if (others.length === 0) return [await remote.run(first.program, first.args, given)];
  const tag = `batch-${crypto.randomUUID()}`;
  const words = calls.flatMap(({ program, args }) => [program.text, String(args.length), ...args]);
  // What is done gives its name to what is looked at after it.
  const name = how === "all" ? "batch" : first.program.name;
  const whole = await remote.run({ name, text: batchText }, [tag, how, ...words], { ...given, calls });
  const answers = splitBatch(whole, tag);
  // Fewer than asked: the shell itself was ended. What it said goes for all that are missing.
  return calls.map((_, at) => answers[at] ?? { ...whole, code: whole.code || 1 });
}

/** Pure: what batch.sh printed, cut into the answers of its programs. */
export function splitBatch({ stdout, stderr }: Answer, tag: string): Answer[] {
  const outs = stdout.split(`\n${tag} `);
  const errors = stderr.split(`\n${tag}\n`);
  const answers: Answer[] = [];
  for (let at = 0; at + 1 < outs.length; at++) {
    // Each part but the first begins with the exit code of the one before.
    const body = at === 0 ? outs[at] : outs[at]?.replace(/^\d+\n/, "");
    answers.push({
      code: Number.parseInt(outs[at + 1] ?? "", 10),
      stdout: body ?? "",
      stderr: errors[at] ?? "",
    });
  }
  return answers;
}
