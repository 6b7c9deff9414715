/**
 * A limit on what all sessions of a run send together. Each waits for its turn with one piece after another, so that hosts share it fairly.
 * @module
 */

/** What a turn lasts, and what may be caught up on: the clock of a busy machine comes late. Milliseconds. */
const TURN = 100;

export class Throttle {
  /** Bytes per second. */
  readonly rate: number;
  /** When all that was let through has had its time; as `performance.now()` counts. */
  #free = 0;

  constructor(rate: number) {
    this.rate = rate;
  }

  /** Cuts bytes into what is sent in one turn. */
  *pieces(bytes: Uint8Array): Iterable<Uint8Array> {
    const size = Math.max(1, Math.floor(this.rate * TURN / 1000));
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }

  /** Resolves when so many bytes may be sent. */
  async pass(bytes: number): Promise<void> {
    const wait = this.#reserve(bytes);
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }

  /** Counts bytes that do not wait: a host that has switched must hear the next word in time. */
  note(bytes: number): void {
    this.#reserve(bytes);
  }

  /** Milliseconds until it is their turn. */
  #reserve(bytes: number): number {
    const now = performance.now();
    const turn = Math.max(this.#free, now - TURN);
    this.#free = turn + bytes / this.rate * 1000;
    return turn - now;
  }
}
