/**
 * The small files by which a device remembers: the journal of a switch that is not confirmed yet, the holder of its lock, and its
 * history. They are written and read by different runs, perhaps of different versions: a line that is not understood is skipped.
 * @module
 */
import { Fields } from "../fact.ts";

/** A switch that was begun and is not confirmed. It is written before the live name changes and removed once the service is well. */
export interface Journal {
  /** What the live name is to link to. */
  readonly release: string;
  /** What it linked to when the last confirmed set was live; "" if there was none. */
  readonly previous: string;
  readonly run: string;
  /** ISO 8601. */
  readonly since: string;
  /** The service has been restarted since the switch. */
  readonly restarted: boolean;
  /** The start of the service (its invocation) that runs on the set in `previous`; "" if that is not known. */
  readonly serving: string;
}

export function parseJournal(lines: readonly string[]): Journal | null {
  const fields = new Fields(lines.join("\n"));
  const release = fields.get("release");
  if (release === "") return null;
  return {
    release,
    previous: fields.get("previous"),
    run: fields.get("run"),
    since: fields.get("since"),
    restarted: fields.get("restarted") === "yes",
    serving: fields.get("serving"),
  };
}

/** Who holds a device's lock. */
export interface LockHolder {
  readonly run: string;
  /** `user@controller`. */
  readonly who: string;
  readonly since: string;
}

/** The lock is a link whose text is "PID START BOOT RUN+TOKEN SINCE WHO": see lock.sh. */
export function parseLock(text: string): LockHolder | null {
  const [, , , session = "", since = "", ...who] = text.split(" ");
  const [run = ""] = session.split("+");
  return run === "" ? null : { run, since, who: who.join(" ") };
}

/** A line of the history. */
export interface History {
  readonly at: string;
  readonly run: string;
  /** `deploy`, `rollback`; `rolled_back` if a deploy failed and was undone. */
  readonly event: string;
  readonly release: string;
  readonly version: string | null;
  readonly previous: string | null;
}

export function parseHistory(line: string): History | null {
  if (line === "") return null;
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== "object" || entry === null) return null;
    const text = (key: string): string | null => {
      const value: unknown = Reflect.get(entry, key);
      return typeof value === "string" ? value : null;
    };
    return {
      at: text("at") ?? "",
      run: text("run") ?? "",
      event: text("event") ?? "",
      release: text("release") ?? "",
      version: text("version"),
      previous: text("previous"),
    };
  } catch {
    return null;
  }
}
