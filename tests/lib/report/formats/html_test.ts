import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { esc, html } from "../../../../lib/report/formats/html.ts";
import { foldReport } from "../../../../lib/report/fold/report.ts";
import { hostEvents, names, outcome, started, task, unreachable, wholeRun } from "../sample.ts";
import { HOSTILE, nasty, runWith } from "./hostile.ts";

const page = (report: Parameters<typeof html.render>[0]) => [...html.render(report)].join("");

/** The tags without what is free text; what may differ in how it is laid out is not in it. */
function shape(text: string): string[] {
  return [...text.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/content="[^"]*"/g, ""));
}

Deno.test("html.render() needs nothing from elsewhere and runs nothing", () => {
  const text = page(runWith("x"));
  assertStringIncludes(text, `content="default-src 'none'; style-src 'unsafe-inline'"`);
  assert(!/<script|<link|<img|<iframe|@import|url\(|\son\w+=/i.test(text));
  assertEquals([...text.matchAll(/(?:href|src)="([^"#])/g)].length, 0, "every link leads into the page");
});

Deno.test("html.render() says what went wrong before it lists hosts, each failure once", () => {
  const gone = names(60).map((name) => outcome(name, unreachable(name)));
  const report = foldReport(wholeRun([outcome("fine"), ...gone], [task("preflight")]));
  const text = page(report);
  const main = text.slice(text.indexOf("<main>"));
  assertStringIncludes(text, "<h1>deploy of 2.4.1 (3f9a12cd) on 61 hosts</h1>");
  assertStringIncludes(text, "60 of 61 hosts went wrong");
  assertEquals([...main.matchAll(/class="group /g)].length, 1);
  assert(main.indexOf("What went wrong") < main.indexOf("<h2>Hosts</h2>"));
  assertStringIncludes(main, "and 20 more</summary>");
  assert(main.indexOf('id="unreachable"') < main.indexOf('id="changed"'));
  assertEquals([...main.matchAll(/<details class="host">/g)].length, 61);
});

Deno.test("html.render() says what would change, each plan once, when the run was dry", () => {
  const steps = [task("stage", { status: "changed", steps: ["send a<b"] })];
  const text = page(foldReport(wholeRun([outcome("a"), outcome("b")], steps, { dryRun: true })));
  assertEquals([...text.matchAll(/<pre>stage\n {2}send a&#60;b<\/pre>/g)].length, 1);
  assertStringIncludes(text, "<b>2</b> would change");
});

Deno.test("html.render() leads every link to something in the page", () => {
  const text = page(runWith("x"));
  const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assertEquals(new Set(ids).size, ids.length);
  const links = [...text.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
  assert(links.length > 5);
  for (const link of links) assert(ids.includes(link), link);
});

Deno.test("html.render() says so, when the run has no end", () => {
  const text = page(foldReport([started(["a", "b"]), ...hostEvents(outcome("a"))]));
  assertStringIncludes(text, "The record of this run has no end");
  assertStringIncludes(text, 'class="verdict failed"');
});

Deno.test("html.render() has the same tags, whatever the texts in it", () => {
  // A text of several lines stands in a block of its own.
  for (
    const [text, like] of [...HOSTILE, ...nasty(200)].map((text) => [text, /[\n]/.test(text) ? "x\nx" : "x"])
  ) {
    assertEquals(shape(page(runWith(text!))), shape(page(runWith(like!))), JSON.stringify(text));
  }
});

Deno.test("esc() leaves nothing that could end a text or an attribute", () => {
  for (const text of [...HOSTILE, ...nasty(2000)]) {
    // deno-lint-ignore no-control-regex -- control characters are what must not be there
    assert(!/[<>"'`\x00-\x09\x0b-\x1f\x7f-\x9f]|&(?!#\d+;)/.test(esc(text)), JSON.stringify(text));
  }
});
