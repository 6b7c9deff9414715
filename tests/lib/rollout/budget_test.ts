import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type FailureKind, UsageError } from "../../../lib/errors.ts";
import type { HostStatus } from "../../../lib/events.ts";
import { type Allowance, allowance, Budget } from "../../../lib/rollout/budget.ts";

function spentAfter(allowed: Allowance, ...ends: (HostStatus | [HostStatus, FailureKind])[]): boolean[] {
  const budget = new Budget(allowed, 10);
  return ends.map((end, at) => {
    const [status, kind] = typeof end === "string" ? [end, "exit" as const] : end;
    budget.note({ host: `h${at}`, status, error: { kind, action: "x", evidence: "y" } });
    return budget.spent !== null;
  });
}

Deno.test("Budget counts failed, rolled back and unreachable hosts, and is spent by one more than it allows", () => {
  const none = { failures: 0, unreachable: null };
  assertEquals(spentAfter(none, "ok", "changed", "skipped", "failed"), [false, false, false, true]);
  assertEquals(spentAfter(none, "rolled_back"), [true]);
  assertEquals(spentAfter(none, "unreachable"), [true]);
  const two = { failures: 2, unreachable: null };
  assertEquals(spentAfter(two, "failed", "rolled_back", "unreachable"), [false, false, true]);
});

Deno.test("Budget counts unreachable hosts apart, when they have a budget of their own", () => {
  const apart = { failures: 0, unreachable: 1 };
  assertEquals(spentAfter(apart, "unreachable", "unreachable"), [false, true]);
  assertEquals(spentAfter(apart, "unreachable", "failed"), [false, true]);
  assertEquals(spentAfter({ failures: 5, unreachable: 0 }, "failed", "unreachable"), [false, true]);
});

Deno.test("Budget does not count a host that another run works on", () => {
  assertEquals(spentAfter({ failures: 0, unreachable: null }, ["failed", "locked"], ["failed", "exit"]), [
    false,
    true,
  ]);
});

Deno.test("Budget.spent names the hosts, how many may, and the option", () => {
  const budget = new Budget({ failures: 1, unreachable: null }, 50);
  for (const host of ["a", "b", "c", "d"]) budget.note({ host, status: "failed" });
  assertEquals(budget.spent, "4 of 50 hosts failed (a, b, c, …); the limit is 1 (--max-failures)");
  // A host that is taken up again and ends well is no failure any more.
  for (const host of ["a", "b", "c"]) budget.note({ host, status: "ok" });
  assertEquals(budget.spent, null);
});

Deno.test("allowance() reads numbers and shares of the fleet, rounded down, and nothing else", () => {
  const cases: [text: string, fleet: number, hosts: number][] = [
    ["0", 50, 0],
    ["3", 50, 3],
    ["10%", 50, 5],
    ["10%", 9, 0],
    ["29%", 100, 29],
    ["0%", 50, 0],
    ["100%", 50, 50],
    [" 2 ", 50, 2],
  ];
  for (const [text, fleet, hosts] of cases) {
    assertEquals(allowance(text, fleet, "--max-failures"), hosts, text);
  }
  for (const text of ["", "-1", "1.5", "101%", "some", "1e2", "%"]) {
    const { message } = assertThrows(() => allowance(text, 50, "--max-failures"), UsageError);
    assertStringIncludes(message, `--max-failures: found ${JSON.stringify(text)}`);
  }
});
