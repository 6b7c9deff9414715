/**
 * The devices between the runs: put into a state, and looked at afterwards.
 * @module
 */
import { assert } from "@std/assert";
import { join } from "@std/path";
import type { Artifacts } from "../tests/fleet/support/artifacts.ts";
import type { Device } from "../tests/fleet/support/fleet.ts";
import { assertSet, assertWhole, backupsOf } from "../tests/fleet/support/live.ts";

/** Copies what every device has under its deploy path into `folder`. */
export async function saveState(devices: readonly Device[], folder: string): Promise<void> {
  await Deno.mkdir(folder);
  await Promise.all(
    devices.map((device) => runProgram("cp", ["-a", device.deployDir, join(folder, device.name)])),
  );
}

/** Puts it back, or an empty folder; on the disk, so that no run pays for what was before it. */
export async function restoreState(devices: readonly Device[], folder?: string): Promise<void> {
  await Promise.all(devices.map(async (device) => {
    await Deno.remove(device.deployDir, { recursive: true });
    if (folder === undefined) await Deno.mkdir(device.deployDir);
    else await runProgram("cp", ["-a", join(folder, device.name), device.deployDir]);
  }));
  await runProgram("sync", []);
}

/** Throws if a device does not have exactly `set` live, or if `former` was replaced and is in no backup. */
export async function checkDevices(
  devices: readonly Device[],
  set: Artifacts,
  former?: Artifacts,
): Promise<void> {
  for (const device of devices) {
    await assertWhole(device, set);
    if (former === undefined) continue;
    const newest = (await backupsOf(device)).at(-1);
    assert(newest !== undefined, `${device.name} has no backup`);
    await assertSet(join(device.deployDir, "backup", newest), `${device.name}'s backup`, former);
  }
}

async function runProgram(name: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(name, { args, stdout: "null" }).output();
  if (!success) throw new Error(`${name} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** What a write to a device's live set, releases or backups would change: a line a path, in order. */
export async function stampsOf(devices: readonly Device[]): Promise<string[]> {
  // Of Lockstep's own folder only the releases: a run's lock comes and goes beside them.
  const others = ["(", "-path", "*/.lockstep/*", "!", "-path", "*/.lockstep/releases*", ")"];
  const files = ["(", "-type", "f", "-o", "-type", "l", ")", "-printf", "%p %i %s %T@\\n"];
  const find = new Deno.Command("find", {
    args: [...devices.map(({ deployDir }) => deployDir), ...others, "-prune", "-o", ...files],
  });
  const { success, stdout, stderr } = await find.output();
  if (!success) throw new Error(`find: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).split("\n").sort();
}
