import { assertEquals } from "@std/assert";
import { simulationWarnings } from "../../../../lib/cli/fleet/simulated.ts";
import type { HostSettings } from "../../../../lib/settings/mod.ts";

Deno.test("simulationWarnings() says how many hosts are simulated, and nothing if none is", () => {
  const hosts = (...connections: string[]) =>
    connections.map((connection) => ({ connection }) as unknown as HostSettings);
  assertEquals(simulationWarnings(hosts("ssh", "local")), []);
  const words = (some: readonly string[]) => some.map((text) => text.split(" simulated")[0]);
  assertEquals(words(simulationWarnings(hosts("simulated", "ssh"))), ["1 of 2 hosts are"]);
  assertEquals(words(simulationWarnings(hosts("simulated", "simulated"))), ["all hosts are"]);
});
