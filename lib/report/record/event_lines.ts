/**
 * A run's events as they lie in its file, a line each. A file that is not ours is not read.
 * @module
 */
import { join } from "@std/path";
import { UsageError } from "../../errors.ts";
import { type Event, SCHEMA } from "../../events.ts";
import { distrustOf, ownUid } from "./ownership.ts";

/** The name of the file, in a run's folder. */
export const EVENTS = "events.ndjson";

/** The first event; null if the run was killed before it had told anything. */
export async function firstEvent(path: string): Promise<Event | null> {
  try {
    for await (const { text } of linesOf(path)) return JSON.parse(text);
    return null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The events, one after the other. A torn last line, as a kill leaves it, is skipped. Throws a UsageError for another line that is none. */
export async function* eventsOf(path: string): AsyncGenerator<Event> {
  let begun = false;
  let at = 0;
  for await (const { text, whole } of linesOf(path)) {
    at++;
    if (text === "") continue;
    let event: Event;
    try {
      event = JSON.parse(text);
    } catch (error) {
      if (!whole) break;
      throw new UsageError([{ where: path, line: at, message: `not an event: ${messageOf(error)}` }]);
    }
    if (!begun) checkStart(event, path);
    begun = true;
    yield event;
  }
  if (!begun) checkStart(undefined, path);
}

function checkStart(first: Event | undefined, path: string): void {
  if (first?.type !== "run-started") {
    throw UsageError.of(
      path,
      "does not start with a run-started event",
      "the run was killed before it started",
    );
  }
  if (first.schema > SCHEMA) {
    throw UsageError.of(
      path,
      `has schema ${first.schema}, this Lockstep reads up to ${SCHEMA}`,
      "update Lockstep",
    );
  }
}

/** The lines of a file, one after the other; the last one is not `whole` if no newline ends it. */
async function* linesOf(path: string): AsyncGenerator<{ text: string; whole: boolean }> {
  const file = await openOwn(path);
  // The parts of a line that is longer than one of them are put together once.
  let parts: string[] = [];
  for await (const part of file.readable.pipeThrough(new TextDecoderStream())) {
    const [first = "", ...others] = part.split("\n");
    parts.push(first);
    for (const other of others) {
      yield { text: parts.join(""), whole: true };
      parts = [other];
    }
  }
  const rest = parts.join("");
  if (rest !== "") yield { text: rest, whole: false };
}

/** Opens a run's events, and looks once more at what was opened: a folder above may have been swapped since its name was looked at. */
async function openOwn(path: string): Promise<Deno.FsFile> {
  const file = await Deno.open(path);
  const own = await ownUid(join(path, "..", ".."));
  const distrust = own === undefined ? null : distrustOf(path, await file.stat(), own);
  if (distrust === null) return file;
  file.close();
  throw UsageError.of("run", `${path} ${distrust.reason}`, distrust.fix);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
