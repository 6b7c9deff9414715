import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { chosen } from "../../../../lib/cli/commands/deploy.ts";
import { UsageError } from "../../../../lib/errors.ts";
import type { Task } from "../../../../lib/task.ts";

const pipeline = ["preflight", "backup", "stage"].map((name): Task => ({
  name,
  switches: false,
  run: () => Promise.reject(new Error("not run")),
}));

Deno.test("chosen() takes the named tasks, in the pipeline's order", () => {
  const cases: [only: string | undefined, names: string[]][] = [
    [undefined, ["preflight", "backup", "stage"]],
    ["stage", ["stage"]],
    ["stage,preflight", ["preflight", "stage"]],
    [" backup , stage ,", ["backup", "stage"]],
    ["stage,stage", ["stage"]],
  ];
  for (const [only, names] of cases) {
    assertEquals(chosen(pipeline, only === undefined ? {} : { only }).map(({ name }) => name), names, only);
  }
});

Deno.test("chosen() names every word that is no task, and what was meant", () => {
  const error = assertThrows(() => chosen(pipeline, { only: "stagee,backup,preflihgt" }), UsageError);
  assertEquals(error.problems.length, 2);
  assertStringIncludes(error.message, 'did you mean "stage"');
  assertStringIncludes(error.message, 'did you mean "preflight"');
  for (const empty of ["", " ", ","]) {
    assertThrows(() => chosen(pipeline, { only: empty }), UsageError, "found no task");
  }
});
