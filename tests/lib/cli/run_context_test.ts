import { assertEquals } from "@std/assert";
import { runContext } from "../../../lib/cli/run_context.ts";

Deno.test("runContext() begins a run with an id of its own", () => {
  const [one, two] = [
    runContext("deploy", { dryRun: false, check: false }),
    runContext("deploy", { dryRun: false, check: true }),
  ];
  assertEquals([one.command, Boolean(one.dryRun), Boolean(two.dryRun)], ["deploy", false, true]);
  assertEquals(one.id === two.id, false);
  assertEquals(/^\S+@\S+$/.test(one.who), true, one.who);
});
