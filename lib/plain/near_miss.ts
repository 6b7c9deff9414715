/**
 * "Did you mean": names that are close enough to be a typo.
 * @module
 */

/** Edits between two words: a letter added, dropped or replaced, or two neighbours swapped, each counts one. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, beforeLast[j - 2]! + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** The candidate nearest to `word`, if it is at most two edits away (one for words shorter than five letters). */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let limit = word.length < 5 ? 1 : 2;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const distance = editDistance(word, candidate);
    if (distance > limit || (distance === limit && best !== undefined)) continue;
    best = candidate;
    limit = distance;
  }
  return best;
}

/** `did you mean "hosts"?`, or nothing if no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const name = nearest(word, candidates);
  return name === undefined ? undefined : `did you mean "${name}"?`;
}

/**
 * The variable that `name` was most likely meant to be. Stricter than `nearest()`, because users name variables as they like:
 * two edits count only in a name of several words, each with all but one of its letters (two in a long word): `deploy_date` is no
 * misspelt `deploy_path`.
 */
export function misspeltVariable(name: string, known: Iterable<string>): string | undefined {
  const plain = bare(name);
  let second: string | undefined;
  for (const candidate of known) {
    if (bare(candidate) === plain) return candidate;
    if (Math.abs(candidate.length - name.length) > 2) continue;
    const distance = editDistance(name, candidate);
    if (distance === 1) return candidate;
    if (distance === 2 && sameWords(name, candidate)) second ??= candidate;
  }
  return second;
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, "");
}

function sameWords(a: string, b: string): boolean {
  const [left, right] = [a.split("_"), b.split("_")];
  return left.length > 1 && left.length === right.length &&
    left.every((word, i) => editDistance(word, right[i]!) <= (right[i]!.length >= 6 ? 2 : 1));
}
