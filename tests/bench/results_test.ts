import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  markdown,
  meanPhases,
  ratioRows,
  type Results,
  rowsOf,
  type Sample,
  type Scenario,
  text,
  textTable,
} from "../../bench/results.ts";

function sample(wallMs: number, phases?: Record<string, number>): Sample {
  return {
    wallMs,
    controllerCpuMs: 100,
    clientsCpuMs: 200,
    devicesCpuMs: 300,
    peakRssKib: 2048,
    treePeakKib: 4096,
    connections: 50,
    trafficBytes: 1_500_000,
    ...(phases === undefined ? {} : { phases }),
  };
}

const scenario: Scenario = {
  hosts: 50,
  setMb: 2,
  state: "first deploy",
  keyExchange: "default",
  contenders: [
    { name: "floor", forks: 20, samples: [sample(900), sample(1000), sample(5000)] },
    { name: "lockstep", forks: 20, samples: [sample(2500), sample(3500), sample(9000)] },
    { name: "ansible", forks: 5, samples: [], failed: "ansible reached 49 of 50\n  devices" },
  ],
};
const nothing: Scenario = {
  ...scenario,
  state: "nothing to change",
  contenders: [
    { name: "floor", forks: 20, samples: [sample(1000)] },
    { name: "bare ssh", forks: 20, samples: [sample(500)] },
  ],
};

const results: Results = {
  schema: 2,
  machine: {
    cpu: "some",
    cores: 2,
    memoryGb: 25,
    kernel: "6",
    openssh: "OpenSSH_9.2p1",
    defaultKeyExchange: "sntrup761x25519-sha512",
    deno: "2.9.6",
    packages: { clustershell: "1.9.1-1" },
  },
  comparison: {
    startedAt: "2026-11-24T02:19:45.000Z",
    commit: "abc1234",
    load: 0.2,
    pairs: 3,
    slowRuns: 1,
    seconds: 40,
    contenders: { floor: "the least" },
    missing: { clush: ["clustershell"] },
    scenarios: [{
      ...scenario,
      contenders: [
        scenario.contenders[0]!,
        { name: "lockstep", forks: 20, samples: [sample(3500, { stage: 40, commit: 70 })] },
        scenario.contenders[2]!,
      ],
    }],
    triedForks: [{ contender: "ansible", hosts: 50, setMb: 2, forks: 5, wallMs: 70_000 }],
  },
};

Deno.test("meanPhases() takes the mean over all samples, longest first", () => {
  assertEquals(meanPhases([sample(1, { stage: 4, verify: 10 }), sample(1, { stage: 8 })]), [
    ["stage", 6],
    ["verify", 5],
  ]);
  assertEquals(meanPhases([sample(1)]), []);
});

Deno.test("ratioRows() compares medians with the floor, and leaves empty what was not measured", () => {
  assertEquals(ratioRows([scenario, nothing]), [
    ["× floor", "first deploy, default", "nothing to change, default"],
    ["floor", "1 (1.00 s)", "1 (1.00 s)"],
    ["lockstep", "3.50", ""],
    ["ansible", "failed", ""],
    ["bare ssh", "", "0.50"],
  ]);
});

Deno.test("rowsOf() shows medians and the range of the times, and nothing of who failed", () => {
  const rows = rowsOf([scenario]);
  assertEquals(rows[1], [
    "50 × 2 MB",
    "first deploy",
    "default",
    "lockstep",
    "20",
    "3",
    "3.50 (2.50–9.00)",
    "3.50",
    "0.60",
    "0.10",
    "0.20",
    "0.30",
    "2 MiB",
    "4 MiB",
    "50",
    "1.50 MB",
  ]);
  assertEquals(rows[2]!.slice(3, 9), ["ansible", "5", "0", "failed", "", ""]);
  assertEquals(rows[2]!.length, rows[1]!.length);
});

Deno.test("textTable() lines its columns up", () => {
  const lines = textTable([["a", "b"], ["long", "c"], ["x", "d"]]).split("\n");
  assertEquals(lines.slice(0, 3).map((line) => line.length), [7, 7, 7]);
});

Deno.test("markdown() has a row for each contender, its phases, who is missing, who failed and the forks tried", () => {
  const lines = markdown(results).split("\n");
  assertEquals(lines.filter((line) => line.startsWith("| 50 × 2 MB | first deploy |")).length, 3);
  for (
    const line of [
      "- 50 × 2 MB, first deploy, default, lockstep: commit 0.07, stage 0.04",
      "- clush: not measured, it needs clustershell",
      "- 50 × 2 MB, first deploy, default: ansible is not counted: ansible reached 49 of 50 devices",
      "- ansible, tried on 50 × 2 MB: 5 forks 70.00 s",
    ]
  ) assertEquals(lines.filter((each) => each === line), [line]);
  assertStringIncludes(markdown(results), "clustershell 1.9.1-1");
});

Deno.test("text() tells the targets, and who is missing", () => {
  assertStringIncludes(text(results), "3.50 × floor (at most 1.3: **missed**)");
  assertStringIncludes(text(results), "not measured: clush (needs clustershell)");
});
