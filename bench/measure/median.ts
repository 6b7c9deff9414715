/**
 * The value that a few slow runs do not move, and the ratio of two of them.
 * @module
 */
/** The middle value; the mean of the two in the middle if there is none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("Cannot take the median of nothing");
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return (sorted[Math.floor(at)]! + sorted[Math.ceil(at)]!) / 2;
}

/** Ratio of the medians of two contenders' times. */
export function ratio(runs: readonly Timed[], base: readonly Timed[]): number {
  return median(runs.map(({ wallMs }) => wallMs)) / median(base.map(({ wallMs }) => wallMs));
}

interface Timed {
  readonly wallMs: number;
}
