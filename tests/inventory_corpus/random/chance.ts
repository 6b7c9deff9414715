/**
 * Decisions left to chance that can be repeated.
 * @module
 */
import { seededRandom } from "../../torture/kills/random.ts";

/** The same decisions for the same seed. */
export class Chance {
  readonly #next: () => number;

  constructor(readonly seed: number) {
    this.#next = seededRandom(seed);
  }

  /** From 0 up to `limit`, without it. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** From `first` to `last`, with both. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(things: readonly T[]): T {
    return things[this.below(things.length)]!;
  }

  /** Some of the things, each once, in a random order. */
  some<T>(things: readonly T[], most: number): T[] {
    return this.shuffled(things).slice(0, this.below(Math.min(most, things.length) + 1));
  }

  shuffled<T>(things: readonly T[]): T[] {
    const mixed = [...things];
    for (let i = mixed.length - 1; i > 0; i--) {
      const other = this.below(i + 1);
      [mixed[i], mixed[other]] = [mixed[other]!, mixed[i]!];
    }
    return mixed;
  }
}
