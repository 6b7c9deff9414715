/**
 * What is live on a device, read from this machine and judged by the contract's invariants.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { isAbsolute, join } from "@std/path";
import type { Artifacts } from "./artifacts.ts";
import type { Device } from "./fleet.ts";
import { sha256 } from "./tree.ts";

/** Where a device keeps its set: the deploy path as the device sees it, and as this machine does. */
export type Placed = Pick<Device, "name" | "deployPath" | "deployDir">;

/** The folder on this machine that the device's live name resolves to; undefined if there is none. */
export async function liveDir(device: Placed): Promise<string | undefined> {
  const live = join(device.deployDir, "artifacts_phase2");
  try {
    const { isSymlink } = await Deno.lstat(live);
    if (!isSymlink) return live;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const target = await Deno.readLink(live);
  // A tiny device has a root of its own, in which an absolute link means something else than here.
  const root = device.deployDir.slice(0, device.deployDir.length - device.deployPath.length);
  return isAbsolute(target) ? root + target : join(device.deployDir, target);
}

/** Asserts that the live name of a device resolves to one complete set, and that it is one of those named; returns its id. */
export async function assertWhole(device: Placed, ...sets: readonly Artifacts[]): Promise<string> {
  const dir = await liveDir(device);
  assert(dir !== undefined, `${device.name} has no live set`);
  return await assertSet(dir, device.name, ...sets);
}

/** Asserts that a folder holds one of the sets named, complete and with nothing else in it; returns its id. */
export async function assertSet(dir: string, what: string, ...sets: readonly Artifacts[]): Promise<string> {
  const id = (await sha256(join(dir, "metadata.json"))).slice(0, 16);
  const set = sets.find((set) => set.id === id);
  assert(set !== undefined, `${what} has ${id} live, expected ${sets.map((set) => set.id).join(" or ")}`);
  const found = Object.fromEntries(
    await Promise.all(
      (await filesBelow(dir)).map(async (name) => [name, await sha256(join(dir, name))] as const),
    ),
  );
  delete found["metadata.json"];
  assertEquals(found, { ...set.files }, `${what}: ${dir}`);
  return id;
}

/** The names under `backup/` of a device, oldest first. */
export async function backupsOf(device: Placed): Promise<string[]> {
  return (await namesIn(join(device.deployDir, "backup"))).sort();
}

/** The names in a folder; none where it is not there. */
export async function namesIn(dir: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Every file below a folder, as a path relative to it, separated by "/". */
export async function filesBelow(dir: string, prefix = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(join(dir, prefix))) {
    const name = prefix + entry.name;
    names.push(...entry.isDirectory ? await filesBelow(dir, `${name}/`) : [name]);
  }
  return names;
}
