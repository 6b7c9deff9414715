/**
 * Devices that misbehave beside devices that are well: what becomes of a run, of its record and of the others, and what it costs.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { restoreState, saveState } from "../../../bench/devices.ts";
import { makeArtifacts } from "../../fleet/support/artifacts.ts";
import { makeFleet } from "../../fleet/support/fleet.ts";
import { corrupt, heal, inWords, type Malice, maliceOf } from "../../fleet/support/hostile.ts";
import { assertWhole } from "../../fleet/support/live.ts";
import { type FleetRun, type Report, startOn } from "../../fleet/support/program.ts";
import { median } from "./dead_hosts.ts";

/** A run of the program, with the most memory that it had. MiB. */
interface Watched extends FleetRun {
  readonly peak: number;
}

/** Seconds that a hostile device may take in all, with the timeouts that are given below. */
const LONGEST = 75;
const TIMEOUTS = ["--timeout", "4", "--connect-timeout", "4", "--task-timeout", "15", "--host-timeout", "25"];
/** Mebibytes on the disk for one host: its events, its file, its part of the report. */
const RECORD = 8;

export interface Fuzzed {
  readonly runs: number;
  /** How hostile hosts ended, and with which kinds of errors. */
  readonly ends: Readonly<Record<string, number>>;
  /** The slowest hostile host. Seconds. */
  readonly slowest: number;
  /** The most memory of a run. MiB. */
  readonly peak: number;
}

/**
 * Runs commands against devices of which some misbehave, differently in every round. Throws, with the seeds, where a run ends in another way
 * than it may, its record is not whole, or a device that is well is not served.
 */
export async function fuzzDevices(
  { hostile, well, rounds, seed, say = () => {} }: {
    readonly hostile: number;
    readonly well: number;
    readonly rounds: number;
    readonly seed: number;
    readonly say?: (line: string) => void;
  },
): Promise<Fuzzed> {
  const names = (kind: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `${kind}-${i}` }));
  await using fleet = await makeFleet({ devices: [...names("hostile", hostile), ...names("well", well)] });
  const sets = [
    await makeArtifacts(join(fleet.dir, "a"), { seed: 1, bytes: 20_000 }),
    await makeArtifacts(join(fleet.dir, "b"), { seed: 2, bytes: 20_000 }),
  ];
  const inventory = await fleet.inventory({ vars: { restart_settle: 0, confirm_timeout: 5 } });
  const cache = join(fleet.dir, "deno");
  const ends = new Map<string, number>();
  let [runs, slowest, peak] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    const malices = new Map<string, Malice>();
    for (const [at, device] of fleet.devices.filter(({ name }) => name.startsWith("hostile")).entries()) {
      const malice = maliceOf(seed + 1000 * round + at);
      malices.set(device.name, malice);
      await corrupt(device, cache, malice);
    }
    const set = sets[round % 2]!;
    // What a device does depends on what it is asked: every other command gets its turn, too.
    const command = round % 3 === 2
      ? ["exec", "--timeout", "4", "--connect-timeout", "4", "--", "seq 1 20000"]
      : ["deploy", "--artifacts", set.dir, "--max-failures", "100%", ...TIMEOUTS];
    const run = await watched(
      startOn(fleet, inventory, [...command.slice(0, 1), "--forks", "8", ...command.slice(1)]),
    );
    runs++;
    const told = `round ${round} of seed ${seed}, ${command[0]}:\n${
      [...malices].map(([name, malice]) => `${name}: ${inWords(malice)}`).join("\n")
    }\n${run.text.slice(-4000)}`;
    assert(run.code === 0 || run.code === 2 || run.code === 4, `exit code ${run.code} in ${told}`);
    const report = await run.report().catch((error) => {
      throw new Error(`${error.message} in ${told}`);
    });
    assertEquals(report.hosts.length, hostile + well, told);
    const events = await Deno.readTextFile(join(run.reports, report.run, "events.ndjson"));
    assert(events.trimEnd().split("\n").at(-1)!.includes('"run-finished"'), told);
    const bytes = await bytesOf(run.reports);
    assert(bytes < RECORD * (hostile + well) * 2 ** 20, `${bytes} bytes of record in ${told}`);
    for (const { host, status, error, durationMs } of report.hosts) {
      if (host.startsWith("well")) {
        assert(status === "ok" || status === "changed", `${host} is ${status} in ${told}`);
        continue;
      }
      assert(durationMs < LONGEST * 1000, `${host} took ${durationMs} ms in ${told}`);
      assert(error?.kind !== "fault", `${host}: ${error?.evidence} in ${told}`);
      slowest = Math.max(slowest, durationMs / 1000);
      const end = error === undefined ? status : `${status} (${error.kind})`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    if (command[0] === "deploy") {
      for (const device of fleet.devices) if (device.name.startsWith("well")) await assertWhole(device, set);
    }
    peak = Math.max(peak, run.peak);
    assert(run.peak < MOST_MEMORY, `${run.peak} MiB in ${told}`);
    say(
      `round ${round}: ${command[0]}, exit code ${run.code}, ${run.peak.toFixed(0)} MiB, ${
        (bytes / 2 ** 20).toFixed(1)
      } MiB of record`,
    );
  }
  return { runs, ends: Object.fromEntries(ends), slowest, peak };
}

