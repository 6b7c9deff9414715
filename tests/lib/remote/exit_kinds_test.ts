import { assertEquals } from "@std/assert";
import { kindOfExit } from "../../../lib/remote/exit_kinds.ts";
import prelude from "../../../lib/remote/prelude.sh" with { type: "text" };

Deno.test("kindOfExit() knows every exit code of die in prelude.sh", () => {
  const told = [...prelude.matchAll(/^\s+([a-z-]+)\) exit (\d+) ;;$/gm)];
  assertEquals(told.length, 11);
  for (const [, kind, code] of told) assertEquals(kindOfExit(Number(code)), kind as unknown);
});

Deno.test("kindOfExit() takes every other code for the program's own", () => {
  for (const code of [1, 2, 79, 91, 126, 127, 137, 255]) assertEquals(kindOfExit(code), "exit");
});
