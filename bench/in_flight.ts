/**
 * What the program itself takes for every host that it works on at once: its own memory and CPU, beyond the ssh processes.
 * @module
 */
import { join } from "@std/path";
import { makeArtifacts } from "../tests/fleet/support/artifacts.ts";
import { makeFleet } from "../tests/fleet/support/fleet.ts";
import { lockstep } from "./contenders/lockstep.ts";
import { restoreState } from "./devices.ts";
import { type Cost, measure } from "./measure/measure.ts";

export interface InFlight {
  readonly hosts: number;
  readonly setMb: number;
  /** Runs by the number of hosts at once. */
  readonly cases: readonly { readonly forks: number; readonly runs: readonly Cost[] }[];
}

/** First deploys with few and with many hosts at once, in turns. */
export async function measureInFlight(
  { hosts, setMb, forks, runs }: {
    readonly hosts: number;
    readonly setMb: number;
    readonly forks: readonly number[];
    readonly runs: number;
  },
): Promise<InFlight> {
  await using fleet = await makeFleet({ count: hosts });
  const set = await makeArtifacts(join(fleet.dir, "set"), { bytes: setMb * 1_000_000 });
  const cases = forks.map((forks) => ({ forks, runs: [] as Cost[] }));
  for (let run = 1; run <= runs; run++) {
    for (const each of cases) {
      await restoreState(fleet.devices);
      const workDir = await Deno.makeTempDir({ dir: fleet.dir });
      const job = { fleet, set, workDir, sshConfig: fleet.sshConfig, forks: each.forks };
      const ready = await lockstep.prepare({ ...job, expect: "first" });
      const measured = await measure(ready.argv, fleet.devices, workDir);
      await ready.check(measured);
      each.runs.push(measured.cost);
      const { peakRssKib, wallMs } = measured.cost;
      console.error(
        `${hosts} hosts, ${each.forks} in flight, ${run} of ${runs}: ${
          (peakRssKib / 1024).toFixed(0)
        } MiB, ` +
          `${(wallMs / 1000).toFixed(1)} s`,
      );
    }
  }
  return { hosts, setMb, cases };
}
