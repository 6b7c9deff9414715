/**
 * Ranges in host names: `edge-[01:50]`, `[a:f]`, `[1:9:2]`, several of them in one name.
 * @module
 */
import { parseAddress } from "../address.ts";

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
export const BACKWARDS = "found a range that runs backwards, so it has no hosts";

/** The hosts that a key under `hosts:` names, in order, and the port that it gives them. Throws RangeProblem. */
export function expandHostKey(key: string): { readonly names: readonly string[]; readonly port?: number } {
  const address = parseAddress(key);
  const names = expandRanges(address?.host ?? key);
  // As with Ansible, port 0 is none.
  if (!address?.port) return { names };
  if (address.port > 65535) {
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

/** A number as Python's `int()` reads it. */
const INTEGER = /^\s*[-+]?\d+(?:_\d+)*\s*$/;
const EXPECTED = "expected begin:end or begin:end:step, of numbers or of single letters";

/** The members of `01:50`, `a:f` or `1:9:2`, by the rules of Ansible and so of Python. */
function sequence(range: string): string[] {
  const [written = "", end = "", stride = "1", ...more] = range.split(":");
  if (!range.includes(":") || more.length > 0) {
    const hint = /^\w+-\w+$/.test(range) ? `did you mean "[${range.replace("-", ":")}]"?` : undefined;
    throw new RangeProblem(`found the range [${range}], ${EXPECTED}`, hint);
  }
  const begin = written || "0";
  const width = begin.startsWith("0") && begin.length > 1 ? begin.length : 0;
  if (width > 0 && width !== end.length) {
    throw new RangeProblem(`found the range [${range}], expected as many digits in its end as in its start`);
  }
  const step = INTEGER.test(stride) ? integer(stride) : 0n;
  if (step === 0n) {
    throw new RangeProblem(`found the step "${stride}" in [${range}], expected a number other than 0`);
  }
  const lettered = end !== "" && LETTERS.includes(begin) && LETTERS.includes(end);
  if (!lettered && !(INTEGER.test(begin) && INTEGER.test(end))) {
    throw new RangeProblem(`found the range [${range}], ${EXPECTED}`);
  }
  const first = lettered ? BigInt(LETTERS.indexOf(begin)) : integer(begin);
  const last = lettered ? BigInt(LETTERS.indexOf(end)) : integer(end);
  // To Ansible, numbers that run backwards are no host, and letters are a mistake.
  if (lettered && first > last) {
    throw new RangeProblem(`found the range [${range}], expected its start not to be after its end`);
  }
  // A range of Python ends before the number after the last, whichever way it runs.
  const stop = last + 1n;
  if (step > 0n ? first >= stop : first <= stop) return [];
  const count = Number((step > 0n ? stop - first + step - 1n : stop - first + step + 1n) / step);
  if (count > MOST_NAMES) throw tooMany(count);
  return Array.from({ length: count }, (_, i) => {
    const member = first + BigInt(i) * step;
    return lettered ? LETTERS[Number(member)]! : padded(member, width);
  });
}

function integer(text: string): bigint {
  return BigInt(text.replaceAll("_", ""));
}

/** With zeros behind the sign, as `zfill()` writes them. */
function padded(number: bigint, width: number): string {
  return number < 0n ? `-${String(-number).padStart(width - 1, "0")}` : String(number).padStart(width, "0");
}

function tooMany(count: number): RangeProblem {
  return new RangeProblem(`found a range of ${count} hosts, expected at most ${MOST_NAMES}`);
}
