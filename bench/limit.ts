/**
 * How a number is told that has a limit.
 * @module
 */
/** A number beside its limit: `1.21 × floor (at most 1.3: reached)`. */
export function checked(
  value: number,
  limit: number,
  unit: string,
  bound: "at most" | "at least" = "at most",
): string {
  const reached = bound === "at most" ? value <= limit : value >= limit;
  const shown = Number(limit.toFixed(2));
  return `${value.toFixed(2)} ${unit} (${bound} ${shown}: ${reached ? "reached" : "**missed**"})`;
}
