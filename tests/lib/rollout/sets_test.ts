/**
 * Hosts with several sets, on simulated devices: how they end, and what is live of each set then.
 * @module
 */
import { assertEquals } from "@std/assert";
import type { HostOutcome } from "../../../lib/events.ts";
import type { Release } from "../../../lib/release.ts";
import { newRun } from "../../../lib/run/context.ts";
import { releaseOfBackup } from "../../../lib/rollout/backup_release.ts";
import { connector } from "../../../lib/rollout/connector.ts";
import { rollout, type RolloutRequest } from "../../../lib/rollout/rollout.ts";
import { loadInventory, settingsOfAll } from "../../../lib/settings/mod.ts";
import { pipelines } from "../../../tasks/mod.ts";

/** What these sets should be, by name. */
const wanted: Readonly<Record<string, Release>> = {
  model: releaseOf("a"),
  config: releaseOf("b"),
};

function releaseOf(char: string): Release {
  const sha256 = char.repeat(64);
  const file = (name: string) => ({ name, sha256, bytes: 1, path: "/nowhere" });
  return { id: char.repeat(16), version: null, files: [file("x"), file("metadata.json")] };
}

/** Deploys both sets on hosts h1, h2, …, with these faults, and returns how the hosts ended at last. */
async function deploy(
  faults: readonly string[],
  more: Partial<RolloutRequest> = {},
): Promise<Map<string, HostOutcome>> {
  const connect = connector();
  const { hosts } = await loadInventory([`${faults.map((_, at) => `h${at + 1}`).join()},`], {
    extraVars: [JSON.stringify({
      ansible_connection: "simulated",
      sets: [{ name: "model", deploy_path: "/m", health_url: "" }, { name: "config", deploy_path: "/c" }],
    })],
    env: {},
    cwd: "/",
  });
  const settings = settingsOfAll(hosts, { env: {}, cwd: "/" }).map((host, at) => ({
    ...host,
    simulated: { fault: faults[at] as "none", latency: 0 },
  }));
  const ends = new Map<string, HostOutcome>();
  await rollout({
    run: newRun("deploy"),
    hosts: settings,
    pipeline: pipelines.deploy,
    undo: pipelines.undo,
    writes: true,
    releaseOf: ({ settings }) => Promise.resolve(wanted[settings.set!]!),
    takeBack: {
      pipeline: pipelines.rollback,
      releaseOf: (host, { sets = [] }) =>
        releaseOfBackup(
          host,
          undefined,
          sets.find(({ set }) => set === host.settings.set)?.previousRelease ?? null,
        ),
    },
    connect,
    forks: 1,
    listener: (event) => {
      if (event.type === "host-finished") ends.set(event.host, event);
    },
    ...more,
  });
  return ends;
}

const live = (
  end: HostOutcome | undefined,
) => [end?.status, ...end?.sets?.map(({ release }) => release) ?? []];

Deno.test("rollout() has both sets of a host old or both new, whatever happens to one of them", async () => {
  const ends = await deploy(["none", "sick", "drop", "no-space"]);
  const old = ends.get("h1")!.sets!.map(({ previousRelease }) => previousRelease);
  assertEquals(live(ends.get("h1")), ["changed", wanted.model!.id, wanted.config!.id]);
  assertEquals(live(ends.get("h2")), ["rolled_back", ...old]);
  assertEquals(live(ends.get("h3")), ["rolled_back", ...old]);
  assertEquals(live(ends.get("h4")), ["failed", ...old]);
});

Deno.test("rollout() takes every set of a host back, when it had ended well and others failed", async () => {
  const ends = await deploy(["none", "sick"], {
    budget: { failures: 0, unreachable: Infinity },
    onFailure: "rollback-all",
  });
  const old = ends.get("h2")!.sets!.map(({ previousRelease }) => previousRelease);
  assertEquals(live(ends.get("h1")), ["rolled_back", ...old]);
  assertEquals(ends.get("h1")!.was, "changed");
});
