/**
 * A simulated device and a real one are taken through the same commands: what tasks say and do must not tell one from the other.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { layout } from "../../lib/facts/releases/layout.ts";
import { backupSet, live } from "../../lib/facts/releases/live.ts";
import type { HostSettings } from "../../lib/settings/mod.ts";
import type { Release } from "../../lib/release.ts";
import { simulatedConnector } from "../../lib/remote/simulated/connect.ts";
import type { SimulatedFault } from "../../lib/remote/simulated/faults.ts";
import { ask } from "../../lib/rollout/ask.ts";
import type { Connect } from "../../lib/rollout/rollout.ts";
import type { ObservedHost } from "../../lib/task.ts";
import { pipelines, verifyRemotePipeline } from "../../tasks/mod.ts";
import { connectLocal, roll, type Rolled } from "../lib/rollout/fleet.ts";
import { type LocalDevice, makeLocalDevice, newRun, writeSet } from "../local_device.ts";
import { longTestWhere } from "../support.ts";

/** A host, and how to reach it. */
interface Side {
  readonly settings: HostSettings;
  readonly connect: Connect;
}

/** A service that says whether it is ready; it does on each set but one. */
function serveHealth(isWell: () => Promise<boolean>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (new URL(request.url).pathname === "/metrics") return new Response("");
    return await isWell()
      ? Response.json({ status: "ok", simulated: true })
      : new Response("", { status: 503 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** What one run did, in a form that both sides share: no times, no ids of runs or of what was live before. */
function told({ exitCode, host, tasks, events }: Rolled) {
  const { status, bytesSent, error, rollbackError } = host("edge-1");
  return {
    exitCode,
    status,
    bytesSent,
    error: [error?.kind, error?.action, error?.next],
    rollbackError,
    warnings: events.filter((event) => event.type === "warning").length,
    tasks: tasks("edge-1").map(({ task, status, steps, detail, rollback }) => ({
      task,
      status,
      steps: steps.map((step) => step.replaceAll(/\d{8}T\d{6}Z(-\d+)?/g, "TIME")),
      detail: Object.keys(detail ?? {}),
      rollback,
    })),
  };
}

/** What a device has: how much of each kind. */
async function stateOf({ settings, connect }: Side) {
  const [reply] = await ask({
    hosts: [settings],
    run: newRun(true),
    forks: 1,
    connect,
    question: async (host) => {
      const [{ journal, armed, failed, releases, staging, backups, leftovers }, set] = await Promise.all([
        host.look(layout),
        host.look(live),
      ]);
      return {
        unfinished: journal !== null || armed !== null,
        failed,
        counts: [releases.length, staging.length, backups.length, leftovers.length],
        // A simulated device hears of it with the confirmation: it was never sent the bytes of metadata.json.
        version: journal === null ? set?.version : "not confirmed",
        faults: set?.faults,
        files: [...set?.listing.keys() ?? []].sort(),
      };
    },
    stop: new AbortController().signal,
  });
  return reply;
}

/** The newest backup, as what should be live. */
async function newestBackup(host: ObservedHost): Promise<Release> {
  const name = (await host.look(layout)).backups.at(-1)!;
  const set = await host.look(backupSet(name));
  // In the order of the names: `find` on a real device has none.
  const files = [...set!.listing].sort().map(([name, sha256]) => ({ name, sha256, bytes: 0 }));
  return {
    id: set!.id!,
    version: set!.version,
    files,
    source: { path: `backup/${name}`, listing: set!.listing },
  };
}

/** The two sides, each with an older set live and a backup of one before that: that is how a simulated device begins. */
async function bothSides(device: LocalDevice, settings: Partial<HostSettings>): Promise<[Side, Side]> {
  const local = { settings: { ...device.settings, ...settings }, connect: connectLocal };
  for (const version of ["0.1.0", "0.2.0"]) {
    const release = await writeSet(`${device.dir}/${version}`, { "model_hybrid.onnx": version }, version);
    assertEquals((await roll([local.settings], release)).exitCode, 0);
  }
  const connect = simulatedConnector();
  return [local, {
    settings: { ...local.settings, connection: "simulated" },
    connect: (settings, signal) => connect(settings, { connectTimeout: 5, commandTimeout: 60, signal }),
  }];
}

function sick({ settings, connect }: Side, fault: SimulatedFault): Side {
  return { settings: { ...settings, simulated: { fault, latency: 0 } }, connect };
}

for (const manager of ["command", "none"] as const) {
  longTestWhere(
    `a simulated device goes through every command as a real one does, when service_manager is ${manager}`,
    { needs: ["linux", "curl"] },
    async () => {
      await using device = await makeLocalDevice();
      await using health = await serveHealth(async () =>
        !(await device.read("artifacts_phase2/metadata.json").catch(() => "")).includes("9.9.9")
      );
      const sides = await bothSides(device, {
        service: "phase4-inference",
        serviceManager: manager,
        restartCommand: "true",
        healthUrl: health.url,
        healthInterval: 0,
        confirmTimeout: 60,
        keepBackups: 3,
      });
      const set = (version: string, model: string) =>
        writeSet(`${device.dir}/${version}`, {
          "model_hybrid.onnx": model,
          "deep/feature order.json": "{}",
        }, version);
      const [first, second, bad] = [
        await set("1.0.0", "a"),
        await set("2.0.0", "b"),
        await set("9.9.9", "c"),
      ];

      /** Runs the same on both and compares; returns how the host ended. */
      const same = async (
        release: Release | null,
        options: Parameters<typeof roll>[2] = {},
        change: (side: Side) => Side = (side) => side,
      ): Promise<string> => {
        // A mark of failure names the run.
        const run = newRun();
        const [real, simulated] = await Promise.all(sides.map(async (side) => {
          const { settings, connect } = change(side);
          return told(await roll([settings], release, { run, ...options, connect }));
        }));
        assertEquals(simulated, real);
        const [there, here] = await Promise.all(sides.map(stateOf));
        assertEquals(here, there);
        return real!.status;
      };
      const dry = { run: newRun(true) };
      const rollback = {
        pipeline: pipelines.rollback,
        releaseOf: newestBackup,
        run: { ...newRun(), command: "rollback" },
      };
      const verify = { pipeline: verifyRemotePipeline(() => undefined), writes: false };

      assertEquals(await same(bad, { ...dry }), "changed");
      assertEquals(await same(bad, {}, (side) => sick(side, "sick")), "rolled_back");
      // Once it has failed there, it is refused.
      assertEquals(await same(bad), "failed");
      assertEquals(await same(first), "changed");
      assertEquals(await same(first), "ok");
      assertEquals(await same(first, dry), "ok");
      assertEquals(await same(second, dry), "changed");
      assertEquals(await same(second), "changed");
      assertEquals(await same(null, rollback), "changed");
      assertEquals(await same(null, rollback), "ok");
      assertEquals(await same(second), "changed");
      assertEquals(await same(null, verify), "ok");
      assertEquals(await same(null, { pipeline: pipelines["health-check"], writes: false }), "ok");
      const cleanup = { pipeline: pipelines.cleanup };
      assertEquals(await same(null, cleanup), "ok");
      const keepOne = (side: Side): Side => ({ ...side, settings: { ...side.settings, keepBackups: 1 } });
      assertEquals(await same(null, { ...cleanup, ...dry }, keepOne), "changed");
      assertEquals(await same(null, cleanup, keepOne), "changed");
      // What an interrupted run leaves is taken up.
      const stages = pipelines.deploy.slice(0, 3);
      assertEquals(await same(first, { pipeline: stages }), "changed");
      assertEquals(await same(null, cleanup), "changed");
      assertEquals(await same(first, { pipeline: pipelines.deploy.slice(0, 5) }), "changed");
      assertEquals(await same(second), "changed");
      assert((await device.read("artifacts_phase2/metadata.json")).includes("2.0.0"));
    },
  );
}
