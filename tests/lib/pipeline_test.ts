import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/errors.ts";
import { definePipeline } from "../../lib/pipeline.ts";
import { defineTask } from "../../lib/task.ts";

const task = (name: string) =>
  defineTask({ name, observe: () => Promise.resolve(null), plan: () => ({ status: "ok" }) });
const names = (tasks: Iterable<{ readonly name: string }>) => [...tasks].map(({ name }) => name).join(" ");

Deno.test("definePipeline() makes pipelines of a pipeline, and leaves it as it is", () => {
  const pipeline = definePipeline(["stage", "commit", "health"].map(task));
  const cases: [made: Iterable<{ readonly name: string }>, names: string][] = [
    [pipeline.before("commit", task("drain")), "stage drain commit health"],
    [pipeline.before("stage", task("a"), task("b")), "a b stage commit health"],
    [pipeline.after("health", task("undrain")), "stage commit health undrain"],
    [pipeline.after("stage", task("a"), task("b")), "stage a b commit health"],
    [pipeline.without("health"), "stage commit"],
    [
      pipeline.before("commit", task("drain")).after("health", task("undrain")).without("stage"),
      "drain commit health undrain",
    ],
    [pipeline, "stage commit health"],
  ];
  for (const [made, expected] of cases) assertEquals(names(made), expected);
  assertThrows(() => (pipeline as unknown as unknown[]).push(task("x")), TypeError);
});

Deno.test("definePipeline() names the task that is not there, and what was meant", () => {
  const pipeline = definePipeline(["stage", "commit"].map(task));
  for (
    const make of [
      () => pipeline.before("comit", task("a")),
      () => pipeline.after("comit", task("a")),
      () => pipeline.without("comit"),
    ]
  ) {
    const { problems: [problem] } = assertThrows(make, UsageError);
    assertEquals(problem?.message, 'found no task "comit", expected one of stage, commit');
    assertEquals(problem?.hint, 'did you mean "commit"?');
  }
});

Deno.test("definePipeline() refuses two tasks of one name, which reports could not tell apart", () => {
  assertThrows(() => definePipeline([task("a"), task("b"), task("a")]), UsageError, 'two tasks called "a"');
  assertThrows(() => definePipeline([task("a")]).after("a", task("a")), UsageError, 'two tasks called "a"');
});
