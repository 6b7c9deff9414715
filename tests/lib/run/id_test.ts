import { assert, assertEquals, assertMatch } from "@std/assert";
import { isRunId, newRunId } from "../../../lib/run/id.ts";

Deno.test("newRunId() sorts by time and differs, when two begin at once", () => {
  const now = new Date("2026-11-24T02:19:45.678Z");
  assertMatch(newRunId(now), /^20261124T021945Z-[0-9a-f]{6}$/);
  assert(newRunId(now) < newRunId(new Date("2026-11-24T02:19:46Z")));
  assert(new Set(Array.from({ length: 50 }, () => newRunId(now))).size > 40);
});

Deno.test("isRunId() knows a run by its name, and nothing that lies beside it", () => {
  assert(isRunId(newRunId(new Date())));
  const others = [
    "latest",
    "",
    "20261124T021945Z",
    "20261124T021945Z-3f9a1c.old",
    "x20261124T021945Z-3f9a1c",
  ];
  assertEquals(others.filter(isRunId), []);
});
