import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Failure } from "../../lib/errors.ts";
import { defineFact } from "../../lib/facts/fact.ts";
import { program } from "../../lib/remote/program.ts";
import { type ActingHost, defineTask, type Plan, type Step } from "../../lib/task.ts";
import { newRun, plainSettings } from "../local_device.ts";

const step = (title: string): Step => ({ title, program: program(title, ""), args: [] });

/** A host that notes what is done to it. */
function fakeHost(options: { dryRun?: boolean; undo?: string; act?: (step: Step) => Promise<string> } = {}) {
  const acted: string[] = [];
  /** What should have been looked at afresh after the last step. */
  const afresh: unknown[] = [];
  const host: ActingHost = {
    settings: plainSettings("/opt/iot-inference"),
    run: newRun(options.dryRun ?? false),
    release: { id: "0123456789abcdef", version: "1", files: [] },
    undo: options.undo ?? null,
    blamed: null,
    changed: () => false,
    switched: false,
    look: () => Promise.reject(new Error("not asked for")),
    ask: () => Promise.reject(new Error("not asked for")),
    act: async (steps, changes = []) => {
      const outputs: string[] = [];
      for (const step of steps) {
        acted.push(step.title);
        try {
          outputs.push(await (options.act?.(step) ?? "output"));
        } catch (error) {
          return { outputs, failure: Failure.from(error, "act", "edge-1") };
        }
      }
      afresh.push(...changes);
      return { outputs };
    },
  };
  return { host, acted, afresh };
}

/** A task that decides first one thing, then another. */
function deciding(...plans: Plan[]) {
  let looks = 0;
  return defineTask({
    name: "task",
    action: () => "do it",
    observe: () => Promise.resolve(looks++),
    plan: (look) => plans[Math.min(look, plans.length - 1)]!,
  });
}

const change: Plan = { status: "change", why: "it differs", steps: [step("one"), step("two")] };

Deno.test("defineTask() carries the steps out in order, looks again, and is changed", async () => {
  const fact = defineFact({ program: program("f", ""), args: () => [], parse: (output) => output });
  let looks = 0;
  const task = defineTask({
    name: "task",
    changes: [fact],
    observe: () => Promise.resolve(looks++),
    plan: (look) => look === 0 ? { ...change, detail: { a: 1, b: 1 } } : { status: "ok", detail: { b: 2 } },
  });
  const { host, acted, afresh } = fakeHost();
  const { report } = await task.run(host);
  assertEquals([report.task, report.status, report.steps, report.detail], [
    "task",
    "changed",
    ["one", "two"],
    { a: 1, b: 2 },
  ]);
  assertEquals([acted, afresh, looks], [["one", "two"], [fact], 2]);
  assertEquals(report.error, undefined);
  assert(!("rollback" in report));
});

Deno.test("defineTask() tells plan() after the steps what was found before them", async () => {
  let looks = 0;
  const seen: unknown[] = [];
  const task = defineTask<number>({
    name: "task",
    observe: () => Promise.resolve(++looks),
    plan: (look, _host, _variables, before) => {
      seen.push([look, before]);
      return before === undefined ? change : { status: "ok" };
    },
  });
  const { host } = fakeHost();
  assertEquals((await task.run(host)).report.status, "changed");
  assertEquals(seen, [[1, undefined], [2, 1]]);
});

Deno.test("defineTask() does nothing if there is nothing to do, or in a dry run", async () => {
  for (const status of ["ok", "skipped"] as const) {
    const { host, acted } = fakeHost();
    const { report } = await deciding({ status, detail: { why: "so" } }).run(host);
    assertEquals([report.status, report.steps, report.detail, acted], [status, [], { why: "so" }, []]);
  }
  const { host, acted, afresh } = fakeHost({ dryRun: true });
  const { report } = await deciding(change).run(host);
  assertEquals([report.status, report.steps, acted, afresh], ["changed", ["one", "two"], [], []]);
});

Deno.test("defineTask() fails where its steps do not remove the difference", async () => {
  const { host } = fakeHost();
  const { report } = await deciding(change).run(host);
  assertEquals([report.status, report.error?.kind, report.error?.action], [
    "failed",
    "not-converged",
    "do it",
  ]);
  assertStringIncludes(report.error?.evidence ?? "", "it differs");
});

Deno.test("defineTask() fails at the first step that does, and reports those that were begun", async () => {
  const failure = new Failure({ kind: "no-space", action: "program", host: "edge-1", evidence: "full" });
  const { host, acted } = fakeHost({
    act: (step) => step.title === "one" ? Promise.reject(failure) : Promise.resolve(""),
  });
  const { report } = await deciding(change).run(host);
  assertEquals([report.status, report.steps, acted], ["failed", ["one"], ["one"]]);
  assertEquals([report.error?.kind, report.error?.action, report.error?.host], [
    "no-space",
    "do it",
    "edge-1",
  ]);
});

Deno.test("defineTask() never throws, whatever its parts do", async () => {
  const throwing = [
    defineTask({
      name: "task",
      observe: () => Promise.reject(new TypeError("look")),
      plan: () => ({ status: "ok" }),
    }),
    defineTask({
      name: "task",
      observe: () => Promise.resolve(),
      plan: () => {
        throw new TypeError("plan");
      },
    }),
    defineTask({
      name: "task",
      observe: () => {
        throw new TypeError("at once");
      },
      plan: () => ({ status: "ok" }),
    }),
  ];
  for (const task of throwing) {
    const { report } = await task.run(fakeHost().host);
    assertEquals([report.status, report.error?.kind, report.error?.host], ["failed", "fault", "edge-1"]);
  }
});

Deno.test("defineTask() passes on refusals and warnings, before and after its steps", async () => {
  const refusal: Plan = {
    status: "failed",
    failure: { kind: "unsuitable", evidence: "no", next: "mend it" },
    detail: { seen: true },
    warning: "mind",
  };
  const { report, warning } = await deciding(refusal).run(fakeHost().host);
  assertEquals([report.status, report.error, report.detail, warning], [
    "failed",
    { kind: "unsuitable", evidence: "no", next: "mend it", action: "do it", host: "edge-1" },
    { seen: true },
    "mind",
  ]);
  const late = await deciding({ ...change, warning: "first" }, refusal).run(fakeHost().host);
  assertEquals([late.report.status, late.report.error?.kind, late.warning], [
    "failed",
    "unsuitable",
    "first",
  ]);
});

Deno.test("defineTask() keeps what a step's output says, and marks what brings the old set back", async () => {
  const plan: Plan = {
    status: "change",
    why: "",
    steps: [{ ...step("one"), detail: (output) => ({ said: output }) }],
  };
  const { host } = fakeHost({ undo: ".lockstep/releases/x" });
  const { report } = await deciding(plan, { status: "ok" }).run(host);
  assertEquals([report.detail, report.rollback], [{ said: "output" }, true]);
});
