import { assertEquals, assertThrows } from "@std/assert";
import { median } from "../../bench/median.ts";
import { markdown, meanPhases, ratio, rowsOf, type Sample, textTable } from "../../bench/results.ts";

function sample(wallMs: number, phases?: Record<string, number>): Sample {
  return {
    wallMs,
    controllerCpuMs: 100,
    clientsCpuMs: 200,
    devicesCpuMs: 300,
    peakRssKib: 2048,
    connections: 50,
    bytesSent: 1_500_000,
    ...(phases === undefined ? {} : { phases }),
  };
}

const scenario = {
  state: "first deploy",
  keyExchange: "default",
  target: 3,
  contenders: [
    { name: "floor", samples: [sample(900), sample(1000), sample(5000)] },
    { name: "lockstep", samples: [sample(2500), sample(3500), sample(9000)] },
  ],
};

Deno.test("median() takes the middle value, or the mean of the two in the middle", () => {
  assertEquals(median([5, 1, 30]), 5);
  assertEquals(median([4, 1, 30, 2]), 3);
  assertThrows(() => median([]), RangeError);
});

Deno.test("ratio() compares medians, so that one slow run does not count", () => {
  const [base, other] = scenario.contenders;
  assertEquals(ratio(other!.samples, base!.samples), 3.5);
});

Deno.test("meanPhases() takes the mean over all samples, longest first", () => {
  assertEquals(meanPhases([sample(1, { stage: 4, verify: 10 }), sample(1, { stage: 8 })]), [
    ["stage", 6],
    ["verify", 5],
  ]);
  assertEquals(meanPhases([sample(1)]), []);
});

Deno.test("rowsOf() says whether a target was reached, for all but the first contender", () => {
  const verdict = (target: number) => rowsOf([{ ...scenario, target }]).map((row) => row[4]);
  assertEquals(verdict(3), ["1.00", "3.50 > 3"]);
  assertEquals(verdict(3.5), ["1.00", "3.50 ≤ 3.5"]);
});

Deno.test("rowsOf() shows medians and the range of the times", () => {
  assertEquals(rowsOf([scenario])[1], [
    "first deploy",
    "default",
    "lockstep",
    "3.50 (2.50–9.00)",
    "3.50 > 3",
    "0.10",
    "0.20",
    "0.30",
    "2 MiB",
    "50",
    "1.50 MB",
  ]);
});

Deno.test("textTable() lines its columns up", () => {
  const lines = textTable([scenario]).split("\n");
  assertEquals(lines[1]!.indexOf("floor"), lines[2]!.indexOf("lockstep"));
});

Deno.test("markdown() has a row for each contender and a line for each that tells its phases", () => {
  const text = markdown({
    schema: 1,
    startedAt: "2026-11-24T02:19:45.000Z",
    machine: {
      cpu: "some",
      cores: 2,
      kernel: "6",
      openssh: "OpenSSH_9.2p1",
      defaultKeyExchange: "sntrup761x25519-sha512",
      deno: "2.9.6",
    },
    hosts: 50,
    forks: 20,
    setBytes: 2_000_000,
    pairs: 3,
    contenders: { floor: "the least" },
    scenarios: [{
      ...scenario,
      contenders: [scenario.contenders[0]!, {
        name: "lockstep",
        samples: [sample(3500, { stage: 40, commit: 70 })],
      }],
    }],
  });
  assertEquals(text.split("\n").filter((line) => line.startsWith("| first deploy |")).length, 2);
  assertEquals(
    text.split("\n").filter((line) => line.includes("commit")),
    ["- first deploy, default, lockstep: commit 0.07, stage 0.04"],
  );
});
