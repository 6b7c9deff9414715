import { assertEquals } from "@std/assert";
import { foldReport } from "../../../../lib/report/report.ts";
import { jsonView, ndjsonView } from "../../../../lib/report/views/json.ts";
import { outcome, started, task, wholeRun } from "../sample.ts";

const events = wholeRun([outcome("a"), outcome("b")], [task("stage", { detail: { text: "a\nb" } })]);

Deno.test("jsonView() prints the report and nothing else, at the end", () => {
  const written: string[] = [];
  const view = jsonView((text) => written.push(text));
  events.slice(0, -1).forEach(view);
  assertEquals(written, []);
  view(events.at(-1)!);
  view.close();
  assertEquals(written.length, 1);
  assertEquals(JSON.parse(written[0]!), JSON.parse(JSON.stringify(foldReport(events))));
});

Deno.test("jsonView() prints what is known, when the run breaks off", () => {
  const written: string[] = [];
  const view = jsonView((text) => written.push(text));
  view.close();
  view(started(["a"]));
  view.close();
  assertEquals(JSON.parse(written.join("")).finishedAt, null);
});

Deno.test("ndjsonView() prints every event as one line, as it happens", () => {
  const written: string[] = [];
  const view = ndjsonView((text) => written.push(text));
  events.forEach((event, index) => {
    view(event);
    assertEquals(written.length, index + 1);
  });
  view.close();
  assertEquals(written.map((line) => JSON.parse(line)), events);
  assertEquals(written.every((line) => line.indexOf("\n") === line.length - 1), true);
});
