import { assertEquals } from "@std/assert";
import { jsonView, ndjsonView } from "../../../../lib/report/terminal/json.ts";
import { outcome, started, task, wholeRun } from "../sample.ts";

const events = wholeRun([outcome("a"), outcome("b")], [task("stage", { detail: { text: "a\nb" } })]);

Deno.test("jsonView() prints the report and nothing else, at the end", () => {
  const written: string[] = [];
  const view = jsonView((text) => written.push(text), () => ["{", "}\n"]);
  events.slice(0, -1).forEach(view);
  assertEquals(written, []);
  view(events.at(-1)!);
  view.close();
  assertEquals(written, ["{", "}\n"]);
});

Deno.test("jsonView() prints what is known, when the run breaks off", () => {
  const written: string[] = [];
  const view = jsonView((text) => written.push(text), () => ["{}\n"]);
  view.close();
  assertEquals(written, []);
  view(started(["a"]));
  view.close();
  assertEquals(written, ["{}\n"]);
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
