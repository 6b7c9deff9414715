/**
 * Opens sessions gently: an sshd lets only so many knock at once (MaxStartups, 10 as it comes) and drops the rest at random, and so does a
 * jump host. Few at a time to one destination, and those that were not let in try again.
 * @module
 */
import { Failure } from "../errors.ts";
import { openSession, type Remote, type SessionOptions } from "./session.ts";
import type { Endpoint } from "./transport.ts";

/** How many may be connecting to one destination. */
const AT_ONCE = 8;
/** How often one that was not let in tries again. A wrong key is refused as often, and no more. */
const RETRIES = 2;

export type Connector = (endpoint: Endpoint, options: SessionOptions) => Promise<Remote>;

/** `openSession()`, gently. Destinations are told apart as far as the inventory tells them: address, port and ssh arguments. */
export function gentleConnector(
  open: Connector = openSession,
  pause: (attempt: number) => Promise<void> = jitter,
): Connector {
  const gates = new Map<string, Gate>();
  return async (endpoint, options) => {
    const { connection, address, port, commonArgs } = endpoint;
    if (connection === "local") return await open(endpoint, options);
    // What goes through a jump host knocks there, wherever it goes then.
    const jumps = commonArgs.some((word) => /^(-J|-oProxy|Proxy(Jump|Command))/i.test(word));
    const destination = JSON.stringify(jumps ? commonArgs : [address, port]);
    const gate = gates.get(destination) ?? new Gate(AT_ONCE);
    gates.set(destination, gate);
    for (let attempt = 1;; attempt++) {
      try {
        return await gate.pass(() => open(endpoint, options));
      } catch (error) {
        const again = error instanceof Failure && error.kind === "refused" && attempt <= RETRIES &&
          !options.signal?.aborted;
        if (!again) throw error;
      }
      await pause(attempt);
    }
  };
}

/** Half a second to one and a half, then twice that: so that those who were dropped together do not come back together. */
function jitter(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, attempt * (500 + Math.random() * 1000)));
}

/** Lets so many in at a time, the others in their order. */
class Gate {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(size: number) {
    this.#free = size;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
