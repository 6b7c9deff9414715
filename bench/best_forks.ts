/**
 * With how many hosts at once a contender is fastest.
 * @module
 */
import type { Contender } from "./contender.ts";
import { type FleetSpec, isLarge } from "./fleets.ts";
import type { TriedForks } from "./results.ts";

/** Finds it out, once a fleet, for the contenders that want that. */
export class BestForks {
  /** All that was tried. */
  readonly tried: TriedForks[] = [];
  readonly #candidates: readonly number[];
  readonly #others: number;
  readonly #best = new Map<string, { readonly fleet: FleetSpec; readonly forks: number }>();

  /** `others` is for the contenders that do not look for their best. */
  constructor(candidates: readonly number[], others: number) {
    this.#candidates = candidates;
    this.#others = others;
  }

  /**
   * The forks for a contender on a fleet. `run` deploys once with so many and tells the milliseconds. A large fleet takes what was best in
   * the one before it: to try takes minutes there.
   */
  async of(
    { name, tunesForks }: Contender,
    fleet: FleetSpec,
    run: (forks: number) => Promise<number>,
  ): Promise<number> {
    if (tunesForks !== true) return this.#others;
    const known = this.#best.get(name);
    if (known !== undefined && (known.fleet === fleet || isLarge(fleet))) return known.forks;
    const forks = await this.#fastest(name, fleet, run);
    this.#best.set(name, { fleet, forks });
    return forks;
  }

  async #fastest(
    contender: string,
    fleet: FleetSpec,
    run: (forks: number) => Promise<number>,
  ): Promise<number> {
    const { hosts, setMb } = fleet;
    const candidates = [...new Set(this.#candidates.map((forks) => Math.min(forks, hosts)))];
    if (candidates.length === 1) return candidates[0]!;
    const tried: TriedForks[] = [];
    for (const forks of candidates) {
      try {
        tried.push({ contender, hosts, setMb, forks, wallMs: await run(forks) });
      } catch (error) {
        console.error(`${hosts} hosts, ${contender} with ${forks} forks fails: ${error}`);
      }
    }
    this.tried.push(...tried);
    return tried.toSorted((a, b) => a.wallMs - b.wallMs)[0]?.forks ?? candidates[0]!;
  }
}
