import { assert, assertEquals } from "@std/assert";
import { newRun } from "../../../lib/run/context.ts";
import { isRunId } from "../../../lib/run/id.ts";

Deno.test("newRun() names the run by when it begins, and is no dry one, when nothing else is said", () => {
  const run = newRun("deploy");
  assert(isRunId(run.id));
  assertEquals(run.id.slice(0, 8), run.startedAt.toISOString().slice(0, 10).replaceAll("-", ""));
  assertEquals([run.command, run.dryRun, run.diff, run.force, run.slow], [
    "deploy",
    false,
    false,
    false,
    false,
  ]);
  assert(/^[^@]+@[^@]+$/.test(run.who), run.who);
  assertEquals(newRun("plan", { dryRun: true }).dryRun, true);
});
