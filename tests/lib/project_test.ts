import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/errors.ts";
import { defineProject, isProject } from "../../lib/project.ts";
import { defineTask, type Task } from "../../lib/task.ts";

const reboot = defineTask({
  name: "reboot",
  observe: () => Promise.resolve(null),
  plan: () => ({ status: "ok" }),
});

Deno.test("defineProject() has the pipelines by name, whatever holds their tasks", () => {
  const project = defineProject({ pipelines: { reboot: [reboot], "wipe-2_x": new Set([reboot]) } });
  assertEquals([...project.pipelines.keys()], ["reboot", "wipe-2_x"]);
  assertEquals([...project.pipelines.get("wipe-2_x")!], [reboot]);
  assert(isProject(project));
});

Deno.test("defineProject() refuses names that no command line has, and what is no task", () => {
  const cases: [pipelines: Record<string, unknown>, says: string][] = [
    [{ "": [reboot] }, 'pipelines: found the name ""'],
    [{ "Re boot": [reboot] }, 'found the name "Re boot"'],
    [{ "-x": [reboot] }, 'found the name "-x"'],
    [{ reboot: [] }, "pipelines.reboot: found no task"],
    [{ reboot: [reboot, undefined] }, "pipelines.reboot: found something else at 1, expected a task"],
    [{ reboot: [{ name: "reboot" }] }, "pipelines.reboot: found something else at 0"],
    [{ reboot: [reboot, reboot] }, 'found two tasks called "reboot"'],
  ];
  for (const [pipelines, says] of cases) {
    assertThrows(() => defineProject({ pipelines: pipelines as Record<string, Task[]> }), UsageError, says);
  }
});

Deno.test("isProject() is true only of what defineProject() has made", () => {
  for (const value of [undefined, null, 1, {}, { pipelines: new Map() }]) assert(!isProject(value));
});
