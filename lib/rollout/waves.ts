/**
 * Waves: which hosts are taken together, and in which order. Pure.
 * @module
 */
import { append } from "../plain/append.ts";
import { type Problem, UsageError } from "../errors.ts";
import type { Wave } from "../events.ts";

/** What takes the hosts that no wave before it has. */
const REST = "rest";

/** Where waves come from: how they are called in messages, and which hosts a group's name or a pattern stands for. */
export interface WaveSource {
  /** `--waves`, or the place of the variable. */
  readonly where: string;
  /** Throws a UsageError for a pattern that names nothing. */
  readonly matching: (pattern: string) => Iterable<string>;
}

/**
 * Parts the hosts into waves. Each word of `words` is a count (`1`), a share of the fleet (`10%`, rounded down, at least one host), the
 * name of a group or another pattern, or `rest`. A host is in the first wave that takes it; the last count or share goes on until all
 * hosts are taken, as Ansible's `serial` does. Throws a UsageError for a word that cannot be read, and if hosts are left over.
 */
export function planWaves(words: readonly string[], hosts: readonly string[], source: WaveSource): Wave[] {
  const left = new Set(hosts);
  const waves: Wave[] = [];
  const problems: Problem[] = [];
  const take = (name: string, names: readonly string[]): void => {
    for (const host of names) left.delete(host);
    if (names.length > 0) waves.push({ name, hosts: names });
  };
  if (words.length === 0) {
    problems.push({ where: source.where, message: `found no wave, expected ${EXPECTED}` });
  }
  for (const [at, word] of words.entries()) {
    const size = sizeOf(word, hosts.length);
    if (size === null) {
      try {
        const wanted = word === REST ? left : new Set(source.matching(word));
        take(word, hosts.filter((host) => left.has(host) && wanted.has(host)));
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        append(problems, error.problems);
      }
    } else if (Number.isNaN(size)) {
      problems.push({ where: source.where, message: `found ${JSON.stringify(word)}, expected ${EXPECTED}` });
    } else {
      const last = at === words.length - 1;
      do take(word, [...left].slice(0, size)); while (last && left.size > 0);
    }
  }
  if (problems.length === 0 && left.size > 0) {
    problems.push({
      where: source.where,
      message: `${left.size} of ${hosts.length} hosts are in no wave: ${[...left].slice(0, 5).join(", ")}${
        left.size > 5 ? ", …" : ""
      }`,
      hint: `add "${REST}" as the last wave, or leave them out with --limit`,
    });
  }
  if (problems.length > 0) throw new UsageError(problems);
  return waves;
}

const EXPECTED = `a count from 1, a percentage from 1% to 100%, the name of a group, or "${REST}"`;

/** How many hosts a count or a share is; null for a word of another form, NaN for one out of range. */
function sizeOf(word: string, fleet: number): number | null {
  const [, digits, percent] = /^([-+]?[\d.]+)(%?)$/.exec(word) ?? [];
  if (digits === undefined) return null;
  const value = Number(digits);
  if (!percent) return Number.isInteger(value) && value > 0 ? value : NaN;
  return value > 0 && value <= 100 ? Math.max(1, Math.floor(value * fleet / 100)) : NaN;
}
