/**
 * The contenders side by side on loopback fleets: in turns, each from the same state of the devices, whose bytes are checked after every run.
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { type Fleet, makeFleet } from "../tests/fleet/support/fleet.ts";
import { BestForks } from "./best_forks.ts";
import type { Contender, Job } from "./contender.ts";
import { checkDevices, restoreState, saveState, stampsOf } from "./devices.ts";
import { type FleetSpec, isLarge } from "./fleets.ts";
import { measure } from "./measure/measure.ts";
import type { Sample, Scenario, TriedForks } from "./results.ts";
import { makeSets, type Sets, type Slow, type State, states, takesPart } from "./states.ts";
import { takeTurns } from "./measure/turns.ts";

export interface CompareOptions {
  readonly fleets: readonly FleetSpec[];
  readonly contenders: readonly Contender[];
  /** Names of `states`. */
  readonly states: readonly string[];
  /** Name, and the lines for ssh's configuration. */
  readonly keyExchanges: readonly (readonly [name: string, lines: string])[];
  /** Those of them that slow contenders are measured with. */
  readonly slowKeyExchanges: readonly string[];
  readonly slow: Slow;
  /** Runs of each contender that is not slow, beside a warm-up. */
  readonly pairs: number;
  /** Runs of each that is slow. */
  readonly slowRuns: number;
  /** That one contender may run in one scenario. */
  readonly seconds: number;
  readonly forks: number;
  /** The numbers of forks that `tunesForks` chooses from. */
  readonly bestOf: readonly number[];
}

/** One fleet, with what the runs on it share. */
interface Ground {
  readonly spec: FleetSpec;
  readonly fleet: Fleet;
  readonly sets: Sets;
  /** For `ssh -F`, by key exchange. */
  readonly sshConfigs: ReadonlyMap<string, string>;
}

/** Measures everything that was asked for. */
export async function compare(
  options: CompareOptions,
): Promise<{ scenarios: Scenario[]; triedForks: readonly TriedForks[] }> {
  const scenarios: Scenario[] = [];
  const bestForks = new BestForks(options.bestOf, options.forks);
  for (const spec of options.fleets) {
    await using fleet = await makeFleet({
      devices: Array.from({ length: spec.hosts }, () => ({ keyExchange: "any" })),
    });
    const ground: Ground = {
      spec,
      fleet,
      sets: await makeSets(fleet.dir, spec.setMb * 1_000_000),
      sshConfigs: await writeSshConfigs(fleet, options.keyExchanges),
    };
    for (const [keyExchange] of options.keyExchanges) {
      for (const name of options.states.filter((name) => spec.states?.includes(name) ?? true)) {
        scenarios.push(await runScenario(ground, states[name]!, keyExchange, options, bestForks));
      }
    }
  }
  return { scenarios, triedForks: bestForks.tried };
}

async function writeSshConfigs(
  fleet: Fleet,
  keyExchanges: CompareOptions["keyExchanges"],
): Promise<Map<string, string>> {
  const configs = new Map<string, string>();
  for (const [name, lines] of keyExchanges) {
    const path = join(fleet.dir, `ssh_config-${name}`);
    await Deno.writeTextFile(path, lines + await Deno.readTextFile(fleet.sshConfig));
    configs.set(name, path);
  }
  return configs;
}

