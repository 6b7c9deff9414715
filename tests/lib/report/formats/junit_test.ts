import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { printable } from "../../../../lib/errors.ts";
import { junit, xmlText } from "../../../../lib/report/formats/junit.ts";
import { foldReport } from "../../../../lib/report/fold/report.ts";
import { testWhere } from "../../../support.ts";
import { at, finished, hostEvents, outcome, started, task, unreachable, wholeRun } from "../sample.ts";
import { HOSTILE, nasty, runWith } from "./hostile.ts";

/** The document without what is free text. */
function shape(xml: string): string[] {
  return [...xml.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/="[^"]*"/g, '=""'));
}

Deno.test("junit.render() has a suite a host and a case a task, when a run has ended", () => {
  const error = {
    kind: "unhealthy",
    action: "confirm it",
    host: "edge-2",
    evidence: "503",
    log: "boom",
  } as const;
  const ends = [outcome("edge-1"), outcome("edge-2", { status: "rolled_back", error })];
  const tasks = [
    task("preflight"),
    task("stage", { status: "changed", steps: ["send a"], durationMs: 1234 }),
  ];
  const report = foldReport([
    started(["edge-1", "edge-2"]),
    ...hostEvents(ends[0]!, [...tasks, task("backup", { status: "skipped" })]),
    ...hostEvents(ends[1]!, [
      ...tasks,
      task("health", { status: "failed", error }),
      task("commit", { rollback: true }),
    ]),
    finished(ends, 2),
  ]);
  const xml = [...junit.render(report)].join("");
  assertStringIncludes(xml, 'tests="7" failures="1" errors="0" time="2.000">');
  assertStringIncludes(
    xml,
    '<testsuite name="edge-1" tests="3" failures="0" errors="0" skipped="1" time="1.200"',
  );
  assertStringIncludes(xml, '<testcase name="stage" classname="edge-1" time="1.234">');
  assertStringIncludes(xml, "<system-out>send a</system-out>");
  assertStringIncludes(xml, '<testcase name="commit (rollback)" classname="edge-2" time="0.100"/>');
  assertMatch(
    xml,
    /<testcase name="health" classname="edge-2" time="0.100">\n\s+<failure message="Cannot confirm it on edge-2: 503" type="unhealthy">Cannot confirm it on edge-2: 503\n {2}\| boom<\/failure>/,
  );
  assertStringIncludes(xml, 'timestamp="2026-11-24T02:19:45" hostname="edge-1"');
});

Deno.test("junit.render() gives a host that went wrong without a failed task a case of its own", () => {
  const taken = { kind: "stopped", action: "keep it", evidence: "others failed" } as const;
  const ends = [
    outcome("gone", unreachable("gone")),
    outcome("taken", { status: "rolled_back", was: "changed", error: taken }),
    outcome("torn", { status: "failed", error: taken, rollbackError: { ...taken, kind: "service" } }),
    outcome("left", { status: "skipped", error: taken }),
    outcome("before", { run: "20261124T021900Z-000000" }),
  ];
  const tasks = [[], [task("commit")], [task("health", { status: "failed", error: taken })], [], []];
  const report = foldReport([
    started([...ends.map(({ host }) => host), "cut"]),
    ...ends.flatMap((end, index) => hostEvents(end, tasks[index])),
    { at: at(1300), type: "host-started", host: "cut", wave: 1 },
    { at: at(1400), type: "task-started", host: "cut", task: "stage" },
  ]);
  const suites = new Map(
    [...junit.render(report)].map((suite) => [/<testsuite name="(\w+)"/.exec(suite)?.[1], suite]),
  );
  assertMatch(
    suites.get("gone")!,
    /tests="1" failures="0" errors="1"[^]*<testcase name="deploy"[^]*<error [^>]*type="unreachable"/,
  );
  assertMatch(suites.get("taken")!, /tests="2" failures="1"[^]*<testcase name="deploy"/);
  assertMatch(
    suites.get("torn")!,
    /tests="2" failures="1" errors="1"[^]*<testcase name="rollback"[^]*<error/,
  );
  assertMatch(suites.get("left")!, /tests="1" [^>]*skipped="1"[^]*<skipped message="others failed"\/>/);
  assertMatch(
    suites.get("before")!,
    /failures="0" errors="0" skipped="0"[^]*done in run 20261124T021900Z-000000/,
  );
  assertMatch(suites.get("cut")!, /tests="1" failures="1"[^]*type="interrupted"[^]*ends during stage/);
});

Deno.test("xmlText() leaves nothing that XML 1.0 forbids, and says the same, whatever comes", () => {
  const entities: Record<string, string> = {
    "&#38;": "&",
    "&#60;": "<",
    "&#62;": ">",
    "&#34;": '"',
    "&#39;": "'",
  };
  for (const text of [...HOSTILE, ...nasty(2000)]) {
    const xml = xmlText(text);
    // deno-lint-ignore no-control-regex -- what XML forbids is what must not be there
    assert(!/[^\x09\x0a\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(xml), JSON.stringify(xml));
    assert(!/[<>"']|&(?!#\d+;)/.test(xml), xml);
    const back = xml.replace(/&#\d+;/g, (entity) => entities[entity] ?? "?");
    assertEquals(
      back,
      printable(text).toWellFormed().replace(
        /[\ufffe\uffff]/g,
        (c) => `\\u{${c.charCodeAt(0).toString(16)}}`,
      ),
    );
  }
});

Deno.test("junit.render() has the same tags, whatever the texts in it", () => {
  const harmless = shape([...junit.render(runWith("x"))].join(""));
  for (const text of [...HOSTILE, ...nasty(200)]) {
    assertEquals(shape([...junit.render(runWith(text))].join("")), harmless);
  }
});

testWhere("junit() is read by a parser, whatever the texts in it", { needs: ["xmllint"] }, async () => {
  const file = await Deno.makeTempFile({ suffix: ".xml" });
  const read = async (xpath: string) => {
    const { code, stdout, stderr } = await new Deno.Command("xmllint", { args: ["--xpath", xpath, file] })
      .output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    return new TextDecoder().decode(stdout).replace(/\n$/, "");
  };
  try {
    for (const text of [...HOSTILE, ...nasty(20)]) {
      await Deno.writeTextFile(file, [...junit.render(runWith(text))].join(""));
      assertEquals(await read("count(//testsuite)"), "5");
      assertEquals(
        await read("count(//*)"),
        String(shape([...junit.render(runWith("x"))].join("")).filter((tag) => !/^<[?/]/.test(tag)).length),
      );
    }
    await Deno.writeTextFile(file, [...junit.render(foldReport(wholeRun([outcome("<&\"'é>")])))].join(""));
    assertEquals(await read("string(//testsuite/@name)"), "<&\"'é>");
  } finally {
    await Deno.remove(file);
  }
});
