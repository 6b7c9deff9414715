/**
 * The views for programs: standard output holds the report as one JSON document, or the events, one a line, as they happen.
 * @module
 */
import type { Event } from "../../events.ts";
import { ReportFold } from "../report.ts";
import type { View, Writer } from "./view.ts";

/** The final report, and nothing else. */
export function jsonView(out: Writer): View {
  const fold = new ReportFold();
  let begun = false;
  let closed = false;
  const close = () => {
    if (closed || !begun) return;
    closed = true;
    out(JSON.stringify(fold.report(), null, 2) + "\n");
  };
  const listen = (event: Event) => {
    fold.add(event);
    begun ||= event.type === "run-started";
    if (event.type === "run-finished") close();
  };
  return Object.assign(listen, { close });
}

/** Every event, one JSON object a line: what `events.ndjson` holds. */
export function ndjsonView(out: Writer): View {
  return Object.assign((event: Event) => out(JSON.stringify(event) + "\n"), { close: () => {} });
}
