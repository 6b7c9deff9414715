/**
 * What the runner itself costs, and whether that grows with the fleet: deploys to simulated devices, which answer at once, so that all that
 * is measured is ours.
 * @module
 */
import process from "node:process";
import { fromFileUrl, join } from "@std/path";
import { selectHosts } from "../lib/ansible/mod.ts";
import { loadInventory, settingsOfAll } from "../lib/settings/mod.ts";
import { makeArtifacts } from "../tests/fleet/support/artifacts.ts";
import { readReport } from "../tests/fleet/support/program.ts";
import { measure } from "./measure/measure.ts";

/** One way to deploy to so many hosts. Medians are for the reader; each run is kept. */
export interface FleetSizeCase {
  readonly hosts: number;
  readonly forks: number;
  readonly output: "plain" | "json";
  readonly runs: readonly FleetSizeRun[];
}

export interface FleetSizeRun {
  readonly wallMs: number;
  /** User and system time of the program, from its start to its end. */
  readonly cpuMs: number;
  readonly peakRssKib: number;
}

/** Reading an inventory of so many hosts, and what is set for each: CPU time in milliseconds. */
export interface Loading {
  readonly hosts: number;
  readonly inventoryMs: number;
  readonly settingsMs: number;
}

export interface FleetSize {
  readonly startedAt: string;
  /** Of the machine when it began, over a minute: above the number of cores, times say little and CPU and memory still do. */
  readonly load: number;
  readonly loading: readonly Loading[];
  readonly cases: readonly FleetSizeCase[];
}

export interface FleetSizeOptions {
  readonly sizes: readonly number[];
  readonly forks: readonly number[];
  readonly outputs: readonly FleetSizeCase["output"][];
  /** Of each case, taken in turns. */
  readonly runs: number;
}

/** Measures every case. Throws if a run did not change every host. */
export async function measureFleetSize(
  { sizes, forks, outputs, runs }: FleetSizeOptions,
): Promise<FleetSize> {
  const dir = await Deno.makeTempDir({ prefix: "bench-fleet-size-" });
  try {
    const startedAt = new Date().toISOString();
    const load = Deno.loadavg()[0]!;
    await makeArtifacts(join(dir, "set"), { bytes: 2_000_000, seed: 1 });
    const loading: Loading[] = [];
    for (const hosts of sizes) {
      await writeInventory(inventoryIn(dir, hosts), hosts);
      loading.push(await measureLoading(inventoryIn(dir, hosts), hosts));
    }
    const cases = sizes.flatMap((hosts) =>
      forks.flatMap((forks) =>
        outputs.map((output) => ({ hosts, forks, output, runs: [] as FleetSizeRun[] }))
      )
    );
    for (let run = 1; run <= runs; run++) {
      for (const each of cases) {
        const cost = await deployOnce(dir, each);
        each.runs.push(cost);
        console.error(
          `${each.hosts} hosts, ${each.forks} at once, ${each.output}, ${run} of ${runs}: ` +
            `${(cost.wallMs / 1000).toFixed(1)} s, ${(cost.peakRssKib / 1024).toFixed(0)} MiB`,
        );
      }
    }
    return { startedAt, load, loading, cases };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function deployOnce(dir: string, { hosts, forks, output }: FleetSizeCase): Promise<FleetSizeRun> {
  const reports = join(dir, "reports");
  const { cost, exitCode, text } = await measure(
    [
      ...[Deno.execPath(), "run", "-A", fromFileUrl(new URL("../mod.ts", import.meta.url)), "deploy"],
      ...["--inventory", inventoryIn(dir, hosts), "--forks", String(forks), "--output", output],
      ...["--reports", reports],
    ],
    [],
    dir,
  );
  const changed = exitCode === 0 ? (await readReport(reports)).summary.changed : 0;
  if (changed !== hosts) {
    throw new Error(`${changed} of ${hosts} hosts are changed, exit code ${exitCode}: ${text.slice(-1000)}`);
  }
  await Deno.remove(reports, { recursive: true });
  return { wallMs: cost.wallMs, cpuMs: cost.controllerCpuMs, peakRssKib: cost.peakRssKib };
}

/** Every host with a line and variables of its own, as a fleet that is kept by a program has them. */
async function writeInventory(file: string, hosts: number): Promise<void> {
  const lines = Array.from(
    { length: hosts },
    (_, at) =>
      `    edge-${String(at).padStart(6, "0")}: { ansible_host: "10.0.${at >> 8}.${at & 255}", rack: r${
        at % 40
      } }`,
  );
  await Deno.writeTextFile(
    file,
    `all:\n  vars: { ansible_connection: simulated, artifacts_dir: set }\n  hosts:\n${lines.join("\n")}\n`,
  );
}

function inventoryIn(dir: string, hosts: number): string {
  return join(dir, `${hosts}.yaml`);
}

async function measureLoading(file: string, hosts: number): Promise<Loading> {
  const cwd = Deno.cwd();
  const begun = cpuMs();
  const inventory = await loadInventory([file], { extraVars: [], env: {}, cwd });
  const read = cpuMs();
  settingsOfAll(selectHosts(inventory, undefined), { env: {}, cwd });
  return { hosts, inventoryMs: read - begun, settingsMs: cpuMs() - read };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
