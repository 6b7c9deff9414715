/**
 * Measures Lockstep beside what it is compared with, on one loopback fleet, in turns, and checks the devices' bytes after every run.
 * Then what the program itself costs with 10,000 simulated hosts.
 * `deno task bench [--quick] [--only devices,fleet-size] [--hosts N] [--set-mb N] [--pairs N] [--forks N] [--states A,B] [--key-exchanges A,B]`
 * writes `bench/results/latest.json` and `latest.md`.
 * @module
 */
import { arch, cpus, release } from "node:os";
import { parseArgs } from "node:util";
import { fromFileUrl, join } from "@std/path";
import { type Artifacts, changeFile, makeArtifacts } from "../tests/fleet/artifacts.ts";
import { type Fleet, makeFleet } from "../tests/fleet/fleet.ts";
import { findProgram } from "../tests/support.ts";
import type { Contender, Job } from "./contender.ts";
import { bareSsh } from "./contenders/bare_ssh.ts";
import { floor } from "./contenders/floor.ts";
import { lockstep } from "./contenders/lockstep.ts";
import { checkDevices, restoreState, saveState } from "./devices.ts";
import { measureFleetSize } from "./fleet_size.ts";
import { fleetSizeText } from "./fleet_size_table.ts";
import { measure } from "./measure.ts";
import { markdown, type Results, type Sample, type Scenario, textTable } from "./results.ts";

/** What the devices are like before a run, and who runs; the first contender is what the others are compared with. */
interface State {
  readonly name: string;
  readonly expect: Job["expect"];
  /** Which of the sets is to be live. */
  readonly set: keyof Sets;
  readonly contenders: readonly Contender[];
  readonly target?: number;
}

interface Sets {
  /** Live at first, but for a first deploy. */
  readonly base: Artifacts;
  /** Every file another. */
  readonly other: Artifacts;
  /** One small file of five another. */
  readonly oneFile: Artifacts;
}

const states: Readonly<Record<string, State>> = {
  first: {
    name: "first deploy",
    expect: "first",
    set: "base",
    contenders: [floor, lockstep],
    target: 3,
  },
  "new-set": {
    name: "a new set",
    expect: "change",
    set: "other",
    contenders: [floor, lockstep],
    target: 3,
  },
  "one-file": {
    name: "one file of five",
    expect: "change",
    set: "oneFile",
    contenders: [floor, lockstep],
    target: 3,
  },
  nothing: {
    name: "nothing to change",
    expect: "nothing",
    set: "base",
    contenders: [bareSsh, lockstep],
  },
};

/** The line for ssh's configuration; sshd takes whatever the client prefers. */
const keyExchanges: Readonly<Record<string, string>> = {
  default: "",
  curve25519: "KexAlgorithms curve25519-sha256\n",
};

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "devices,fleet-size" },
    hosts: { type: "string" },
    "set-mb": { type: "string", default: "2" },
    pairs: { type: "string" },
    forks: { type: "string", default: "20" },
    states: { type: "string" },
    "key-exchanges": { type: "string", default: Object.keys(keyExchanges).join(",") },
  },
});

const resultsDir = fromFileUrl(new URL("./results/", import.meta.url));
const parts = new Set(options.only.split(","));
for (const part of parts) {
  if (part === "devices" || part === "fleet-size") continue;
  console.error(`--only: found ${part}, expected devices or fleet-size`);
  Deno.exit(64);
}
/** The part that is not measured now stays as it was recorded. */
const earlier = JSON.parse(await Deno.readTextFile(join(resultsDir, "latest.json"))) as Results;
const fleetSize = parts.has("fleet-size")
  ? await measureFleetSize({
    sizes: [2_000, 10_000],
    forks: options.quick ? [50] : [50, 200],
    outputs: options.quick ? ["plain"] : ["plain", "json"],
    runs: options.quick ? 1 : 3,
  })
  : earlier.fleetSize;
if (!parts.has("devices")) {
  await record({ ...earlier, ...(fleetSize === undefined ? {} : { fleetSize }) });
  Deno.exit();
}

const lacking = ["ssh", "sshd", "ssh-keygen", "python3", "tar", "sha256sum"].filter((name) =>
  findProgram(name) === undefined
);
if (Deno.build.os !== "linux" || lacking.length > 0) {
  console.error(`the bench needs ${["Linux", ...lacking].join(", ")}`);
  Deno.exit(64);
}
// Quick is for a look while one works; numbers to quote come from a whole run.
const hosts = whole("hosts", options.hosts ?? (options.quick ? "20" : "50"));
const forks = whole("forks", options.forks);
const pairs = whole("pairs", options.pairs ?? (options.quick ? "2" : "5"));
const bytes = whole("set-mb", options["set-mb"]) * 1_000_000;
const allStates = options.quick ? "first,new-set,nothing" : Object.keys(states).join(",");
const chosenStates = chosen("states", options.states ?? allStates, states);
const chosenExchanges = chosen("key-exchanges", options["key-exchanges"], keyExchanges);

