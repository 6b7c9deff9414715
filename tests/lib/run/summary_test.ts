import { assertEquals } from "@std/assert";
import type { HostOutcome, HostStatus } from "../../../lib/events.ts";
import { exitCodeOf, onlyLocked, summarize } from "../../../lib/run/summary.ts";
import { outcome, unreachable } from "../report/sample.ts";

const none = { hosts: 0, ok: 0, changed: 0, failed: 0, rolled_back: 0, unreachable: 0, skipped: 0 };

Deno.test("summarize() counts every status", () => {
  const all: HostStatus[] = ["ok", "changed", "failed", "rolled_back", "unreachable", "skipped", "ok"];
  assertEquals(summarize(all), {
    hosts: 7,
    ok: 2,
    changed: 1,
    failed: 1,
    rolled_back: 1,
    unreachable: 1,
    skipped: 1,
  });
  assertEquals(summarize([]), none);
});

Deno.test("exitCodeOf() is the first code that applies", () => {
  const calm = { interrupted: false, locked: false };
  const cases: [Partial<typeof none>, typeof calm, number][] = [
    [{}, calm, 0],
    [{ ok: 2, changed: 1 }, calm, 0],
    [{ ok: 2, skipped: 1 }, calm, 0],
    [{ ok: 2, unreachable: 1 }, calm, 4],
    [{ failed: 1, unreachable: 1 }, calm, 2],
    [{ rolled_back: 1 }, calm, 2],
    [{ failed: 1 }, { interrupted: false, locked: true }, 75],
    [{ failed: 1, unreachable: 1 }, { interrupted: false, locked: true }, 75],
    [{ failed: 1, rolled_back: 1 }, { interrupted: false, locked: true }, 2],
    [{ failed: 1 }, { interrupted: true, locked: true }, 130],
    [{ ok: 1 }, { interrupted: true, locked: false }, 130],
  ];
  for (const [counts, circumstances, code] of cases) {
    assertEquals(
      exitCodeOf({ ...none, ...counts }, circumstances),
      code,
      JSON.stringify([counts, circumstances]),
    );
  }
});

Deno.test("onlyLocked() holds where every failure is another run's lock", () => {
  const locked: HostOutcome = outcome("a", {
    status: "failed",
    error: { kind: "locked", action: "begin", evidence: "another run" },
  });
  const broken: HostOutcome = outcome("b", {
    status: "failed",
    error: { kind: "fault", action: "begin", evidence: "x" },
  });
  const away = outcome("c", unreachable("c"));
  assertEquals(onlyLocked([]), false);
  assertEquals(onlyLocked([outcome("d"), away]), false);
  assertEquals(onlyLocked([locked, outcome("d"), away]), true);
  assertEquals(onlyLocked([locked, broken]), false);
  assertEquals(onlyLocked([locked, { status: "rolled_back" }]), false);
});
