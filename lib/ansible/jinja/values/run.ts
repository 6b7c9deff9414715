/**
 * What evaluating one variable may take, whatever its templates say: so many steps, texts and lists of some length, and no more time in
 * regular expressions than anybody would wait.
 * @module
 */
import { TooSlow, within } from "../../patterns/bounded_regex.ts";
import type { Json } from "../../../json.ts";
import type { Sealed } from "../../vault/sealed.ts";
import { Excess } from "./template_error.ts";

/** Far more than a loop over a fleet of ten thousand takes. */
const MOST_STEPS = 500_000;
/** Characters of a text, or members of a list, that an expression makes. */
const LARGEST = 1_000_000;
const DEEPEST = 400;
/** For all regular expressions of one variable together. Milliseconds. */
const REGEX_TIME = 2000;

/** One evaluation: what is left of all that, and whether a secret was part of it. */
export class Run {
  /** Whether an encrypted value has been opened. */
  secret = false;
  #steps = 0;
  #depth = 0;
  #regexTime = REGEX_TIME;

  /** Counts so many steps. Throws an Excess where they are too many. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS) throw new Excess("a template that does not come to an end");
  }

  /** Allows a text or list of a size, before it is made; its making counts as steps. Throws an Excess where it is too large. */
  size(size: number): void {
    if (!(size <= LARGEST)) throw new Excess("a template that comes to far too much text");
    this.spend(Math.ceil(size / 64));
  }

  /** Does `work` one level deeper. Throws an Excess where that is too deep. */
  deeper<T>(work: () => T): T {
    if (++this.#depth > DEEPEST) throw new Excess("a template that goes far too deep");
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }

  /** The plain value of an encrypted one. Throws a CannotOpen. */
  open(sealed: Sealed): Json {
    this.secret = true;
    return sealed.open();
  }

  /** Does `work`, which runs a regular expression. Throws an Excess where there is no time left. */
  inTime<T>(work: () => T): T {
    const start = performance.now();
    try {
      return within(this.#regexTime, work);
    } catch (error) {
      if (!(error instanceof TooSlow)) throw error;
      throw new Excess(`a template with a regular expression that cannot be used: ${error.message}`);
    } finally {
      this.#regexTime = Math.max(1, this.#regexTime - (performance.now() - start));
    }
  }
}
