import { assertEquals, assertStringIncludes } from "@std/assert";
import type { FleetSize, FleetSizeCase } from "../../bench/fleet_size.ts";
import { fleetSizeRows, fleetSizeText, growthLines } from "../../bench/fleet_size_table.ts";

function of(hosts: number, memoryMib: number): FleetSizeCase {
  const run = { wallMs: hosts * 1.5, cpuMs: hosts * 0.5, peakRssKib: memoryMib * 1024 };
  const slow = { wallMs: hosts * 9, cpuMs: hosts * 0.6, peakRssKib: memoryMib * 1024 };
  return { hosts, forks: 50, output: "json", runs: [run, slow, run] };
}

const found: FleetSize = {
  startedAt: "2026-11-24T22:00:00.000Z",
  load: 0.5,
  loading: [{ hosts: 10_000, inventoryMs: 150, settingsMs: 90 }],
  cases: [of(2_000, 200), of(10_000, 290)],
};

Deno.test("fleetSizeRows() shows medians beside their limits", () => {
  assertEquals(fleetSizeRows(found), [
    ["2,000", "50", "json", "3.0 s", "1.50 ms ≥ 1", "0.50 ms < 1", "200 MiB < 300"],
    ["10,000", "50", "json", "15.0 s", "1.50 ms ≥ 1", "0.50 ms < 1", "290 MiB < 300"],
  ]);
});

Deno.test("growthLines() compares the largest fleet with the smallest, and says nothing of one size", () => {
  assertEquals(growthLines(found), ["memory of 10,000 hosts to 2,000, 50 at once, json: 1.45 × ≥ 1.25"]);
  assertEquals(growthLines({ ...found, cases: [of(2_000, 200)] }), []);
});

Deno.test("fleetSizeText() has the table, what grows and what loading takes, in either form", () => {
  const text = fleetSizeText(found, "markdown");
  assertStringIncludes(text, "| 10,000 | 50 | json | 15.0 s |");
  assertStringIncludes(text, "- of it, reading an inventory of 10,000 hosts: 150 ms of CPU, and 90 ms for");
  assertStringIncludes(fleetSizeText(found, "text"), "10,000  50       json");
});
