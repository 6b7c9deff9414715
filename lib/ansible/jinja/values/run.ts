/**
 * What evaluating one variable may take, whatever its templates say: so many steps, texts and lists of some length, and no more time in
 * regular expressions than anybody would wait.
 * @module
 */
import { TooSlow, within } from "../../patterns/bounded_regex.ts";
import type { Json } from "../../../plain/json.ts";
import type { Sealed } from "../../vault/sealed.ts";
import { Excess } from "./template_error.ts";

/** Far more than a loop over a fleet of ten thousand takes. */
const MOST_STEPS = 500_000;
/** Characters of a text, or members of a list, that an expression makes. */
const LARGEST = 1_000_000;
const DEEPEST = 400;
/** For all regular expressions of one variable together. Milliseconds. */
const REGEX_TIME = 2000;

/** The secrets that are part of a value: whether there is an encrypted one, and those that are secret by the name of their variable. */
export interface Secrets {
  readonly opened: boolean;
  readonly named: readonly string[];
}

const NO_SECRETS: Secrets = { opened: false, named: [] };
const MOST_NAMED = 100;

/** One evaluation: what is left of all that, and which secrets are part of what it comes to. */
export class Run {
  #secrets: Secrets = NO_SECRETS;
  #steps = 0;
  #depth = 0;
  #regexTime = REGEX_TIME;

  /** Counts so many steps. Throws an Excess if they are too many. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS) throw new Excess("a template that does not end");
  }

  /** Allows a text or list of a size, before it is made; its making counts as steps. Throws an Excess if it is too large. */
  size(size: number): void {
    if (!(size <= LARGEST)) throw new Excess("a template whose result is too long");
    this.spend(Math.ceil(size / 64));
  }

  /** Does `work` one level deeper. Throws an Excess if that is too deep. */
  deeper<T>(work: () => T): T {
    if (++this.#depth > DEEPEST) throw new Excess("a template that is nested too deeply");
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }

  /** The plain value of an encrypted one. Throws a CannotOpen. */
  open(sealed: Sealed): Json {
    const value = sealed.open();
    this.add({ opened: true, named: [] });
    return value;
  }

  /** Secrets are part of it from now on. */
  add({ opened, named }: Secrets): void {
    if (!opened && named.length === 0) return;
    const { opened: before, named: known } = this.#secrets;
    this.#secrets = {
      opened: opened || before,
      named: [...known, ...named.slice(0, MOST_NAMED - known.length)],
    };
  }

  /** Does `work`, and says which secrets are part of what it comes to. They are not part of this evaluation for that. */
  apart<T>(work: () => T): readonly [result: T, secrets: Secrets] {
    const before = this.#secrets;
    this.#secrets = NO_SECRETS;
    try {
      return [work(), this.#secrets];
    } finally {
      this.#secrets = before;
    }
  }

  /** Whether what this evaluation comes to is secret, and is not known to be so yet. */
  isSecret(outcome: unknown): boolean {
    const { opened, named } = this.#secrets;
    return opened || named.some((text) => !String(outcome).includes(text));
  }

  /** Does `work`, which runs a regular expression. Throws an Excess if there is no time left. */
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
