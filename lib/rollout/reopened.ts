/**
 * Another session with a host whose last one a step has ended, as a reboot does.
 * @module
 */
import { Failure } from "../errors.ts";
import type { Reconnect } from "../task.ts";
import type { Remote } from "../remote/remote.ts";

/** Between two attempts. Milliseconds. */
const PAUSE = 1000;
/** For the device to say whether it is back. Seconds. */
const ANSWER = 10;

/**
 * The first session in which the device says that it is back. Throws a Failure (`timeout`) if there is none in time, with what kept it; an
 * interruption ends it at once.
 */
export async function reopened(
  host: string,
  open: () => Promise<Remote>,
  { within, isBack }: Reconnect,
): Promise<Remote> {
  const late = performance.now() + within * 1000;
  for (;;) {
    const found = await attempt(open, isBack);
    if (typeof found !== "string") return found;
    if (performance.now() + PAUSE > late) {
      throw new Failure({
        kind: "timeout",
        action: "reconnect",
        host,
        evidence: `it was not back within ${within} s: ${found}`,
        next: "look at its console; once it is back, run this again",
      });
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** A session with the device, or why there is none. */
async function attempt(open: () => Promise<Remote>, isBack: Reconnect["isBack"]): Promise<Remote | string> {
  let remote: Remote | undefined;
  try {
    remote = await open();
    const { code } = await remote.run(isBack.program, isBack.args, { timeout: ANSWER });
    if (code === 0) return remote;
    await remote.close();
    return "it answers, but is not back yet";
  } catch (error) {
    await remote?.close();
    if (!(error instanceof Failure) || error.kind === "interrupted") throw error;
    return error.data.evidence;
  }
}
