/**
 * Devices that misbehave beside devices that are well: what becomes of a run, of its record and of the others, and what it costs.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { HostOutcome } from "../../../lib/events.ts";
import { restoreState, saveState } from "../../../bench/devices.ts";
import { makeArtifacts } from "../../fleet/support/artifacts.ts";
import { makeFleet } from "../../fleet/support/fleet.ts";
import { corrupt, heal, inWords, maliceOf } from "../../fleet/support/hostile.ts";
import { assertWhole } from "../../fleet/support/live.ts";
import { type FleetRun, startOn } from "../../fleet/support/program.ts";
import { faultMatrix, tally } from "../fault_matrix.ts";
import { amongMany, isWell, lastDone, median } from "./beside.ts";

/** A run of the program, with the most memory that it had. MiB. */
type Watched = FleetRun & { readonly peak: number };

/** Seconds that a hostile device may take in all, with the timeouts that are given below. */
const LONGEST = 75;
const TIMEOUTS = ["--timeout", "4", "--connect-timeout", "4", "--task-timeout", "15", "--host-timeout", "25"];
/** Mebibytes on the disk for one host: its events, its file, its part of the report. */
const RECORD = 8;

/**
 * Runs commands against devices of which some misbehave, differently in every round. Throws, with the seeds, where a run ends in another way
 * than it may, its record is not whole, or a device that is well is not served. What it has seen: how the hostile ones ended, the slowest
 * of them, and the most memory of a run.
 */
export async function fuzzDevices(
  { hostile, well, rounds, seed, say = () => {} }: {
    readonly hostile: number;
    readonly well: number;
    readonly rounds: number;
    readonly seed: number;
    readonly say?: (line: string) => void;
  },
): Promise<string> {
  const names = (kind: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `${kind}-${i}` }));
  await using fleet = await makeFleet({ devices: [...names("hostile", hostile), ...names("well", well)] });
  const sets = [
    await makeArtifacts(join(fleet.dir, "a"), { seed: 1, bytes: 20_000 }),
    await makeArtifacts(join(fleet.dir, "b"), { seed: 2, bytes: 20_000 }),
  ];
  const inventory = await fleet.inventory({ vars: { restart_settle: 0, confirm_timeout: 5 } });
  const cache = join(fleet.dir, "deno");
  let [runs, slowest, peak] = [0, 0, 0];
  let set = sets[0]!;
  const tried = await faultMatrix({
    fault: {
      name: "a device misbehaves",
      at: (seed) => `seed ${seed} (${inWords(maliceOf(seed))})`,
      arm: (device, seed) => corrupt(device, cache, maliceOf(seed)),
      fired: ({ name }, { hosts }) => !isServed(hosts.get(name)),
    },
    places: fleet.devices.slice(0, hostile),
    points: Array.from(
      { length: rounds },
      (_, round) => Array.from({ length: hostile }, (_, at) => seed + 1000 * round + at),
    ).flat(),
    mayMiss: true,
    prep: async () => void (set = await Promise.resolve(sets[runs % 2]!)),
    body: async () => {
      // What a device does depends on what it is asked: every other command gets its turn, too.
      const [command = "", ...options] = runs++ % 3 === 2
        ? ["exec", "--timeout", "4", "--connect-timeout", "4", "--", "seq 1 20000"]
        : ["deploy", "--artifacts", set.dir, "--max-failures", "100%", ...TIMEOUTS];
      const run = await watched(startOn(fleet, inventory, [command, "--forks", "8", ...options]));
      const { hosts } = await run.report().catch((error) => {
        throw new Error(`${error.message} after ${run.text.slice(-4000)}`);
      });
      return {
        ...run,
        text: run.text.slice(-4000),
        command,
        hosts: new Map(hosts.map((host) => [host.host, host])),
      };
    },
    check: async ({ name }, { hosts }) => {
      const { status, error, durationMs } = hosts.get(name)!;
      assert(durationMs < LONGEST * 1000, `${name} took ${durationMs} ms`);
      assert(error?.kind !== "fault", `${name}: ${error?.evidence}`);
      slowest = Math.max(slowest, durationMs / 1000);
      return await Promise.resolve(error === undefined ? status : `${status} (${error.kind})`);
    },
    after: async (_, { code, command, hosts, peak: most, report, reports }) => {
      assert(code === 0 || code === 2 || code === 4, `exit code ${code}`);
      assertEquals(hosts.size, hostile + well);
      const events = await Deno.readTextFile(join(reports, (await report()).run, "events.ndjson"));
      assert(events.trimEnd().split("\n").at(-1)!.includes('"run-finished"'), "the record is not whole");
      const bytes = await bytesOf(reports);
      assert(bytes < RECORD * (hostile + well) * 2 ** 20, `${bytes} bytes of record`);
      for (const device of fleet.devices.slice(hostile)) {
        assert(isServed(hosts.get(device.name)), `${device.name} is ${hosts.get(device.name)?.status}`);
        if (command === "deploy") await assertWhole(device, set);
      }
      assert(most < MOST_MEMORY, `${most} MiB`);
      peak = Math.max(peak, most);
      const mebibytes = (bytes / 2 ** 20).toFixed(1);
      say(
        `round ${runs - 1}: ${command}, exit code ${code}, ${
          most.toFixed(0)
        } MiB, ${mebibytes} MiB of record`,
      );
    },
  });
  return `${runs} runs, every record whole, every other device served; the hostile ended ` +
    `${tally(tried.map(({ seen }) => seen))}; the slowest after ${slowest.toFixed(0)} s; ${
      peak.toFixed(0)
    } MiB at most`;
}

function isServed(host: Pick<HostOutcome, "status"> | undefined): boolean {
  return host?.status === "ok" || host?.status === "changed";
}

/** A run of a few devices, whatever they do. MiB. */
const MOST_MEMORY = 600;

/** What devices do all at once in the measurement, by turns: floods, beats, markers, drops, silence, and much to be kept. */
const TURNS = (
  "flood, flood errors, flood answers, beats, beats after much, drops, flood near markers, " +
  "flood lines, too much on errors, every fact is a sick set, silent after a request, " +
  "beats and never answers, greetings without end, flood before, every fact has many lines, " +
  "every fact lists names, much output, flood both, every fact is long, lines on errors"
).split(", ");

/**
 * Deploys to a fleet, when all of it is well and when some misbehave, by turns. Throws if those that are always well take more than 1.2 of
 * their time, or the controller more than 1.5 of its memory, in the median of the pairs; what it has measured.
 */
export async function deployBesideHostile(
  { well, hostile, pairs, say }: {
    readonly well: number;
    readonly hostile: number;
    readonly pairs: number;
    readonly say: (line: string) => void;
  },
): Promise<string> {
  const few = Array.from({ length: hostile }, (_, i) => ({ name: `hostile-${i}` }));
  await using fleet = await makeFleet({ devices: amongMany(few, well, (name) => ({ name })) });
  const wellOnes = fleet.devices.filter(isWell);
  const hostileOnes = fleet.devices.filter((device) => !isWell(device));
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
  return `the others take ${median(beside).toFixed(1)} s (${
    median(alone).toFixed(1)
  } s if all are well), the controller ` +
    `${median(memoryBeside).toFixed(0)} MiB (${median(memoryAlone).toFixed(0)} MiB)`;
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
