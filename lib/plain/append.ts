/**
 * Appends to a list. `list.push(...more)` passes every member as an argument, and a device or a file may have too many for the
 * stack: a test checks that no code does that.
 * @module
 */

/** Adds them at the end, one after the other. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const member of more) list.push(member);
}
