/**
 * The clock of one request: it is late after its limit, or as soon as the device has been silent for too long.
 * @module
 */
import { SILENCE } from "../../limits.ts";

/** Why the answer to a request is not waited for any longer. */
export type Late = "limit" | "silence";

export class RequestClock {
  /** When the device last sent anything, as `performance.now()` counts. */
  readonly #heard: () => number;
  readonly #late: (why: Late) => void;
  /** Seconds that a device may be silent. */
  readonly #silence: number;
  #startedAt = 0;
  #until = Infinity;
  #paused = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(heard: () => number, late: (why: Late) => void, silence: number = SILENCE) {
    this.#heard = heard;
    this.#late = late;
    this.#silence = silence;
  }

  /** Runs from when the device can begin with the request: so many seconds from now are left. */
  start(seconds: number): void {
    this.#startedAt ||= performance.now();
    this.stop();
    if (this.#paused) return;
    this.#until = performance.now() + seconds * 1000;
    this.#wake();
  }

  /** Bytes were taken: the request begins again, as it were. */
  restart(seconds: number): void {
    this.#startedAt = performance.now();
    this.start(seconds);
  }

  /** We wait ourselves, for our turn to send: the clock stands still until it is started after `resume()`. */
  pause(): void {
    this.#paused = true;
    this.stop();
  }

  resume(): void {
    this.#paused = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Seconds since it was started. */
  get took(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  #wake(): void {
    const now = performance.now();
    const silent = Math.max(this.#heard(), this.#startedAt) + this.#silence * 1000;
    if (now >= this.#until) return this.#late("limit");
    if (now >= silent) return this.#late("silence");
    const wait = Math.min(this.#until, silent) - now;
    this.#timer = setTimeout(() => this.#wake(), Math.min(Math.ceil(wait), 2 ** 31 - 1));
  }
}
