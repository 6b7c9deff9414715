/**
 * Several programs as one request: they share one shell and one round trip, which is most of what a small program costs a device.
 * @module
 */
import text from "./batch.sh" with { type: "text" };
import { type Program, program } from "./program.ts";
import type { Answer, Remote } from "./session.ts";

/** A program with its arguments. */
export interface Call {
  readonly program: Program;
  readonly args: readonly string[];
  /** Seconds. */
  readonly timeout?: number;
}

const runAll = program("batch", text);

/** The answer of each call, in their order. They run one after another, whatever the earlier ones end with. */
export async function runBatch(remote: Pick<Remote, "run">, calls: readonly Call[]): Promise<Answer[]> {
  const [only] = calls;
  if (only !== undefined && calls.length === 1) {
    return [
      await remote.run(only.program, only.args, only.timeout === undefined ? {} : { timeout: only.timeout }),
    ];
  }
  const tag = `batch-${crypto.randomUUID()}`;
  const words = calls.flatMap(({ program, args }) => [program.text, String(args.length), ...args]);
  const timeouts = calls.map((call) => call.timeout).filter((seconds) => seconds !== undefined);
  const limit = timeouts.length === 0 ? {} : { timeout: Math.max(...timeouts) };
  const whole = await remote.run(runAll, [tag, ...words], { ...limit, calls });
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
