/**
 * What the views have in common. A view is a listener that prints: a fold over the events with the writer, and, if it needs them, the
 * clock and the size of the terminal, passed in.
 * @module
 */
import type { Listener } from "../../events.ts";

/** Writes text to where it is read. */
export type Writer = (text: string) => void;

/** A listener that prints. */
export interface View extends Listener {
  /**
   * Prints what is left to print and releases the terminal. Does nothing after `run-finished`, so call it always, in a `finally`:
   * then an interrupted run still prints its result.
   */
  close(): void;
}

/** How much a view shows. */
export interface ViewOptions {
  /** How often `-v` was given. 1 lists every host's tasks, 2 also their steps and what they found. */
  readonly verbosity?: number;
  /** List what the tasks found at any verbosity: for commands that are run in order to look (`status`, `exec`). */
  readonly details?: boolean;
  /** Print at the end which release is live on how many hosts: for commands that ask what runs where. */
  readonly releases?: boolean;
  /** Where the run's files are, for the recap. */
  readonly runDir?: string;
}
