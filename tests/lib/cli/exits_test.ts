import { Command } from "@commander-js/extra-typings";
import { assertEquals, assertRejects } from "@std/assert";
import { exitCodeOf, exits } from "../../../lib/cli/exits.ts";

Deno.test("exitCodeOf() is what the action of the command returned, also of one that has arguments and options", async () => {
  const seen: unknown[] = [];
  const command = new Command("x").argument("[name]").option("--loud").exitOverride()
    .action(exits((name, { loud }) => {
      seen.push([name, loud]);
      return Promise.resolve(75);
    }));
  await command.parseAsync(["edge-1", "--loud"], { from: "user" });
  assertEquals([seen, exitCodeOf(command)], [[["edge-1", true]], 75]);
});

Deno.test("exitCodeOf() is a fault of our own, when no action has returned a code", async () => {
  const command = new Command("x").action(exits(() => Promise.reject(new RangeError("broken"))));
  await assertRejects(() => command.parseAsync([], { from: "user" }), RangeError);
  assertEquals(exitCodeOf(command), 1);
});