/** All contenders in one state of the devices, with one key exchange. */
async function runScenario(
  ground: Ground,
  state: State,
  keyExchange: string,
  options: CompareOptions,
  bestForks: BestForks,
): Promise<Scenario> {
  const { spec } = ground;
  const firstExchange = keyExchange === options.keyExchanges[0]![0];
  const contenders = options.contenders.filter((contender) =>
    takesPart(contender, state, { slow: options.slow, large: isLarge(spec), firstExchange }) &&
    (contender.slow !== true || options.slowKeyExchanges.includes(keyExchange))
  );
  const where = `${spec.hosts} hosts, ${spec.setMb} MB`;
  const forks = new Map<Contender, number>();
  for (const contender of contenders) {
    const deployOnce = async (forks: number): Promise<number> => {
      const { wallMs } = await runOnce(ground, contender, states.first!, keyExchange, forks);
      console.error(`${where}, ${contender.name} with ${forks} forks: ${seconds(wallMs)}`);
      return wallMs;
    };
    forks.set(contender, await bestForks.of(contender, spec, deployOnce));
  }
  const note = `${where}, ${state.name}, ${keyExchange}`;
  const runsOf = ({ slow }: Contender): number => slow === true ? options.slowRuns : options.pairs + 1;
  const turns = { runsOf, seconds: options.seconds };
  const runs = await takeTurns(contenders, turns, async (contender, round) => {
    const sample = await runOnce(ground, contender, state, keyExchange, forks.get(contender)!);
    console.error(
      `${note}, ${contender.name}, run ${round}: ${seconds(sample.wallMs)}`,
    );
    return sample;
  });
  for (const [{ name }, { failed }] of runs) {
    if (failed !== undefined) console.error(`${note}: ${name} is not counted: ${failed}`);
  }
  return {
    hosts: spec.hosts,
    setMb: spec.setMb,
    state: state.name,
    keyExchange,
    contenders: [...runs].map(([contender, found]) => ({
      name: contender.name,
      forks: forks.get(contender)!,
      ...found,
    })),
  };
}

/** One run: the devices are put into the state that is asked for, the program runs, their bytes are checked. */
async function runOnce(
  ground: Ground,
  contender: Contender,
  state: State,
  keyExchange: string,
  forks: number,
): Promise<Sample> {
  const { fleet: { devices }, sets } = ground;
  const { expect } = state;
  const set = sets[state.set];
  if (!contender.deploys) return await runJob(ground, contender, keyExchange, { set, expect, forks });
  await restoreState(
    devices,
    expect === "first" ? undefined : await baseState(ground, contender, keyExchange, forks),
  );
  const before = await stampsOf(devices);
  const sample = await runJob(ground, contender, keyExchange, { set, expect, forks });
  await checkDevices(devices, set, expect === "change" ? sets.base : undefined).catch((cause) => {
    throw new Error(`${contender.name} left wrong bytes on a device`, { cause });
  });
  if (expect === "nothing" && contender.idempotent) {
    assertEquals(await stampsOf(devices), before, `${contender.name} wrote where nothing was to change`);
  }
  const picture = pictureOf(ground, contender);
  if (expect === "first" && !await isThere(picture)) await saveState(devices, picture);
  return sample;
}

async function runJob(
  { fleet, sshConfigs }: Ground,
  contender: Contender,
  keyExchange: string,
  job: Pick<Job, "set" | "expect" | "forks">,
): Promise<Sample> {
  const workDir = await Deno.makeTempDir({ dir: fleet.dir });
  const sshConfig = sshConfigs.get(keyExchange)!;
  const ready = await contender.prepare({ fleet, sshConfig, workDir, ...job });
  const measured = await measure(ready.argv, fleet.devices, workDir);
  if (measured.reached !== fleet.devices.length) {
    throw new Error(
      `${contender.name} reached ${measured.reached} of ${fleet.devices.length} devices: ${
        measured.text.slice(-2000)
      }`,
    );
  }
  const says = await ready.check(measured);
  await Deno.remove(workDir, { recursive: true });
  return { ...measured.cost, ...says };
}

/** A picture of the devices as this contender leaves them after a first deploy: each keeps its own files there. */
async function baseState(
  ground: Ground,
  contender: Contender,
  keyExchange: string,
  forks: number,
): Promise<string> {
  const picture = pictureOf(ground, contender);
  if (!await isThere(picture)) await runOnce(ground, contender, states.first!, keyExchange, forks);
  return picture;
}

function pictureOf({ fleet }: Ground, { name, leavesAs = name }: Contender): string {
  return join(fleet.dir, `base-${leavesAs}`);
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
