/**
 * All or nothing: rollouts that must not be. Where the last of the devices cannot stage, no live set changes, at no time: the kernel is asked
 * to tell of every change of a live name. Where one is sick, all end on the set that they had.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { basename, join } from "@std/path";
import type { Device } from "../fleet/support/fleet.ts";
import { runOn, statuses } from "../fleet/support/program.ts";
import { Field, type Scene } from "./field.ts";
import { watch } from "./kills/random_kills.ts";

/** Throws if a promise is broken; what it has seen. */
export async function allOrNothing(devices: number, scene: Scene = "release", pause = 0): Promise<string> {
  await using field = await Field.make({ kind: "exchange", devices, bytes: 50_000 });
  const last = field.devices.at(-1)!;
  const { old, next, first } = field.sets;
  const deploy = async () => {
    const inventory = await field.inventory(field.devices, "directly");
    return await runOn(field.fleet, inventory, ["deploy", "--artifacts", next.dir, "--all-or-nothing"]);
  };

  await field.reset(field.devices, scene);
  await Deno.remove(join(last.deployDir, ".lockstep/staging"), { recursive: true }).catch(() => {});
  await Deno.mkdir(join(last.deployDir, ".lockstep"), { recursive: true });
  await Deno.writeTextFile(join(last.deployDir, ".lockstep/staging"), "a file\n");
  const cannotStage = await changesOf(field.devices, async () => {
    const run = await deploy();
    assertEquals(run.code, 2, run.text);
    assertEquals(
      statuses(await run.report()),
      { ...allOf(field.devices, "skipped"), [last.name]: "failed" },
      run.text,
    );
  });
  assertEquals([...cannotStage.values()].filter((count) => count > 0), [], "a live name was changed");
  for (const device of field.devices) await field.judge(device, old);

  await field.reset(field.devices, scene);
  await field.services.dislike(last, next, "sick");
  await using watcher = await watch(field.devices[0]!, [old, next, first], pause);
  const sick = await changesOf(field.devices, async () => {
    const run = await deploy();
    assertEquals(run.code, 2, run.text);
    assertEquals(statuses(await run.report()), allOf(field.devices, "rolled_back"), run.text);
  });
  const { reads, switches } = await watcher.end();
  // There and back: what the watchers would have seen above, they see here.
  for (const [name, count] of sick) assert(count >= 2, `${name}'s live name was changed ${count} times`);
  for (const device of field.devices) {
    await field.judge(device, old);
    assertEquals(await field.served(device), old.id, `${device.name}'s service`);
    await field.assertSettled(device);
  }
  return `${
    sum(cannotStage)
  } live names changed where one could not stage; there and back where one was sick: ` +
    `${sum(sick)} changes; the first was read ${reads} times, through ${switches} switches`;
}

/** How often the live name of each device is made, moved or removed while `work` goes on. */
async function changesOf(
  devices: readonly Device[],
  work: () => Promise<void>,
): Promise<Map<string, number>> {
  const changes = new Map(devices.map(({ name }) => [name, 0]));
  const watchers = devices.map((device) => {
    const watcher = Deno.watchFs(device.deployDir, { recursive: false });
    const told = (async () => {
      for await (const { kind, paths } of watcher) {
        const concerned = kind !== "access" && paths.some((path) => basename(path) === "artifacts_phase2");
        if (concerned) changes.set(device.name, changes.get(device.name)! + 1);
      }
    })();
    return { watcher, told };
  });
  try {
    await work();
  } finally {
    for (const { watcher, told } of watchers) {
      watcher.close();
      await told;
    }
  }
  return changes;
}

function allOf<T>(devices: readonly Device[], what: T): Record<string, T> {
  return Object.fromEntries(devices.map(({ name }) => [name, what]));
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((a, b) => a + b, 0);
}
