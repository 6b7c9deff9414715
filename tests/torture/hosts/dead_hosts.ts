/**
 * Dead hosts beside living ones: how long a fleet takes alone, and with hosts among it that refuse or say nothing. The dead ones wait side by
 * side, so they cost one connect timeout at most.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { restoreState, saveState } from "../../../bench/devices.ts";
import { makeArtifacts } from "../../fleet/support/artifacts.ts";
import { type DeviceOptions, makeFleet } from "../../fleet/support/fleet.ts";
import { assertWhole } from "../../fleet/support/live.ts";
import { runOn } from "../../fleet/support/program.ts";
import { amongMany, isWell, lastDone, median } from "./beside.ts";

/** Seconds. */
const CONNECT_TIMEOUT = 10;

/** Throws if the living take longer than 1.15 of their own time and one connect timeout, in the median of the pairs; returns what it measured. */
export async function deployBesideDead(
  { living, refusing, silent, pairs, say }: {
    readonly living: number;
    readonly refusing: number;
    readonly silent: number;
    readonly pairs: number;
    readonly say: (line: string) => void;
  },
): Promise<string> {
  const dead = Array.from({ length: refusing + silent }, (_, i): DeviceOptions => ({
    kind: i % 2 === 0 && i / 2 < refusing ? "refusing" : "silent",
    name: `dead-${i}`,
  }));
  await using fleet = await makeFleet({ devices: amongMany(dead, living, (name) => ({ name })) });
  const well = fleet.devices.filter(isWell);
  const inventory = await fleet.inventory({ groups: { living: well.map(({ name }) => name) } });
  const [old, next] = [
    await makeArtifacts(join(fleet.dir, "old"), { seed: 1, bytes: 100_000 }),
    await makeArtifacts(join(fleet.dir, "next"), { seed: 2, bytes: 100_000 }),
  ];
  const deploy = (dir: string, ...options: string[]) =>
    runOn(fleet, inventory, [
      ...["deploy", "--artifacts", dir, "--max-failures", `${dead.length}`],
      ...["--connect-timeout", `${CONNECT_TIMEOUT}`, ...options],
    ]);
  const first = await deploy(old.dir, "--limit", "living");
  assertEquals(first.code, 0, first.text);
  const state = join(fleet.dir, "state");
  await saveState(well, state);

  const alone: number[] = [];
  const beside: number[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    for (const [times, options, code] of [[alone, ["--limit", "living"], 0], [beside, [], 4]] as const) {
      await restoreState(well, state);
      const run = await deploy(next.dir, ...options);
      assertEquals(run.code, code, run.text);
      const report = await run.report();
      assertEquals(report.summary.changed, well.length, run.text);
      for (const device of well) await assertWhole(device, next);
      times.push(lastDone(report));
      say(`${options.length > 0 ? "alone" : "beside the dead"}: ${times.at(-1)!.toFixed(1)} s`);
    }
  }
  const limit = 1.15 * median(alone) + CONNECT_TIMEOUT;
  assert(median(beside) <= limit, `beside the dead it took ${median(beside)} s, of ${limit} s`);
  const [a, b] = [median(alone).toFixed(1), median(beside).toFixed(1)];
  return `the living take ${a} s alone, ${b} s beside the dead (connect timeout ${CONNECT_TIMEOUT} s)`;
}
