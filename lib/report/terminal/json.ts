/**
 * The views for programs: standard output holds the report as one JSON document, or the events, one a line, as they happen.
 * @module
 */
import type { Event } from "../../events.ts";
import { toJson } from "../../plain/printable.ts";
import type { View, Writer } from "./view.ts";

/** The final report, and nothing else. `report` is asked for it once, at the end: its text in pieces. */
export function jsonView(out: Writer, report: () => Iterable<string>): View {
  let begun = false;
  let closed = false;
  const close = () => {
    if (closed || !begun) return;
    closed = true;
    for (const piece of report()) out(piece);
  };
  const listen = (event: Event) => {
    begun ||= event.type === "run-started";
    if (event.type === "run-finished") close();
  };
  return Object.assign(listen, { close });
}

/** Every event, one JSON object a line: what `events.ndjson` holds. */
export function ndjsonView(out: Writer): View {
  return Object.assign((event: Event) => out(toJson(event) + "\n"), { close: () => {} });
}
