/**
 * The text that replaces what was left out.
 * @module
 */

/** The words for what is missing: `… 1234 bytes left out …`. */
export function leftOut(count: number, units: string): string {
  return `… ${count} ${units} left out …`;
}

/** The first lines of a list, and how many more there are: for texts that name one thing a line. */
export function firstOf(lines: readonly string[], most: number, noun: string): string[] {
  if (lines.length <= most) return [...lines];
  return [...lines.slice(0, most), leftOut(lines.length - most, `more ${noun}`)];
}
