import { assertEquals, assertNotEquals } from "@std/assert";
import {
  failureKey,
  outcomeKey,
  share,
  type Shared,
  sharePlan,
} from "../../../../lib/report/words/groups.ts";
import { outcome, task, unreachable } from "../sample.ts";

Deno.test("share() keeps the first, and every host that it is true of", () => {
  const groups = new Map<string, Shared<number>>();
  share(groups, "a", 1, "edge-1");
  share(groups, "a", 2, "edge-2");
  share(groups, "b", 3, "edge-3");
  assertEquals([...groups.values()], [{ first: 1, hosts: ["edge-1", "edge-2"] }, {
    first: 3,
    hosts: ["edge-3"],
  }]);
});

Deno.test("sharePlan() takes two hosts together only if their steps are equal to the letter", () => {
  const plans: Parameters<typeof sharePlan>[0] = new Map();
  sharePlan(plans, [task("stage", { steps: ["send a"] }), task("health")], "edge-1");
  sharePlan(plans, [task("stage", { steps: ["send a"] })], "edge-2");
  sharePlan(plans, [task("stage", { steps: ["send b"] })], "edge-3");
  assertEquals([...plans.values()].map(({ hosts }) => hosts), [["edge-1", "edge-2"], ["edge-3"]]);
});

Deno.test("failureKey() is the same for two hosts whose words differ in their names and addresses alone", () => {
  const key = (host: string, evidence: string) =>
    failureKey({ kind: "exit", action: "stage", evidence }, host);
  assertEquals(key("edge-1", "edge-1 (10.0.0.1) is full"), key("b.c", "b.c (10.0.0.22) is full"));
  assertNotEquals(key("edge-1", "edge-1 is full"), key("edge-2", "edge-1 is full"));
  assertNotEquals(key("edge-1", "edge-1 is full"), key("edge-1", "edge-10 is full"));
});

Deno.test("outcomeKey() tells apart how hosts ended, and whether the rollback failed, too", () => {
  const away = outcomeKey(outcome("a", unreachable("a")));
  assertEquals(away, outcomeKey(outcome("b", unreachable("b"))));
  const error = { kind: "exit", action: "stage", evidence: "x" } as const;
  const failed = outcomeKey(outcome("a", { status: "failed", error }));
  assertNotEquals(failed, away);
  assertNotEquals(failed, outcomeKey(outcome("a", { status: "failed", error, rollbackError: error })));
});
