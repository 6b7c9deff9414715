import { assertEquals, assertGreater } from "@std/assert";
import { measureFleetSize } from "../../bench/fleet_size.ts";
import { longTestWhere } from "../support.ts";

longTestWhere("measureFleetSize() deploys to every simulated host as often as asked, in each way", {
  needs: ["linux", "python3"],
}, async () => {
  const found = await measureFleetSize({ sizes: [2, 30], forks: [4], outputs: ["plain", "json"], runs: 1 });
  assertEquals(found.cases.map(({ hosts, output, runs }) => [hosts, output, runs.length]), [
    [2, "plain", 1],
    [2, "json", 1],
    [30, "plain", 1],
    [30, "json", 1],
  ]);
  for (const { runs: [run] } of found.cases) assertGreater(Math.min(run!.cpuMs, run!.peakRssKib), 10);
  assertEquals(found.loading.map(({ hosts }) => hosts), [2, 30]);
});
