import { assertEquals } from "@std/assert";
import type { FailureData } from "../../../../lib/errors.ts";
import type { HostOutcome } from "../../../../lib/events.ts";
import {
  factsOf,
  failureGroups,
  groupTitle,
  isWell,
  noticesOf,
  titleOf,
  verdictOf,
  warningGroups,
} from "../../../../lib/report/formats/digest.ts";
import { foldReport } from "../../../../lib/report/fold/report.ts";
import { at, finished, hostEvents, outcome, SET, started, task, unreachable } from "../sample.ts";

const error = (kind: FailureData["kind"], evidence = "so"): FailureData => ({
  kind,
  action: "do it",
  evidence,
});

const ENDS: readonly HostOutcome[] = [
  outcome("gone", unreachable("gone")),
  outcome("left", { status: "skipped", error: error("stopped") }),
  outcome("back-1", { status: "rolled_back", error: error("unhealthy", "back-1 is sick") }),
  outcome("torn", { status: "failed", error: error("unhealthy"), rollbackError: error("service") }),
  outcome("back-2", { status: "rolled_back", error: error("unhealthy", "back-2 is sick") }),
  outcome("taken", { status: "rolled_back", was: "changed", error: error("stopped") }),
  outcome("fine"),
];
const tasks = [task("stage"), task("health", { status: "failed", error: error("unhealthy") })];
const report = foldReport([
  started(ENDS.map(({ host }) => host)),
  { at: at(1), type: "warning", message: "mind", host: "fine" },
  { at: at(1), type: "warning", message: "mind", host: "gone" },
  ...ENDS.flatMap((end) => hostEvents(end, end.host.startsWith("back") ? tasks : [])),
  { at: at(1900), type: "stopped", reason: "the budget is spent" },
  finished(ENDS, 2),
]);

Deno.test("failureGroups() has each failure once, the worst first, and none for hosts that were not begun", () => {
  assertEquals(failureGroups(report.hosts).map(({ first, hosts }) => [groupTitle(first), hosts]), [
    ["rollback failed: service", ["torn"]],
    ["rolled back at health: unhealthy", ["back-1", "back-2"]],
    ["unreachable", ["gone"]],
    ["rolled back because others failed", ["taken"]],
  ]);
});

Deno.test("titleOf(), verdictOf() and noticesOf() say how a run ended", () => {
  assertEquals(titleOf(report), "deploy of 2.4.1 (3f9a12cd) on 7 hosts");
  assertEquals([verdictOf(report), isWell(report)], ["5 of 7 hosts went wrong", false]);
  assertEquals(noticesOf(report), ["Stopped: the budget is spent"]);
  const well = foldReport([started(["a"]), ...hostEvents(outcome("a")), finished([outcome("a")])]);
  assertEquals([verdictOf(well), isWell(well), noticesOf(well)], ["all hosts are ok", true, []]);
  const killed = foldReport([started(["a"])]);
  assertEquals([verdictOf(killed), isWell(killed), noticesOf(killed).length], [
    "the run has not ended",
    false,
    1,
  ]);
  const stopped = foldReport([started(["a"], { artifacts: [], dryRun: true }), {
    at: at(9),
    type: "interrupted",
  }, finished([], 130)]);
  assertEquals([titleOf(stopped), verdictOf(stopped)], [
    "deploy on 1 host (dry run)",
    "not every host was reached",
  ]);
  assertEquals(noticesOf(stopped), ["Interrupted: the user asked to stop."]);
});

Deno.test("factsOf() counts no bytes that an earlier run has sent", () => {
  const ends = [outcome("a", { run: "20261124T021900Z-000000" }), outcome("b")];
  const facts = new Map(factsOf(foldReport([
    started(["a", "b"], { resumes: "20261124T021900Z-000000", artifacts: [SET] }),
    ...ends.flatMap((end) => hostEvents(end)),
    finished(ends),
  ])));
  assertEquals([facts.get("sent"), facts.get("took"), facts.get("resumes")], [
    "2.1 MB",
    "2.0s",
    "20261124T021900Z-000000",
  ]);
});

Deno.test("warningGroups() has each warning once, with its hosts", () => {
  assertEquals(warningGroups(report.warnings), [{ first: "mind", hosts: ["fine", "gone"] }]);
});
