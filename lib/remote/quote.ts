/**
 * A word for a POSIX shell. Used for one thing only: the fixed command line that starts the session loop on a device, whose text is
 * ours. Values from outside never pass through it: they are sent as data, through the session.
 * @module
 */
export function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
