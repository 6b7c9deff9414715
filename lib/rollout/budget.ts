/**
 * The failure budget of a fleet: how many hosts may go wrong before no further one is begun. Pure.
 * @module
 */
import { UsageError } from "../errors.ts";
import type { HostOutcome } from "../events.ts";

/** How many hosts may go wrong. */
export interface Allowance {
  /** Hosts that may be `failed`, `rolled_back` or `unreachable`. */
  readonly failures: number;
  /** Hosts that may be `unreachable`, counted apart; null if they count as failures. */
  readonly unreachable: number | null;
}

/** Of any number. */
export const NO_LIMIT: Allowance = { failures: Infinity, unreachable: null };

/** `3`, or `10%` of the fleet, rounded down. `where` is the option. Throws a UsageError for another form. */
export function allowance(text: string, fleet: number, where: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim()) ?? [];
  const value = Number(digits);
  if (digits !== undefined && (percent ? value <= 100 : Number.isInteger(value))) {
    return percent ? Math.floor(value * fleet / 100) : value;
  }
  throw UsageError.of(
    where,
    `found ${JSON.stringify(text)}, expected a number of hosts or a percentage, such as 3 or 10%`,
  );
}

/**
 * Counts what goes wrong. A host that another run has locked is refused, but nothing is wrong with the release: it does not count.
 * A host that ends twice (it was taken up again) counts as it ended last.
 */
export class Budget {
  readonly #allowed: Allowance;
  readonly #fleet: number;
  readonly #failed = new Set<string>();
  readonly #unreachable = new Set<string>();

  constructor(allowed: Allowance, fleet: number) {
    this.#allowed = allowed;
    this.#fleet = fleet;
  }

  note({ host, status, error }: Pick<HostOutcome, "host" | "status" | "error">): void {
    this.#failed.delete(host);
    this.#unreachable.delete(host);
    if (status === "unreachable" && this.#allowed.unreachable !== null) this.#unreachable.add(host);
    else if (status === "unreachable" || status === "rolled_back") this.#failed.add(host);
    else if (status === "failed" && error?.kind !== "locked") this.#failed.add(host);
  }

  /** Why no host may be begun any more; null while the fleet is within its budget. */
  get spent(): string | null {
    const { failures, unreachable } = this.#allowed;
    if (this.#failed.size > failures) return this.#words(this.#failed, "failed", failures, "--max-failures");
    if (unreachable !== null && this.#unreachable.size > unreachable) {
      return this.#words(this.#unreachable, "unreachable", unreachable, "--max-unreachable");
    }
    return null;
  }

  #words(hosts: ReadonlySet<string>, what: string, allowed: number, option: string): string {
    const names = [...hosts].slice(0, 3).join(", ") + (hosts.size > 3 ? ", …" : "");
    return `${hosts.size} of ${this.#fleet} hosts ${what} (${names}); the limit is ${allowed} (${option})`;
  }
}
