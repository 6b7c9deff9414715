/**
 * Ranges in host names: `edge-[01:50]`, `[a:f]`, `[1:9:2]`, several of them in one name.
 * @module
 */
import { parseAddress } from "./address.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** More than any fleet has, and few enough to hold: a slip such as `[1:1000000000]` must not eat the memory. */
const MOST_NAMES = 100_000;

/** Why a name cannot be expanded; the message says what was found and what was expected. */
export class RangeProblem extends Error {
  override readonly name = "RangeProblem";

  constructor(message: string, readonly hint?: string) {
    super(message);
  }
}

/** Said of a range without a host in it. */
export const BACKWARDS = "found a range that runs backwards and so names no host";

/** The hosts that a key under `hosts:` names, in order, and the port that it gives them. Throws RangeProblem. */
export function expandHostKey(key: string): { readonly names: readonly string[]; readonly port?: number } {
  const address = parseAddress(key);
  const names = expandRanges(address?.host ?? key);
  if (address?.port === undefined) return { names };
  if (address.port < 1 || address.port > 65535) {
    throw new RangeProblem(`found the port ${address.port}, expected one from 1 to 65535`);
  }
  return { names, port: address.port };
}

function expandRanges(name: string): string[] {
  const open = name.indexOf("[");
  if (open < 0) return [name];
  const close = name.indexOf("]", open);
  if (close < 0) throw new RangeProblem('found a "[" without a "]", expected a range such as [01:50]');
  const head = name.slice(0, open);
  const tails = expandRanges(name.slice(close + 1));
  const bounds = sequence(name.slice(open + 1, close));
  if (bounds.length * tails.length > MOST_NAMES) throw tooMany(bounds.length * tails.length);
  return bounds.flatMap((bound) => tails.map((tail) => head + bound + tail));
}

/** The members of `01:50`, `a:f` or `1:9:2`. */
function sequence(range: string): string[] {
  const [begin = "", end = "", stride = "1", ...more] = range.split(":");
  const expected = "expected begin:end or begin:end:step, of numbers or of single letters";
  if (!range.includes(":") || more.length > 0) {
    const hint = /^\w+-\w+$/.test(range) ? `did you mean "[${range.replace("-", ":")}]"?` : undefined;
    throw new RangeProblem(`found the range [${range}], ${expected}`, hint);
  }
  const step = /^\d+$/.test(stride) ? Number(stride) : 0;
  if (step < 1) throw new RangeProblem(`found the step "${stride}" in [${range}], expected a number from 1`);
  const numeric = /^\d*$/.test(begin) && /^\d+$/.test(end);
  const lettered = /^[a-z]$/i.test(begin) && /^[a-z]$/i.test(end);
  if (!numeric && !lettered) throw new RangeProblem(`found the range [${range}], ${expected}`);

  // Ansible's order of letters: all small ones before all capitals.
  const first = numeric ? Number(begin) : LETTERS.indexOf(begin);
  const last = numeric ? Number(end) : LETTERS.indexOf(end);
  const padded = numeric && begin.startsWith("0") && begin.length > 1;
  if (padded && begin.length !== end.length) {
    throw new RangeProblem(`found the range [${range}], expected as many digits in its end as in its begin`);
  }
  // To Ansible, numbers that run backwards are no host, and letters are a mistake.
  if (first > last && numeric) return [];
  if (first > last) {
    throw new RangeProblem(`found the range [${range}], expected its begin not to come after its end`);
  }
  const count = Math.floor((last - first) / step) + 1;
  if (count > MOST_NAMES) throw tooMany(count);
  return Array.from({ length: count }, (_, i) => {
    const member = first + i * step;
    return numeric ? String(member).padStart(padded ? begin.length : 0, "0") : LETTERS[member]!;
  });
}

function tooMany(count: number): RangeProblem {
  return new RangeProblem(`found a range of ${count} hosts, expected at most ${MOST_NAMES}`);
}
