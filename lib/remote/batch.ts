/**
 * Several programs as one request: they share one shell and one round trip, which is most of what a small program costs a device.
 * @module
 */
import text from "./batch.sh" with { type: "text" };
import { functionOf, program } from "./program.ts";
import type { Answer, Call, Remote } from "./remote.ts";

export type { Call } from "./remote.ts";

/** The answer of each call, in their order. They run one after another, whatever the earlier ones end with. */
export async function runBatch(remote: Pick<Remote, "run">, calls: readonly Call[]): Promise<Answer[]> {
  return await run(remote, "look", calls, "all");
}

/**
 * The answer of each call up to the first that fails, which is the last that runs. At most one has a payload. They have the time of all of
 * them together, and the whole has a `name` for logs and errors.
 */
export async function runWhileWell(
  remote: Pick<Remote, "run">,
  name: string,
  calls: readonly Call[],
): Promise<Answer[]> {
  return await run(remote, name, calls, "while-well");
}

const batch = program("batch", text, { takes: ["tag", "how", "takes_input"] });

/** For calls without a limit of their own that share a request with some that have one. Seconds. */
const LOOKING = 60;

async function run(
  remote: Pick<Remote, "run">,
  name: string,
  calls: readonly Call[],
  how: "all" | "while-well",
): Promise<Answer[]> {
  const [first, ...others] = calls;
  if (first === undefined) return [];
  const timeouts = calls.flatMap(({ timeout }) => timeout ?? []);
  const together = timeouts.reduce((sum, timeout) => sum + timeout, 0);
  const timeout = how === "all"
    ? timeouts.reduce((most, timeout) => Math.max(most, timeout), 0)
    : together + (calls.length - timeouts.length) * LOOKING;
  const reader = calls.findIndex(({ payload }) => payload !== undefined);
  const payload = calls[reader]?.payload;
  const waits = calls.reduce((sum, call) => sum + (call.waits ?? 0), 0);
  const options = {
    ...(timeouts.length === 0 ? {} : { timeout }),
    ...(waits === 0 ? {} : { waits }),
    ...(payload === undefined ? {} : { payload }),
  };
  if (others.length === 0) return [await remote.run(first.program, first.args, options)];
  const tag = `batch-${crypto.randomUUID()}`;
  const words = calls.flatMap(({ program, args }) => [functionOf(program), String(args.length), ...args]);
  const whole = await remote.run(
    { ...batch, name },
    batch.args({ tag, how, takes_input: reader + 1 }, words),
    {
      ...options,
      calls,
    },
  );
  const answers = whole.parts ?? splitBatch(whole, tag, calls.length);
  // Fewer than asked: the shell itself was ended. What it said goes for all that are missing.
  return calls.map((_, at) => answers[at] ?? { ...whole, code: whole.code || 1 });
}

/** Pure: what batch.sh printed, cut into the answers of its programs: `most` of them. */
export function splitBatch({ stdout, stderr }: Answer, tag: string, most = Infinity): Answer[] {
  const outs = stdout.split(`\n${tag} `);
  const errors = stderr.split(`\n${tag}\n`);
  // Of much on standard error the middle is left out, and with it some of the tags: then nobody can tell whose is what.
  const together = errors.length === outs.length ? null : errors.join("\n");
  const answers: Answer[] = [];
  for (let at = 0; at + 1 < outs.length && at < most; at++) {
    // Each part but the first begins with the exit code of the one before.
    const body = at === 0 ? outs[at] : outs[at]?.replace(/^\d+\n/, "");
    const code = /^\d{1,3}(?=\n|$)/.exec(outs[at + 1]!)?.[0];
    // The tag without a code: something has written in between, and what it all means is not known.
    if (code === undefined) break;
    answers.push({ code: Number(code), stdout: body ?? "", stderr: together ?? errors[at] ?? "" });
  }
  return answers;
}
