import { assertEquals, assertThrows } from "@std/assert";
import type { Event } from "../../../../lib/events.ts";
import { foldReport } from "../../../../lib/report/fold/report.ts";
import { at, finished, hostEvents, names, NEW, outcome, SET, started, task, wholeRun } from "../sample.ts";

Deno.test("foldReport() has the contract's keys, in its order", () => {
  const report = foldReport(wholeRun([outcome("edge-1")], [task("stage", { status: "changed" })]));
  assertEquals(Object.keys(report).slice(0, 10), [
    "schema",
    "run",
    "command",
    "dryRun",
    "startedAt",
    "finishedAt",
    "exitCode",
    "artifacts",
    "summary",
    "hosts",
  ]);
  assertEquals(report.hosts, [{
    ...outcome("edge-1"),
    tasks: [task("stage", { status: "changed" })],
  }]);
  assertEquals(report.artifacts, SET);
  assertEquals([report.startedAt, report.finishedAt, report.exitCode], [at(0), at(2000), 0]);
  assertEquals("artifactSets" in report, false);
});

Deno.test("foldReport() keeps the inventory's order, whatever the order of finishing", () => {
  const ends = [outcome("b"), outcome("a"), outcome("c")];
  const events = [
    started(["c", "a", "b"]),
    ...ends.flatMap((end) => hostEvents(end)),
    finished(ends),
  ];
  assertEquals(foldReport(events).hosts.map(({ host }) => host), ["c", "a", "b"]);
});

Deno.test("foldReport() keeps apart the tasks of hosts that run at once", () => {
  const events: Event[] = [
    started(["a", "b"]),
    { at: at(1), type: "host-started", host: "a", wave: 1 },
    { at: at(1), type: "host-started", host: "b", wave: 1 },
    { at: at(2), type: "task-finished", host: "b", ...task("preflight") },
    { at: at(3), type: "task-finished", host: "a", ...task("preflight") },
    { at: at(4), type: "task-finished", host: "b", ...task("stage", { detail: { files: 2 } }) },
  ];
  const [a, b] = foldReport(events).hosts;
  assertEquals(a?.tasks.map((t) => t.task), ["preflight"]);
  assertEquals(b?.tasks, [task("preflight"), task("stage", { detail: { files: 2 } })]);
});

Deno.test("foldReport() of a killed run says what is not known, when events end anywhere", () => {
  const ends = [outcome("done"), outcome("midway"), outcome("never")];
  const all = [...hostEvents(ends[0]!, [task("commit")]), ...hostEvents(ends[1]!, [task("commit")])];
  const killed = [started(["done", "midway", "never"]), ...all.slice(0, -2)];
  const report = foldReport(killed);
  assertEquals([report.finishedAt, report.exitCode], [null, null]);
  assertEquals(report.summary, {
    hosts: 3,
    ok: 0,
    changed: 1,
    failed: 1,
    rolled_back: 0,
    unreachable: 0,
    skipped: 1,
  });
  const [, midway, never] = report.hosts;
  assertEquals(midway?.status, "failed");
  assertEquals(midway?.error?.kind, "interrupted");
  assertEquals(midway?.error?.evidence, "the record of the run ends during commit");
  assertEquals([midway?.startedAt, midway?.durationMs], [at(10), 10]);
  assertEquals([never?.status, never?.wave, never?.error], ["skipped", 0, undefined]);
  const between = foldReport([started(["midway"]), ...hostEvents(ends[1]!, [task("commit")]).slice(0, -1)]);
  assertEquals(between.hosts[0]?.error?.evidence, "the record of the run ends between two tasks");
  for (let end = 1; end <= killed.length; end++) {
    assertEquals(foldReport(killed.slice(0, end)).hosts.length, 3);
  }
});

Deno.test("foldReport() throws, when there is no run", () => {
  assertThrows(() => foldReport([]), Error, "run-started");
});

Deno.test("foldReport() keeps warnings, the interruption, and every artifact set if there are more", () => {
  const other = { ...SET, id: "ff" };
  const report = foldReport([
    started(["a"], { artifacts: [SET, other] }),
    { at: at(1), type: "warning", host: "a", message: "unknown unit" },
    { at: at(2), type: "warning", message: "old metadata" },
    { at: at(3), type: "interrupted" },
  ]);
  assertEquals(report.warnings, [
    { at: at(1), host: "a", message: "unknown unit" },
    { at: at(2), message: "old metadata" },
  ]);
  assertEquals(report.interrupted, true);
  assertEquals(report.artifacts, SET);
  assertEquals(report.artifactSets, [SET, other]);
});

Deno.test("foldReport() keeps both failures of a rollback that failed", () => {
  const error = { kind: "service", action: "restart", evidence: "not active" } as const;
  const rollbackError = { kind: "dropped", action: "switch back", evidence: "link ended" } as const;
  const [host] = foldReport(wholeRun([outcome("a", { status: "failed", error, rollbackError })])).hosts;
  assertEquals([host?.error, host?.rollbackError], [error, rollbackError]);
});

Deno.test("foldReport() holds hosts of any name apart, when they are 500", () => {
  const hosts = ["__proto__", "constructor", ...names(498)];
  const report = foldReport(wholeRun(hosts.map((host) => outcome(host)), [task("stage"), task("commit")]));
  assertEquals(report.hosts.length, 500);
  assertEquals(report.hosts.map(({ host }) => host), hosts);
  assertEquals(report.hosts.every(({ tasks, release }) => tasks.length === 2 && release === NEW), true);
  assertEquals(report.summary.changed, 500);
});

Deno.test("foldReport() does not know how a host ended, when it was killed while it was taken back", () => {
  const events: Event[] = [
    started(["edge-1", "edge-2"]),
    ...["edge-1", "edge-2"].map((host): Event => ({ at: at(50), type: "host-finished", ...outcome(host) })),
    { at: at(60), type: "host-started", host: "edge-2", wave: 1 },
    { at: at(70), type: "task-started", host: "edge-2", task: "commit", rollback: true },
  ];
  const [first, second] = foldReport(events).hosts;
  assertEquals([first!.status, second!.status, second!.error?.kind], ["changed", "failed", "interrupted"]);
});
