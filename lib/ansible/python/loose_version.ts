/**
 * Versions as Python's `LooseVersion` orders them: numbers as numbers, words as words.
 * @module
 */

/** Below, at or above 0; undefined if a number meets a word, for which Python has no order. */
export function compareVersions(left: string, right: string): number | undefined {
  const [a, b] = [parts(left), parts(right)];
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [one, other] = [a[at]!, b[at]!];
    if (typeof one !== typeof other) return undefined;
    if (one !== other) return one < other ? -1 : 1;
  }
  return a.length - b.length;
}

function parts(version: string): (bigint | string)[] {
  return version.split(/(\d+|[a-z]+|\.)/).filter((part) => part !== "" && part !== ".")
    .map((part) => /^\d+$/.test(part) ? BigInt(part) : part);
}
