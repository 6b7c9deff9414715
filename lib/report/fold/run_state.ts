/**
 * What the events of a run say of the run itself. Whatever follows a run begins here: its report, and what a terminal shows of it.
 * @module
 */
import type { Event } from "../../events.ts";
import { noteVersions } from "./releases.ts";

export type RunStarted = Extract<Event, { type: "run-started" }>;
export type RunFinished = Extract<Event, { type: "run-finished" }>;

export class RunState {
  /** null before the run has begun. */
  start: RunStarted | null = null;
  /** null before it has ended. */
  end: RunFinished | null = null;
  /** The user asked to stop. */
  interrupted = false;
  /** Why no host is begun any more. */
  stopped: string | null = null;
  /** Versions of the releases that were seen, by release. */
  readonly versions = new Map<string, string>();

  protected note(event: Event): void {
    noteVersions(this.versions, event);
    switch (event.type) {
      case "run-started":
        this.start = event;
        break;
      case "stopped":
        this.stopped ??= event.reason;
        break;
      case "interrupted":
        this.interrupted = true;
        break;
      case "run-finished":
        this.end = event;
        break;
    }
  }
}
