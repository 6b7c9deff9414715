/**
 * The device's lock: one run at a time works on a device, whichever controller it comes from.
 * @module
 */
import { Failure } from "../errors.ts";
import { outputOf } from "../facts/fact.ts";
import type { HostSettings } from "../settings/mod.ts";
import { program } from "../remote/program.ts";
import type { Call } from "../remote/batch.ts";
import type { RunContext } from "../task.ts";
import lockText from "./lock.sh" with { type: "text" };
import unlockText from "./unlock.sh" with { type: "text" };
import type { Answer, Remote } from "../remote/remote.ts";

const takeLock = program("lock", lockText, { takes: ["root", "folders", "claim"] });
const giveLock = program("unlock", unlockText, { takes: ["root"] });

/**
 * Takes the lock; if there is no folder to lock yet it is only made to `make`. `token` is the same for all sessions of a run with one
 * host: a later one takes over from an earlier.
 */
export function lockCall(settings: HostSettings, run: RunContext, token: string, how: "look" | "make"): Call {
  const claim = `${run.id}+${token} ${run.startedAt.toISOString()} ${run.who}`;
  return { program: takeLock, args: takeLock.args({ root: settings.deployPath, folders: how, claim }) };
}

/** Whether it was taken: false if there is no folder to lock. A Failure that is `locked` says who holds it, since when and from where. */
export function isHeld(answer: Answer, host: string): boolean {
  try {
    return outputOf(answer, takeLock, host, "take the lock").trim() === "held";
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "locked") throw error;
    throw new Failure({
      ...error.data,
      next: "nothing changed; wait until that run has ended, then run this again",
    }, { cause: error });
  }
}

/** Gives the lock back. Not waited for: a session that ends takes its lock with it. */
export function unlock(remote: Remote, settings: HostSettings): void {
  remote.run(giveLock, giveLock.args({ root: settings.deployPath }), { short: true }).catch(() => {});
}
