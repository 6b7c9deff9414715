/**
 * Opens sessions gently: an sshd lets only so many knock at once (MaxStartups, 10 as it comes) and drops the rest at random, and so does a
 * jump host; a handshake is also the most that a session costs this machine. Few at a time to one destination, few more to all of them at
 * first, and those that were not let in try again.
 * @module
 */
import { Failure } from "../../errors.ts";
import { openSession, type SshOptions } from "./session.ts";
import type { Endpoint } from "./transport.ts";
import type { Remote } from "../remote.ts";

/** How many may be connecting to one destination. */
const AT_ONCE = 8;
/** How many may be connecting in all: at first, and as more and more get through. */
const RAMP = { from: 8, to: 32 };
/** How often one that was not let in tries again. A wrong key is refused as often, and no more. */
const RETRIES = 2;
/** After so long a host is not busy with us, it keeps us waiting: others need not wait for it. Seconds. */
const PATIENCE = 3;

/** `slow` is called once if the host lets us wait. */
export type Connector = (endpoint: Endpoint, options: SshOptions, slow?: () => void) => Promise<Remote>;

/** `openSession()`, gently. Destinations are told apart as far as the inventory tells them: address, port and ssh arguments. */
export function gentleConnector(
  open: Connector = openSession,
  pause: (attempt: number) => Promise<void> = jitter,
): Connector {
  const gates = new Map<string, Gate>();
  const ramp = new Gate(RAMP.from);
  return async (endpoint, options, slow = () => {}) => {
    if (endpoint.connection === "local") return await open(endpoint, options);
    const gate = gateOf(endpoint, gates);
    const patience = Math.min(PATIENCE, options.connectTimeout / 3) * 1000;
    for (let attempt = 1;; attempt++) {
      const leaveGate = await gate.enter();
      const leaveRamp = await ramp.enter();
      const began = performance.now();
      const leave = (): void => {
        leaveGate();
        leaveRamp();
      };
      const timer = setTimeout(() => {
        leave();
        slow();
      }, patience);
      try {
        const remote = await open(endpoint, options);
        ramp.widen(RAMP.to);
        return remote;
      } catch (error) {
        // Who drops one of too many does so at once.
        const quick = performance.now() - began < options.connectTimeout * 500;
        const again = error instanceof Failure && error.again && quick && attempt <= RETRIES;
        if (!again || options.signal?.aborted) throw error;
      } finally {
        clearTimeout(timer);
        leave();
      }
      await pause(attempt);
    }
  };
}

function gateOf({ address, port, commonArgs }: Endpoint, gates: Map<string, Gate>): Gate {
  // What goes through a jump host knocks there, wherever it goes then.
  const jumps = commonArgs.some((word) => /^(-J|-oProxy|Proxy(Jump|Command))/i.test(word));
  const destination = JSON.stringify(jumps ? commonArgs : [address, port]);
  const gate = gates.get(destination) ?? new Gate(AT_ONCE);
  gates.set(destination, gate);
  return gate;
}

/** Half a second to one and a half, then twice that: so that those who were dropped together do not come back together. */
function jitter(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, attempt * (500 + Math.random() * 1000)));
}

/** Lets so many in at a time, the others in their order. */
class Gate {
  readonly #waiting: (() => void)[] = [];
  #size: number;
  #inside = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Resolves, when it is this one's turn, to what says that it has left; saying so again does nothing. */
  async enter(): Promise<() => void> {
    if (this.#inside < this.#size) this.#inside++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.shift();
      if (next === undefined) this.#inside--;
      else next();
    };
  }

  /** Lets one more in from now on, up to `most`. */
  widen(most: number): void {
    if (this.#size >= most) return;
    this.#size++;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#inside++;
    next();
  }
}