/** A run of a few devices, whatever they do. MiB. */
const MOST_MEMORY = 600;

export interface BesideHostile {
  /** Seconds until the last of those that are well was done, one a pair of runs. */
  readonly alone: readonly number[];
  readonly beside: readonly number[];
  /** The controller's memory at most. MiB. */
  readonly memoryAlone: readonly number[];
  readonly memoryBeside: readonly number[];
}

/** What devices do all at once in the measurement, by turns: floods, beats, markers, drops, silence, and much to be kept. */
const TURNS = [
  "flood",
  "flood errors",
  "flood answers",
  "beats",
  "beats after much",
  "drops",
  "flood near markers",
  "flood lines",
  "too much on errors",
  "every fact is a sick set",
  "silent after a request",
  "beats and never answers",
  "greetings without end",
  "flood before",
  "every fact has many lines",
  "every fact lists names",
  "much output",
  "flood both",
  "every fact is long",
  "lines on errors",
];

/**
 * Deploys to a fleet, when all of it is well and when some misbehave, by turns. Throws where those that are always well take more than 1.2 of
 * their time, or the controller more than 1.5 of its memory, in the median of the pairs.
 */
export async function deployBesideHostile(
  { well, hostile, pairs, say }: {
    readonly well: number;
    readonly hostile: number;
    readonly pairs: number;
    readonly say: (line: string) => void;
  },
): Promise<BesideHostile> {
  const every = Math.floor(well / hostile);
  const names: string[] = [];
  for (let i = 0; i < hostile; i++) {
    names.push(`hostile-${i}`);
    for (let j = 0; j < every; j++) names.push(`well-${i}-${j}`);
  }
  await using fleet = await makeFleet({ devices: names.map((name) => ({ name })) });
  const wellOnes = fleet.devices.filter(({ name }) => name.startsWith("well"));
  const hostileOnes = fleet.devices.filter(({ name }) => name.startsWith("hostile"));
  const inventory = await fleet.inventory();
  const [old, next] = [
    await makeArtifacts(join(fleet.dir, "old"), { seed: 1, bytes: 100_000 }),
    await makeArtifacts(join(fleet.dir, "next"), { seed: 2, bytes: 100_000 }),
  ];
  const deploy = (dir: string) =>
    watched(startOn(fleet, inventory, [
      "deploy",
      ...["--artifacts", dir, "--max-failures", "100%", "--timeout", "60"],
    ]));
  const first = await deploy(old.dir);
  assertEquals(first.code, 0, first.text);
  const state = join(fleet.dir, "state");
  await saveState(fleet.devices, state);

  const alone: number[] = [];
  const beside: number[] = [];
  const memoryAlone: number[] = [];
  const memoryBeside: number[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    for (
      const [times, memory, malicious] of [[alone, memoryAlone, false], [beside, memoryBeside, true]] as const
    ) {
      await restoreState(fleet.devices, state);
      for (const [at, device] of hostileOnes.entries()) {
        const malice = { seed: at, honest: 0, ways: [TURNS[at % TURNS.length]!] };
        await (malicious ? corrupt(device, join(fleet.dir, "deno"), malice) : heal(device));
      }
      const run = await deploy(next.dir);
      const report = await run.report();
      const changed = wellOnes.length + (malicious ? 0 : hostile);
      assertEquals([run.code, report.summary.changed], [malicious ? 2 : 0, changed], run.text);
      times.push(lastDone(report));
      memory.push(run.peak);
      const who = malicious ? "beside the hostile" : "all well";
      say(`${who}: ${times.at(-1)!.toFixed(1)} s, ${run.peak.toFixed(0)} MiB`);
    }
  }
  const [time, memory] = [median(beside) / median(alone), median(memoryBeside) / median(memoryAlone)];
  assert(time <= 1.2, `beside the hostile it took ${time.toFixed(2)} times as long`);
  assert(memory <= 1.5, `beside the hostile it took ${memory.toFixed(2)} times the memory`);
  return { alone, beside, memoryAlone, memoryBeside };
}

/** Waits for a run, and watches the memory of its process. */
async function watched(
  { ended, reports }: { readonly ended: Promise<FleetRun>; readonly reports: string },
): Promise<Watched> {
  let over = false;
  const watching = (async () => {
    let peak = 0;
    let pid: number | null = null;
    while (!over) {
      pid ??= await pidOf(reports);
      if (pid !== null) peak = Math.max(peak, await peakOf(pid));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return peak;
  })();
  try {
    const run = await ended;
    over = true;
    return { ...run, peak: await watching };
  } finally {
    over = true;
  }
}

/** The process that was given this folder. */
async function pidOf(reports: string): Promise<number | null> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (line.split("\0").includes(reports)) return Number(name);
  }
  return null;
}

async function peakOf(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

async function bytesOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    if (isDirectory) bytes += await bytesOf(join(folder, name));
    else if (isFile) bytes += (await Deno.stat(join(folder, name))).size;
  }
  return bytes;
}

/** Seconds from the start of a run to the end of the last host that changed. */
function lastDone({ startedAt, hosts }: Report): number {
  const ends = hosts.filter(({ host, status }) => host.startsWith("well") && status === "changed")
    .map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs);
  return (ends.reduce((last, end) => Math.max(last, end), 0) - Date.parse(startedAt)) / 1000;
}
