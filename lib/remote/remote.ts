/**
 * What tasks speak to: programs go out, answers come back. A session (session.ts) and simulated devices stand behind it.
 * @module
 */
import type { OutputLimit } from "./limits.ts";
import type { Program } from "./program.ts";

/** A program with its arguments. */
export interface Call {
  /** What the device runs. */
  readonly program: Program;
  /** The program's positional parameters. */
  readonly args: readonly string[];
  /** Seconds. */
  readonly timeout?: number;
  /** So many of them it waits on purpose. */
  readonly waits?: number;
  /** Its standard input; without it, it reads nothing. */
  readonly payload?: Payload;
}

/** What a program on the device ended with. */
export interface Answer {
  /** Its exit code. */
  readonly code: number;
  /** What it printed. */
  readonly stdout: string;
  /** What it printed as errors. */
  readonly stderr: string;
  /** Those of a batch, from a remote that has no shell to print them one behind the other. */
  readonly parts?: readonly Answer[];
}

/** How a program is run. */
export interface RunOptions {
  /** Seconds after which the program is ended, on the device and here. */
  readonly timeout?: number;
  /** So many of them it waits on purpose, for a service: what limits every program does not count them. */
  readonly waits?: number;
  /** How much it may print, where that is not the usual. */
  readonly output?: OutputLimit;
  /** Bytes that it may print beyond the usual. */
  readonly expected?: number;
  /** When it is ended at the latest, as `performance.now()` counts, whatever else it would be allowed. */
  readonly deadline?: number;
  /** Its standard input; without it, it reads nothing. The program must read exactly these bytes or fail. */
  readonly payload?: Payload;
  /** If the program is a batch: what it consists of. */
  readonly calls?: readonly Call[];
  /** It cannot take long, so it has no limit on the device, where a limit costs more than a small program. */
  readonly short?: boolean;
}

/** Bytes that a program reads as its standard input. */
export interface Payload {
  /** How many bytes `chunks()` yields. */
  readonly bytes: number;
  /** The files that they are, where they are files, for a remote that takes no bytes. */
  readonly files?: readonly { readonly sha256?: string }[];
  /** Seconds that the program may let us wait between two bytes, because it has other work to do. */
  readonly pause?: number;
  /** The bytes. Called once for each time that the program is run. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** What tasks speak to. A simulated device (see simulated/) stands behind the same interface. */
export interface Remote {
  /** Runs a program. Any exit code is an answer; a Failure means that there was none (`timeout`, `dropped`). */
  run(program: Program, args: readonly string[], options?: RunOptions): Promise<Answer>;
  /** Lets the loop end and waits for it, shortly. Never throws. */
  close(): Promise<void>;
}

/** What limits a session, whatever stands behind it. */
export interface SessionOptions {
  /** Seconds until the connection must be open. */
  readonly connectTimeout: number;
  /** Seconds for a program that sets no limit of its own. */
  readonly commandTimeout: number;
  /** Seconds for any program, whatever limit it sets of its own, besides what it waits on purpose. */
  readonly longest?: number;
  /** Ends the session at any moment, even before it is open. */
  readonly signal?: AbortSignal;
  /** Is called with what is worth knowing about the connection. */
  readonly warn?: (message: string) => void;
}
