/**
 * A run is a stream of events, one JSON object per line in `events.ndjson`. Everything that a person or a script sees of a run is a fold
 * over them; nothing else holds state. Times are ISO 8601 in UTC, durations milliseconds, sizes bytes.
 * @module
 */
import type { FailureData } from "./errors.ts";
import type { Json } from "./plain/json.ts";

/** Raised when a reader of an older `events.ndjson` or `report.json` would misread a newer one. */
export const SCHEMA = 1;

/** How a host ended. In a dry run `changed` means would change. */
export type HostStatus = "ok" | "changed" | "failed" | "rolled_back" | "unreachable" | "skipped";

/** How a task ended. */
export type TaskStatus = "ok" | "changed" | "skipped" | "failed";

export type { Json } from "./plain/json.ts";

/** The artifact set of a run. */
export interface ArtifactsSummary {
  /** Release id: the first 16 hex digits of the sha256 of `metadata.json`. */
  readonly id: string;
  /** `version` of `metadata.json`, if it has one. */
  readonly version: string | null;
  /** How many files its manifest lists. */
  readonly files: number;
  /** The size of these files together. */
  readonly bytes: number;
  /** If the set has templates: the release id of each host, by the host's name. */
  readonly rendered?: Readonly<Record<string, string>>;
}

/** One task on one host, as reports carry it. */
export interface TaskReport {
  /** The task's name. */
  readonly task: string;
  /** If the host has several sets: which of them it was about. */
  readonly set?: string;
  /** How it ended. */
  readonly status: TaskStatus;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Milliseconds. */
  readonly durationMs: number;
  /** What was (in a dry run: would be) carried out, in order, in words. */
  readonly steps: readonly string[];
  /** What the task found: the health answer, the release that is live, the files that were sent. */
  readonly detail?: { readonly [key: string]: Json };
  /** Why it failed. */
  readonly error?: FailureData;
  /** Set on the tasks that brought the old set back after a failure. */
  readonly rollback?: true;
}

/** What is live of one set of a host that has several. */
export interface SetOutcome {
  /** Its name in the inventory. */
  readonly set: string;
  /** Whether the run changed it, or would in a dry run. */
  readonly changed: boolean;
  /** The release that is live now; null if none or not known. */
  readonly release: string | null;
  /** The release that was live before. */
  readonly previousRelease: string | null;
}

/** How a host ended, as reports carry it, without its tasks. */
export interface HostOutcome {
  /** The host's name in the inventory. */
  readonly host: string;
  /** How it ended. */
  readonly status: HostStatus;
  /** 1-based; 0 if a command has no waves. */
  readonly wave: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Milliseconds. */
  readonly durationMs: number;
  /** Artifact bytes that travelled to the host. */
  readonly bytesSent: number;
  /** The release that is live now; null if none or not known. */
  readonly release: string | null;
  /** The release that was live before. */
  readonly previousRelease: string | null;
  /** If the host has several sets: each of them. `release` and `previousRelease` are those of the first. */
  readonly sets?: readonly SetOutcome[];
  /** What failed first. A rollback never replaces it. */
  readonly error?: FailureData;
  /** What failed while the old set was brought back: the host needs a person. */
  readonly rollbackError?: FailureData;
  /** Set if the host had ended well before, and was rolled back because others failed: how it had ended. */
  readonly was?: "changed";
  /** Set if the host ended so in this earlier run, which the present one goes on with: it was not touched again. */
  readonly run?: string;
}

/** Hosts that are taken together: the next wave begins when all of them have ended. */
export interface Wave {
  /** As the user wrote it: `canary`, `10%`, `1`. */
  readonly name: string;
  /** Names, in the order in which they are begun. */
  readonly hosts: readonly string[];
}

/** How many hosts ended how. */
export interface Summary {
  /** All of them. */
  readonly hosts: number;
  /** Nothing was to do. */
  readonly ok: number;
  /** Changed, or in a dry run would change. */
  readonly changed: number;
  /** Failed, and not taken back. */
  readonly failed: number;
  /** Failed, and the old set is live again. */
  readonly rolled_back: number;
  /** No session could be opened. */
  readonly unreachable: number;
  /** Not begun. */
  readonly skipped: number;
}

/** What happens in a run, in the order in which it happens. `at` is when. */
export type Event =
  & { readonly at: string }
  & (
    | {
      readonly type: "run-started";
      readonly schema: typeof SCHEMA;
      readonly run: string;
      readonly command: string;
      readonly dryRun: boolean;
      readonly hosts: readonly string[];
      readonly forks: number;
      /** One a distinct local set; empty if the command sends nothing. */
      readonly artifacts: readonly ArtifactsSummary[];
      /** In order; wave 1 is the first. One of all hosts if the command knows none. */
      readonly waves: readonly Wave[];
      /** What the user asked for, as far as `resume` needs it. */
      readonly options?: Json;
      /** The run that this one goes on with. */
      readonly resumes?: string;
    }
    /** A wave is not started yet: so many seconds are let pass, or somebody is asked. */
    | {
      readonly type: "wave-waiting";
      readonly wave: number;
      readonly for: "pause" | "confirm";
      readonly seconds?: number;
    }
    | { readonly type: "wave-started"; readonly wave: number }
    | { readonly type: "warning"; readonly host?: string; readonly message: string }
    /** Also told about a host that had ended, when it is taken back: it has not ended any more. */
    | { readonly type: "host-started"; readonly host: string; readonly wave: number }
    | {
      readonly type: "task-started";
      readonly host: string;
      readonly task: string;
      readonly set?: string;
      readonly rollback?: true;
    }
    | ({ readonly type: "task-finished"; readonly host: string } & TaskReport)
    /** All-or-nothing: the release is verified on the host, which waits for the others. */
    | { readonly type: "host-prepared"; readonly host: string }
    /** The last word on a host, unless a later one follows that has `was`. */
    | ({ readonly type: "host-finished" } & HostOutcome)
    /** No host is begun any more: the failure budget is spent, a wave was not confirmed. */
    | { readonly type: "stopped"; readonly reason: string }
    /** The user asked to stop: no new host is begun. */
    | { readonly type: "interrupted" }
    | { readonly type: "run-finished"; readonly exitCode: number; readonly summary: Summary }
  );

/** Somebody who is told about every event as it happens. */
export type Listener = (event: Event) => void;
