import { assertEquals } from "@std/assert";
import { taskName, taskNames } from "../../../../lib/report/words/tasks.ts";

Deno.test("taskName() says of which set a task was, and that it brought the old one back", () => {
  assertEquals(taskName({ task: "commit" }), "commit");
  assertEquals(taskName({ task: "commit", rollback: true }), "commit (rollback)");
  assertEquals(taskName({ task: "commit", set: "model", rollback: true }), "model: commit (rollback)");
});

Deno.test("taskNames() names each task and set once", () => {
  assertEquals(taskNames([{ task: "stage" }, { task: "commit" }]), "stage, commit");
  const both = ["stage", "commit"].flatMap((task) => ["a", "b"].map((set) => ({ task, set })));
  assertEquals(taskNames(both), "stage, commit (a, b)");
});
