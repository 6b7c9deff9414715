import { assertEquals } from "@std/assert";
import type { Scenario } from "../../bench/results.ts";
import { targetLines } from "../../bench/targets.ts";

function scenario(state: string, keyExchange: string, times: Readonly<Record<string, number>>): Scenario {
  const cost = {
    controllerCpuMs: 1,
    clientsCpuMs: 1,
    devicesCpuMs: 1,
    peakRssKib: 1,
    treePeakKib: 1,
    connections: 1,
    trafficBytes: 1,
  };
  const contenders = Object.entries(times).map(([name, wallMs]) => ({
    name,
    forks: 20,
    samples: wallMs > 0 ? [{ wallMs, ...cost }] : [],
  }));
  return { hosts: 50, setMb: 2, state, keyExchange, contenders };
}

Deno.test("targetLines() judges what was measured, by the key exchange", () => {
  const first = { floor: 1000, lockstep: 1400 };
  assertEquals(
    targetLines([scenario("first deploy", "default", first), scenario("first deploy", "curve25519", first)]),
    [
      "first deploy, 50 hosts, 2 MB, default: 1.40 × floor (at most 1.3: **missed**)",
      "first deploy, 50 hosts, 2 MB, curve25519: 1.40 × floor (at most 1.5: reached)",
    ],
  );
});

Deno.test("targetLines() tells how many times as fast as the others, and says nothing of who failed", () => {
  assertEquals(
    targetLines([scenario("nothing to change", "default", { lockstep: 1000, ansible: 12_000, mitogen: 0 })]),
    ["nothing to change, 50 hosts, 2 MB, default: 12.00 × as fast as ansible (at least 10: reached)"],
  );
});
