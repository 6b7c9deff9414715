import { assertEquals } from "@std/assert";
import { inFlightLines } from "../../bench/in_flight_table.ts";
import type { Cost } from "../../bench/measure/measure.ts";

function cost(peakRssKib: number, controllerCpuMs: number): Cost {
  return {
    wallMs: 1,
    controllerCpuMs,
    clientsCpuMs: 1,
    devicesCpuMs: 1,
    peakRssKib,
    treePeakKib: 1,
    connections: 200,
    trafficBytes: 1,
  };
}

Deno.test("inFlightLines() takes the growth of memory from few to many in flight, for one more host", () => {
  const found = {
    hosts: 200,
    setMb: 2,
    cases: [{ forks: 10, runs: [cost(100_000, 1)] }, { forks: 200, runs: [cost(200_000, 4000)] }],
  };
  assertEquals(inFlightLines(found), [
    "its own memory, 200 hosts, 2 MB: 102 MB with 10 in flight, 205 MB with 200; for one more 0.54 MB (at most 0.5: **missed**)",
    "its own CPU a host, 200 hosts, 200 in flight: 20.00 ms (at most 15: **missed**)",
  ]);
});
