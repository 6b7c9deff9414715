import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { openSession } from "../../../../lib/remote/ssh/session.ts";
import { programs, simulatedConnector } from "../../../../lib/remote/simulated/connect.ts";
import type { SimulatedFault } from "../../../../lib/remote/simulated/faults.ts";
import type { Connect } from "../../../../lib/rollout/rollout.ts";
import { program } from "../../../../lib/remote/program.ts";
import type { HostSettings } from "../../../../lib/settings/mod.ts";
import type { Release } from "../../../../lib/release.ts";
import { filesBelow } from "../../../fleet/support/live.ts";
import { failureOf, plainSettings } from "../../../local_device.ts";
import { roll, type Rolled } from "../../rollout/fleet.ts";

const root = fromFileUrl(new URL("../../../..", import.meta.url));

function host(fault: SimulatedFault = "none", latency = 0): HostSettings {
  return {
    ...plainSettings("/opt/iot-inference"),
    connection: "simulated",
    service: "phase4-inference",
    healthUrl: "http://localhost:9208",
    confirmTimeout: 120,
    simulated: { fault, latency },
  };
}

/** A set whose files are nowhere: reading them fails. */
const release: Release = {
  id: "0123456789abcdef",
  version: "2.4.1",
  files: ["model.onnx", "metadata.json"].map((name, at) => ({
    name,
    path: `/nowhere/${name}`,
    bytes: 1_000_000 * (at + 1),
    sha256: at === 0 ? "a".repeat(64) : "0123456789abcdef".repeat(4),
  })),
};

function connection(commandTimeout = 1): Connect {
  const connect = simulatedConnector();
  return (settings, signal) => connect(settings, { connectTimeout: 1, commandTimeout, signal });
}

const statusOf = ({ host }: Rolled): string => host("edge-1").status;
const kindOf = ({ host }: Rolled): string | undefined => host("edge-1").error?.kind;

Deno.test("programs has each program of facts and tasks without a simulate, so that a new one is not forgotten", async () => {
  const names = new Set<string>();
  for (const folder of ["lib/facts", "lib/rollout", "tasks"]) {
    for (const path of await filesBelow(join(root, folder))) {
      // Those to build with have their answers beside them.
      if (!path.endsWith(".ts") || path.startsWith("common/")) continue;
      const text = await Deno.readTextFile(join(root, folder, path));
      for (const [, found, rest = ""] of text.matchAll(/\bprogram\(\s*"([a-z-]+)"([^;]*)/g)) {
        if (!rest.includes("simulate")) names.add(found!);
      }
    }
  }
  assertGreater(names.size, 20);
  // Its live name is never missing, and it has no time to restore itself.
  names.delete("mend");
  names.delete("restore");
  assertEquals([...names].filter((name) => !programs.has(name)), []);
});

Deno.test("simulatedConnector() is deployed to and reads no file, and is ok the second time", async () => {
  const connect = connection();
  const first = await roll([host()], release, { connect });
  assertEquals([statusOf(first), first.host("edge-1").bytesSent], ["changed", 3_000_000]);
  assertEquals(first.host("edge-1").previousRelease, "51ada7a200000000");
  const second = await roll([host()], release, { connect });
  assertEquals([statusOf(second), second.host("edge-1").bytesSent], ["ok", 0]);
});

Deno.test("simulatedConnector() keeps devices apart, when they have other names", async () => {
  const connect = connection();
  await roll([host()], release, { connect });
  const other = await roll([{ ...host(), name: "edge-2" }], release, { connect });
  assertEquals(other.host("edge-2").status, "changed");
});

Deno.test("simulatedConnector() plays each fault: how the host ends, and what went wrong", async () => {
  const ends = async (fault: SimulatedFault) => {
    const rolled = await roll([host(fault)], release, { connect: connection() });
    return [statusOf(rolled), kindOf(rolled), rolled.told("edge-1").at(-1)];
  };
  assertEquals(await ends("unreachable"), ["unreachable", "unreachable", undefined]);
  assertEquals(await ends("silent"), ["unreachable", "timeout", undefined]);
  assertEquals(await ends("no-space"), ["failed", "no-space", "stage failed"]);
  assertEquals(await ends("hang"), ["failed", "timeout", "verify failed"]);
  assertEquals(await ends("drop"), ["rolled_back", "dropped", "undo:health changed"]);
  assertEquals(await ends("sick"), ["rolled_back", "unhealthy", "undo:health changed"]);
});

Deno.test("simulatedConnector() loses the link after the switch, when neither service nor health is asked", async () => {
  const quiet = { ...host("drop"), service: "", healthUrl: "" };
  const rolled = await roll([quiet], release, { connect: connection() });
  assertEquals([statusOf(rolled), kindOf(rolled)], ["rolled_back", "dropped"]);
});

Deno.test("simulatedConnector() lets go at once, when it is told to while nothing answers", async () => {
  for (const fault of ["silent", "hang"] as const) {
    const stop = new AbortController();
    const begun = performance.now();
    setTimeout(() => stop.abort(), 50);
    const rolled = await roll([host(fault)], release, { connect: connection(60), stop: stop.signal });
    assertEquals([rolled.exitCode, statusOf(rolled)], [130, "skipped"]);
    assertLess(performance.now() - begun, 900);
  }
});

Deno.test("simulatedConnector() takes its time, when a latency is asked for", async () => {
  const begun = performance.now();
  assertEquals(statusOf(await roll([host("none", 40)], release, { connect: connection() })), "changed");
  assertGreater(performance.now() - begun, 200);
});

Deno.test("simulatedConnector() answers as a program's simulate does, from what this device remembers", async () => {
  const count = program("count", "exit 1", {
    simulate: ([by = ""], memory) => {
      const before = Number(memory.get("count") ?? 0);
      if (by === "") return { code: 3, stderr: `at ${before}` };
      memory.set("count", String(before + Number(by)));
      return `now ${before + Number(by)}`;
    },
  });
  const connect = connection();
  const signal = new AbortController().signal;
  const remote = await connect(host(), signal);
  assertEquals(await remote.run(count, ["2"]), { code: 0, stdout: "now 2", stderr: "" });
  await remote.close();
  // It remembers over sessions; another device knows nothing of it.
  const again = await connect(host(), signal);
  assertEquals((await again.run(count, ["3"])).stdout, "now 5");
  const other = await connect({ ...host(), name: "edge-2" }, signal);
  assertEquals(await other.run(count, []), { code: 3, stdout: "", stderr: "at 0" });
  await again.close();
  await other.close();
});

Deno.test("simulatedConnector() says done to a program without simulate, and warns", async () => {
  const warnings: string[] = [];
  const connect = simulatedConnector();
  const remote = await connect(host(), {
    connectTimeout: 1,
    commandTimeout: 1,
    warn: (message) => warnings.push(message),
  });
  assertEquals(await remote.run(program("defragment", "exit 1"), []), { code: 0, stdout: "", stderr: "" });
  assertEquals(warnings, [
    'a simulated device only says "done" to the program defragment, which has no simulate',
  ]);
  await remote.close();
  assertEquals((await failureOf(remote.run(program("ping", "true"), []))).kind, "dropped");
});

Deno.test("openSession() contacts nothing, when a host is simulated", async () => {
  const failure = await failureOf(openSession(host(), { connectTimeout: 1, commandTimeout: 1 }));
  assertEquals(failure.data.evidence, "it is simulated, so it must not be contacted");
});
