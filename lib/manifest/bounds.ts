/**
 * How large a manifest may be, here and on a device. Anything larger is a file system rather than a set of artifacts, and reading its list
 * would cost more than sending it.
 * @module
 */
import type { Problem } from "../errors.ts";

/** Files of a set. */
export const MOST_ENTRIES = 50_000;
/** Bytes of a metadata.json; also what a device is asked for at most (see live.sh). */
export const METADATA_BYTES = 8 * 1024 * 1024;
/** Of its JSON: commas, colons and brackets, and brackets inside each other. */
export const JSON_PARTS = 600_000;
export const JSON_DEPTH = 64;
/** Of a name: characters, which is what a path may have, and folders that it lies in. */
export const NAME_LENGTH = 4096;
export const NAME_FOLDERS = 64;
/** Problems that are reported one by one. */
export const PROBLEMS_TOLD = 100;

/** Adds a problem while they are few, and counts the others. */
export class Problems {
  readonly all: Problem[] = [];
  #more = 0;

  constructor(earlier: Iterable<Problem> = []) {
    for (const problem of earlier) this.add(problem);
  }

  get size(): number {
    return this.all.length + this.#more;
  }

  add(problem: Problem): void {
    if (this.all.length < PROBLEMS_TOLD) this.all.push(problem);
    else this.#more++;
  }

  /** Those that were kept, and how many there were besides. */
  told(where: string): Problem[] {
    if (this.#more === 0) return this.all;
    return [...this.all, { where, message: `and ${this.#more} more problems` }];
  }
}
