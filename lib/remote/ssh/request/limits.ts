/**
 * How long a request may take, and how much may be printed for it. Pure but for the clock.
 * @module
 */
import { ERRORS_KEPT, ERRORS_RECEIVED, OUTPUT, OUTPUT_PER_FILE, PIECES, RECEIVED } from "../../limits.ts";
import type { RunOptions } from "../../remote.ts";
import type { StreamLimit } from "../kept.ts";

/** The limits of one request. */
export interface RequestLimits {
  /** Seconds for the program. */
  readonly seconds: number;
  /** Seconds until its deadline. */
  readonly left: number;
  readonly out: StreamLimit;
  readonly err: StreamLimit;
  /** Small pieces that its output may come in. */
  readonly pieces: number;
}

/** What the session is allowed, and the usual if nothing is said. */
interface Allowed {
  readonly commandTimeout: number;
  readonly longest?: number;
  readonly maxOutput?: number;
}

export function limitsOf(
  options: RunOptions,
  { commandTimeout, longest = Infinity, maxOutput = OUTPUT.bytes }: Allowed,
): RequestLimits {
  // A device counts in whole seconds.
  const left = Math.max(1, Math.ceil(((options.deadline ?? Infinity) - performance.now()) / 1000));
  const own = options.timeout ?? commandTimeout;
  const { past, bytes, raw = false } = options.output ??
    { ...OUTPUT, bytes: maxOutput + (options.expected ?? 0) };
  return {
    seconds: Math.min(own, longest + (options.waits ?? 0), left),
    left,
    out: { past, bytes, raw, received: Math.max(RECEIVED, bytes) },
    err: past === "cut"
      ? { past, bytes, received: RECEIVED }
      : { past: "cut", bytes: ERRORS_KEPT, received: ERRORS_RECEIVED },
    pieces: past === "cut"
      ? PIECES.exec
      : PIECES.most + PIECES.perFile * Math.ceil((options.expected ?? 0) / OUTPUT_PER_FILE),
  };
}
