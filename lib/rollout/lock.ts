/**
 * The device's lock: one run at a time works on a device, whichever controller it comes from.
 * @module
 */
import { Failure } from "../errors.ts";
import { outputOf } from "../facts/fact.ts";
import type { HostSettings } from "../inventory/mod.ts";
import { program } from "../remote/program.ts";
import type { Remote } from "../remote/session.ts";
import type { RunContext } from "../task.ts";
import lockText from "./lock.sh" with { type: "text" };
import unlockText from "./unlock.sh" with { type: "text" };

const takeLock = program("lock", lockText);
const giveLock = program("unlock", unlockText);

/**
 * Takes the lock, or throws a Failure: `locked` with who holds it, since when and from where. False where there is no folder to lock yet
 * and `make` does not allow to make it. `token` is the same for all sessions of a run with one host: a later one takes over from an earlier.
 */
export async function lock(
  remote: Remote,
  settings: HostSettings,
  run: RunContext,
  token: string,
  make: boolean,
): Promise<boolean> {
  const mine = `${run.id}+${token} ${run.startedAt.toISOString()} ${run.who}`;
  const answer = await remote.run(takeLock, [settings.deployPath, make ? "make" : "look", mine]);
  try {
    return outputOf(answer, takeLock, settings.name, "take the lock").trim() === "held";
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
  remote.run(giveLock, [settings.deployPath]).catch(() => {});
}
