/**
 * Adds to a list. `list.push(...more)` hands every member over as an argument, and so many as a device or a file may have do not fit on the
 * stack: a test sees that nobody writes that.
 * @module
 */

/** Adds them at the end, one after the other. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const member of more) list.push(member);
}
