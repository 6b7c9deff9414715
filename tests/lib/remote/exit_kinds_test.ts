import { assertEquals } from "@std/assert";
import { exitOfKind, kindOfExit } from "../../../lib/remote/exit_kinds.ts";
import prelude from "../../../lib/remote/prelude.sh" with { type: "text" };

Deno.test("kindOfExit() knows every exit code of die in prelude.sh", () => {
  const told = [...prelude.matchAll(/^\s+([a-z-]+)\) exit (\d+) ;;$/gm)];
  assertEquals(told.length, 12);
  for (const [, kind, code] of told) assertEquals(kindOfExit(Number(code)), kind as unknown);
});

Deno.test("kindOfExit() takes every other code for the program's own", () => {
  for (const code of [1, 2, 79, 92, 126, 127, 137, 255]) assertEquals(kindOfExit(code), "exit");
});

Deno.test("exitOfKind() gives the code that kindOfExit() reads back, and 1 where a kind has none", () => {
  assertEquals(kindOfExit(exitOfKind("no-space")), "no-space");
  assertEquals(kindOfExit(exitOfKind("timeout")), "timeout");
  assertEquals(exitOfKind("exit"), 1);
});
