/**
 * Limits for what a device may send, and how long it may take. Past any of them its session ends with a failure that names the bound, and
 * only that host fails. docs/errors.md lists them.
 * @module
 */

const MIB = 1024 * 1024;

/** Bytes of one program's output that are kept for anyone who asked, and how many may come at all. */
export interface OutputLimit {
  /** Of standard output. */
  readonly bytes: number;
  /** What happens past that: the program's answer is of no use, or its middle is left out. */
  readonly past: "refuse" | "cut";
  /** Each character is one byte: what is no text comes through as it is. */
  readonly raw?: boolean;
}

/** Standard output of a program that is read as a whole: a fact. */
export const OUTPUT: OutputLimit = { bytes: 2 * MIB, past: "refuse" };
/** More of it for every file of the set: its names and digests are printed. */
export const OUTPUT_PER_FILE = 1024;
/** Standard output and standard error of the user's own command, each. */
export const EXEC_OUTPUT: OutputLimit = { bytes: MIB, past: "cut" };
/** Standard error is kept for words in errors. */
export const ERRORS_KEPT = 64 * 1024;
/** What may come on a stream whose middle is left out, for one request. */
export const RECEIVED = 64 * MIB;
/** Standard error of a program whose output is read as a whole. */
export const ERRORS_RECEIVED = 4 * MIB;
/** What may be printed before the session's greeting, on each stream, and what of it is kept as evidence. */
export const NOISE = { received: MIB, kept: 16 * 1024 } as const;

/** The longest line of a marker: an id and an exit code. */
export const MARKER_LINE = 64;
/** Beats that may come at once, after a link has stood still, and how many more each second; the loop sends one every 5 s. */
export const BEATS = { burst: 10_000, perSecond: 1 } as const;

/**
 * Pieces of less than `small` bytes in which the output for one request may come; each costs a moment, whatever is in it. A fact has some for
 * each file, the user's own command may talk line by line.
 */
export const PIECES = { small: 4096, most: 20_000, perFile: 2, exec: 200_000 } as const;

/** After so long without a word, not even a beat, a device is given up. Seconds. */
export const SILENCE = 120;

/** Bytes as a person reads them. */
export function inBytes(bytes: number): string {
  return bytes % MIB === 0
    ? `${bytes / MIB} MiB`
    : bytes % 1024 === 0
    ? `${bytes / 1024} KiB`
    : `${bytes} bytes`;
}
