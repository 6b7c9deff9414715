/**
 * How many hosts are worked on at once. A host that keeps us waiting lends its slot to the next one, so that dead hosts wait side by side
 * and not one after another.
 * @module
 */

/** The most hosts that may wait without a slot, whatever `--forks` is: each is an ssh process. */
const WAITING = 256;

export class Slots {
  readonly #size: number;
  #free: number;
  #lent = 0;
  /** Those that have lent theirs and want it back come before new ones. */
  readonly #returning: (() => void)[] = [];
  readonly #new: (() => void)[] = [];

  constructor(size: number) {
    this.#size = size;
    this.#free = size;
  }

  /** Works on every item, as many at once as there are slots, until `halted` says that no further one may be begun. */
  async each<T>(
    items: Iterable<T>,
    work: (item: T, slot: Slot) => Promise<void>,
    halted: () => boolean = () => false,
  ): Promise<void> {
    const atWork = new Set<Promise<void>>();
    for (const item of items) {
      if (halted()) break;
      const slot = await this.#take();
      if (halted()) {
        slot.done();
        break;
      }
      const working: Promise<void> = work(item, slot).finally(() => {
        slot.done();
        atWork.delete(working);
      });
      atWork.add(working);
    }
    await Promise.all(atWork);
  }

  async #take(): Promise<Slot> {
    await this.#wait(this.#new);
    return new Slot(() => this.#give(), (work) => this.#lend(work), this.#size > 1);
  }

  async #wait(queue: (() => void)[]): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => queue.push(resolve));
  }

  #give(): void {
    const next = this.#returning.shift() ?? this.#new.shift();
    if (next === undefined) this.#free++;
    else next();
  }

  /** Resolves when the slot is taken back, after `back` has ended. Null if too many wait already: it is kept. */
  #lend(back: Promise<unknown>): Promise<void> | null {
    if (this.#lent >= WAITING) return null;
    this.#lent++;
    this.#give();
    const returned = async (): Promise<void> => {
      this.#lent--;
      await this.#wait(this.#returning);
    };
    return back.then(returned, returned);
  }
}

/** After so long a host that was asked something keeps us waiting. Milliseconds. */
const PATIENCE = 3000;

/** A host's place among those that are worked on. */
export class Slot {
  readonly #give: () => void;
  readonly #lend: (back: Promise<unknown>) => Promise<void> | null;
  readonly #abreast: boolean;
  #asking = false;

  /** `abreast`: hosts may be worked on at once. */
  constructor(
    give: () => void,
    lend: (back: Promise<unknown>) => Promise<void> | null,
    abreast = true,
  ) {
    this.#give = give;
    this.#lend = lend;
    this.#abreast = abreast;
  }

  /** Gives the slot back for good. */
  done(): void {
    this.#give();
  }

  /**
   * Waits for the answer to what a host was asked, and lends the slot if that takes longer than `patience` milliseconds: a device that
   * never answers then costs others nothing. If hosts go one after another, it is kept.
   */
  async asked<T>(ask: () => Promise<T>, patience: number = PATIENCE): Promise<T> {
    // There is one slot to lend, however much is asked at once.
    if (!this.#abreast || this.#asking) return await ask();
    this.#asking = true;
    try {
      return await this.during(async (slow) => {
        const timer = setTimeout(slow, patience);
        try {
          return await ask();
        } finally {
          clearTimeout(timer);
        }
      });
    } finally {
      this.#asking = false;
    }
  }

  /**
   * Waits for `open`, and lends the slot from the moment at which it calls `slow` until it has ended: then somebody else's host is worked on
   * meanwhile.
   */
  async during<T>(open: (slow: () => void) => Promise<T>): Promise<T> {
    const ended = Promise.withResolvers<void>();
    let returned: Promise<void> | null = null;
    try {
      return await open(() => returned ??= this.#lend(ended.promise));
    } finally {
      ended.resolve();
      await returned;
    }
  }
}