await using fleet = await makeFleet({
  devices: Array.from({ length: hosts }, () => ({ keyExchange: "any" })),
});
const sets = await makeSets(fleet, bytes);
const startedAt = new Date().toISOString();
const scenarios: Scenario[] = [];
for (const [keyExchange, line] of chosenExchanges) {
  const sshConfig = join(fleet.dir, `ssh_config-${keyExchange}`);
  await Deno.writeTextFile(sshConfig, line + await Deno.readTextFile(fleet.sshConfig));
  for (const [, state] of chosenStates) {
    scenarios.push(await runScenario(state, keyExchange, sshConfig));
  }
}
const results: Results = {
  schema: 1,
  startedAt,
  machine: {
    cpu: `${cpus()[0]?.model ?? "unknown"}, ${arch()}`,
    cores: navigator.hardwareConcurrency,
    kernel: release().split("-")[0] ?? "",
    openssh: await opensshVersion(),
    defaultKeyExchange: await defaultKeyExchange(),
    deno: Deno.version.deno,
  },
  hosts,
  forks,
  setBytes: sets.base.bytes,
  pairs,
  contenders: Object.fromEntries([floor, lockstep, bareSsh].map(({ name, what }) => [name, what])),
  scenarios,
  ...(fleetSize === undefined ? {} : { fleetSize }),
};
await record(results);

/** Writes the record and prints what was measured now. */
async function record(results: Results): Promise<void> {
  await Deno.writeTextFile(join(resultsDir, "latest.json"), JSON.stringify(results, rounded, 1) + "\n");
  await Deno.writeTextFile(join(resultsDir, "latest.md"), markdown(results));
  if (parts.has("devices")) console.log(textTable(results.scenarios));
  if (results.fleetSize !== undefined) console.log(fleetSizeText(results.fleetSize, "text"));
}

/** All pairs of one scenario, in turns; the first of each is a warm-up. */
async function runScenario(state: State, keyExchange: string, sshConfig: string): Promise<Scenario> {
  const samples = new Map(state.contenders.map((contender) => [contender, [] as Sample[]]));
  for (let pair = 0; pair <= pairs; pair++) {
    for (const contender of state.contenders) {
      const sample = await runOnce(contender, state, sshConfig);
      const note = pair === 0 ? "warm-up" : `${pair} of ${pairs}`;
      console.error(
        `${state.name}, ${keyExchange}, ${contender.name}, ${note}: ${(sample.wallMs / 1000).toFixed(2)} s`,
      );
      if (pair > 0) samples.get(contender)!.push(sample);
    }
  }
  return {
    state: state.name,
    keyExchange,
    ...(state.target === undefined ? {} : { target: state.target }),
    contenders: [...samples].map(([{ name }, samples]) => ({ name, samples })),
  };
}

/** One run: the devices are put into the state that is asked for, the program runs, their bytes are checked. */
async function runOnce(contender: Contender, state: State, sshConfig: string): Promise<Sample> {
  const { devices } = fleet;
  const set = sets[state.set];
  const former = state.expect === "first" || !contender.deploys ? undefined : await baseState(contender);
  await restoreState(devices, former);
  const sample = await runJob(contender, sshConfig, set, state.expect);
  if (contender.deploys) {
    await checkDevices(devices, set, state.expect === "change" ? sets.base : undefined).catch((cause) => {
      throw new Error(`${contender.name} left wrong bytes on a device`, { cause });
    });
  }
  return sample;
}

async function runJob(
  contender: Contender,
  sshConfig: string,
  set: Artifacts,
  expect: Job["expect"],
): Promise<Sample> {
  const workDir = await Deno.makeTempDir({ dir: fleet.dir });
  const ready = await contender.prepare({ fleet, sshConfig, set, forks, workDir, expect });
  const measured = await measure(ready.argv, fleet.devices, workDir);
  const says = await ready.check(measured).catch((cause) => {
    throw new Error(`${contender.name} did not do what was asked`, { cause });
  });
  await Deno.remove(workDir, { recursive: true });
  return { ...measured.cost, ...says };
}

/** A picture of the devices as this contender leaves them after a first deploy: each keeps its own files there. */
async function baseState(contender: Contender): Promise<string> {
  const folder = join(fleet.dir, `base-${contender.name}`);
  const there = await Deno.lstat(folder).then(() => true, () => false);
  if (there) return folder;
  await restoreState(fleet.devices);
  await runJob(contender, fleet.sshConfig, sets.base, "first");
  await saveState(fleet.devices, folder);
  return folder;
}

async function makeSets(fleet: Fleet, bytes: number): Promise<Sets> {
  const base = await makeArtifacts(join(fleet.dir, "set-base"), { bytes, seed: 1 });
  const other = await makeArtifacts(join(fleet.dir, "set-other"), { bytes, seed: 2 });
  const same = await makeArtifacts(join(fleet.dir, "set-one-file"), { bytes, seed: 1 });
  const features = JSON.stringify(Array.from({ length: 200 }, (_, i) => `feature_${i}`));
  return { base, other, oneFile: await changeFile(same, "feature_order.json", features, "1.0.3") };
}

async function opensshVersion(): Promise<string> {
  const { stderr } = await new Deno.Command("ssh", { args: ["-V"] }).output();
  return new TextDecoder().decode(stderr).split(/[ ,]/)[0] ?? "";
}

/** What ssh prefers where nothing is configured. */
async function defaultKeyExchange(): Promise<string> {
  const { stdout } = await new Deno.Command("ssh", { args: ["-F", "none", "-G", "localhost"] }).output();
  return /^kexalgorithms ([^,\n]+)/m.exec(new TextDecoder().decode(stdout))?.[1] ?? "unknown";
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${name}: found ${text}, expected a whole number above 0`);
  Deno.exit(64);
}

function chosen<T>(option: string, names: string, all: Readonly<Record<string, T>>): [string, T][] {
  return names.split(",").map((name) => {
    const value = all[name];
    if (value !== undefined) return [name, value];
    console.error(`--${option}: found ${name}, expected some of ${Object.keys(all).join(",")}`);
    Deno.exit(64);
  });
}

/** A tenth of a millisecond is enough. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 10) / 10 : value;
}
