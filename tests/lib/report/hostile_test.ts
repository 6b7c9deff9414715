/**
 * Every view and every format, given a run in which all that a device, an inventory or a set could say is hostile. A format that is added
 * has its line here, or `every format is tried` fails.
 */
import { assert, assertEquals } from "@std/assert";
import type { Event, Json } from "../../../lib/events.ts";
import { formats } from "../../../lib/report/formats/mod.ts";
import { foldReport } from "../../../lib/report/fold/report.ts";
import { openRun } from "../../../lib/report/record/run_dir.ts";
import { jsonView, ndjsonView } from "../../../lib/report/terminal/json.ts";
import { plainView } from "../../../lib/report/terminal/plain.ts";
import { prettyView } from "../../../lib/report/terminal/pretty.ts";
import { assertHarmless, hostileText, hostileTexts } from "../../hostile.ts";
import { at, finished, hostEvents, outcome, started, task, unreachable } from "./sample.ts";

/** These are ours: a device has no say in them. */
const OURS = new Set([
  "at",
  "type",
  "status",
  "kind",
  "for",
  "was",
  "startedAt",
  "finishedAt",
]);

/** The same event, with all that could come from outside beginning, or ending, with hostile words. */
function spoil(event: Event, words: (text: string) => string): Event {
  const through = (value: Json, key?: string): Json => {
    if (typeof value === "string") return key !== undefined && OURS.has(key) ? value : words(value);
    if (Array.isArray(value)) return value.map((item) => through(item as Json));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        key === "detail" ? words(name) : name,
        through(inner as Json, name),
      ]),
    );
  };
  return through(event as unknown as Json) as unknown as Event;
}

/** A run with all that there is to tell. */
function runOf(dryRun: boolean): Event[] {
  const failure = {
    kind: "unhealthy",
    action: "check",
    host: "b",
    evidence: "e\nf",
    next: "n\nm",
    log: "l\nk",
  } as const;
  const tasks = [
    task("stage", {
      status: "changed",
      steps: ["send", "two\nlines"],
      detail: { said: "a\nb", list: ["x"], one: "y" },
    }),
    task("health", { status: "failed", error: failure }),
    task("commit", { status: "changed", rollback: true, steps: ["back"] }),
  ];
  const ends = [
    outcome("a"),
    outcome("b", { status: "failed", error: failure, rollbackError: failure }),
    outcome("c", unreachable("c")),
    outcome("d", { status: "rolled_back", error: { ...failure, host: "d" } }),
    outcome("e", {
      status: "rolled_back",
      was: "changed",
      error: { ...failure, kind: "stopped", host: "e" },
    }),
    outcome("f", { status: "ok", run: "20261124T021944Z-000000" }),
    outcome("g", { status: "skipped", error: { ...failure, kind: "stopped", host: "g" } }),
  ];
  const hosts = ends.map(({ host }) => host);
  return [
    started(hosts, {
      dryRun,
      resumes: "20261124T021944Z-000000",
      waves: [{ name: "canary", hosts: hosts.slice(0, 1) }, { name: "rest", hosts: hosts.slice(1) }],
      options: { cwd: "/tmp", given: { inventory: ["x"] } },
    }),
    { at: at(1), type: "wave-started", wave: 1 },
    { at: at(2), type: "warning", message: "odd\nin two lines" },
    { at: at(2), type: "warning", host: "a", message: "odd" },
    ...hostEvents(ends[0]!, tasks),
    { at: at(1300), type: "wave-waiting", wave: 2, for: "pause", seconds: 3 },
    { at: at(1301), type: "wave-started", wave: 2 },
    ...ends.slice(1).flatMap((end) => hostEvents(end, tasks)),
    { at: at(1900), type: "stopped", reason: "too many\nfailed" },
    { at: at(1901), type: "interrupted" },
    finished(ends, 2),
  ];
}

/** What our own views write to a terminal on purpose: colours, the way up, erasing. */
// deno-lint-ignore no-control-regex -- escape sequences are what it is about
const OURS_OF_TERMINAL = /\r?\x1b\[\d*[AJ]|\x1b\[\d+m|\r/g;

/** Everything that is printed or written of a run. */
async function* outputs(events: readonly Event[]): AsyncGenerator<[what: string, text: string]> {
  for (const verbosity of [0, 2]) {
    const said: string[] = [];
    const view = plainView((text) => said.push(text), {
      verbosity,
      details: true,
      releases: true,
      runDir: hostileText,
    });
    events.forEach(view);
    yield [`plain -v ${verbosity}`, said.join("")];
    const drawn: string[] = [];
    const pretty = prettyView((text) => drawn.push(text), {
      verbosity,
      details: true,
      releases: true,
      clock: { now: () => Date.parse(at(5000)) + drawn.length * 1000, every: () => () => {} },
      size: () => ({ columns: 60, rows: 20 }),
    });
    events.forEach(pretty);
    yield [`pretty -v ${verbosity}`, drawn.join("\n").replace(OURS_OF_TERMINAL, "")];
  }
  const report = foldReport(events);
  for (const { name, render } of formats) yield [name, [...render(report)].join("")];
  const lines: string[] = [];
  events.forEach(ndjsonView((text) => lines.push(text)));
  yield ["ndjson", lines.join("")];
  const whole: string[] = [];
  const reports = await Deno.makeTempDir({ prefix: "hostile-" });
  try {
    const run = await openRun(reports, "20261124T021945Z-3f9a00");
    events.forEach(run.listener);
    events.forEach(jsonView((text) => whole.push(text), run.report));
    yield ["json", whole.join("")];
    await run.finish();
    yield ["events.ndjson", await Deno.readTextFile(`${run.path}/events.ndjson`)];
    yield ["report.json", await Deno.readTextFile(`${run.path}/report.json`)];
    for await (const { name } of Deno.readDir(`${run.path}/hosts`)) {
      yield [`hosts/${name}`, await Deno.readTextFile(`${run.path}/hosts/${name}`)];
    }
  } finally {
    await Deno.remove(reports, { recursive: true });
  }
}

Deno.test("views, formats and files of a run carry nothing hostile, wherever it stands", async () => {
  for (const words of [...hostileTexts, hostileText]) {
    for (const spoiled of [(text: string) => words + text, (text: string) => `${text} ${words}`]) {
      const events = runOf(words.length % 2 === 0).map((event) => spoil(event, spoiled));
      for await (const [what, text] of outputs(events)) {
        assert(text.length > 100, what);
        assertHarmless(text, `${what}, ${JSON.stringify(words.slice(0, 40))}`);
      }
    }
  }
});

Deno.test("JSON of a run says the same values as its events, however hostile", async () => {
  const events = runOf(false).map((event) => spoil(event, (text) => hostileText + text));
  for await (const [what, text] of outputs(events)) {
    if (what === "events.ndjson" || what === "ndjson") {
      assertEquals(
        text.trimEnd().split("\n").map((line) => JSON.parse(line)),
        JSON.parse(JSON.stringify(events)),
        what,
      );
    }
    if (what === "report.json" || what === "json") {
      assertEquals(JSON.parse(text), JSON.parse(JSON.stringify(foldReport(events))), what);
    }
  }
});
