/**
 * Text in UTF-8, and where it stops being that.
 * @module
 */

/** A file's text; undefined if it is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The line and column, from 1, of the first byte that is not UTF-8. */
export function firstNonUtf8(bytes: Uint8Array): { readonly line: number; readonly col: number } {
  // A newline is never part of a longer sequence, so that a line is whole in itself.
  let [line, start] = [1, 0];
  while (start <= bytes.length) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    const part = bytes.subarray(start, end);
    if (decodeUtf8(part) === undefined) {
      return { line, col: new TextDecoder().decode(part).indexOf("\ufffd") + 1 };
    }
    [line, start] = [line + 1, end + 1];
  }
  throw new Error("a bug of Lockstep: all of it is UTF-8");
}
