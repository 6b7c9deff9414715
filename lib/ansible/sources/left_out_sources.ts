/**
 * Sources that are left out of an inventory because they cannot be read, if the user has asked for that; each is named in one warning.
 * @module
 */
import { formatProblem, type Problem } from "../../errors.ts";

/** The option by which they are, as every command has it. */
export const SKIP_OPTION = "--skip-unreadable-sources";

/** What is wrong with sources, by the file that each is named by. */
export type Unreadable = ReadonlyMap<string, readonly Problem[]>;

/** Grows while the rest is read. */
export class LeftOut {
  readonly #sources = new Map<string, readonly Problem[]>();

  has(file: string): boolean {
    return this.#sources.has(file);
  }

  add(unreadable: Unreadable): void {
    for (const [file, problems] of unreadable) this.#sources.set(file, problems);
  }

  /** Everything that is wrong with them. */
  problems(): Problem[] {
    return [...this.#sources.values()].flat();
  }

  /** The warning that names each of them and why; none if nothing is left out. */
  warning(): Problem | undefined {
    if (this.#sources.size === 0) return undefined;
    const lines = [...this.#sources.values()].map(([first, ...more]) => {
      const { hint: _, ...without } = first!;
      return formatProblem(without) + (more.length === 0 ? "" : ` (and ${more.length} more)`);
    });
    const what = lines.length === 1
      ? "1 source that cannot be read, with all its hosts"
      : `${lines.length} sources that cannot be read, with all their hosts`;
    return { where: SKIP_OPTION, message: `left out ${what}:\n${lines.join("\n")}` };
  }
}
