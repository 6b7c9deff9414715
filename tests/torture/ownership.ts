/**
 * Owners, groups and modes: a set that belongs to another user, with modes of its own, stays so when root deploys over it: after the first
 * deploy over a folder, over a release, after a rollback, and after the device has restored itself.
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { type Artifacts, makeArtifacts } from "../fleet/support/artifacts.ts";
import { assertWhole, filesBelow } from "../fleet/support/live.ts";
import { runOn, startOn } from "../fleet/support/program.ts";
import { run } from "../lab/command.ts";
import { users } from "../lab/image.ts";
import { type Lab, type LabDevice, makeLab } from "../lab/lab.ts";
import { makeSickArtifacts } from "../lab/sets.ts";
import { isActive, leftovers, liveSlot, served, until } from "./lab_device.ts";

const group = 4242;

/** Modes that a set may well have, with the service's user as owner: "" is the folder itself, the rest by name. */
const modes: Readonly<Record<string, number>> = {
  "": 0o2750,
  "labels": 0o710,
  "labels/classes.txt": 0o604,
  "model_hybrid.onnx": 0o640,
  "best_model_hybrid.pth": 0o400,
  "scaler.pkl": 0o664,
  "metadata.json": 0o640,
};

/** Owners and modes of a set, by name, "" being its folder. */
export type Rights = Readonly<Record<string, string>>;

/** Calls `seen` with the rights of the live set, as they were and as they are, after each of the changes. Returns how many there were. */
export async function runOwnership(
  seen: (what: string, before: Rights, after: Rights) => void = (what, before, after) =>
    assertEquals(after, before, what),
): Promise<number> {
  await using lab = await makeLab({ devices: [{ name: "root", kind: "systemd", become: true }] });
  const device = lab.device("root");
  const inventory = await lab.inventory({
    vars: { restart_settle: 1, confirm_timeout: 6, health_attempts: 60 },
  });
  const set = (seed: number) => makeArtifacts(join(lab.dir, `set-${seed}`), { seed });
  const [old, next, third] = [await set(1), await set(2), await set(3)];
  await placeFolder(device, old);
  const before = await rightsOf(device, old);
  let changes = 0;
  const look = async (what: string, live: Artifacts) => {
    await assertWhole(device, live);
    assertEquals(await served(device), live.id, what);
    seen(what, before, await rightsOf(device, live));
    changes++;
  };
  const succeed = async (...args: string[]) => {
    const outcome = await runOn(lab, inventory, args);
    assertEquals(outcome.code, 0, outcome.text);
  };
  await succeed("deploy", "--artifacts", next.dir);
  await look("after the first deploy, over a folder", next);
  await succeed("deploy", "--artifacts", third.dir);
  await look("after a deploy over a release", third);
  await succeed("rollback");
  await look("after a rollback", next);
  await loseController(lab, inventory, device, next);
  await look("after the device has restored itself", next);
  return changes;
}

/** A set in a folder, as the manual leaves it, that belongs to the service's user and another group. */
async function placeFolder(device: LabDevice, set: Artifacts): Promise<void> {
  await device.sh(`groupadd --gid ${group} models`);
  const folder = join(device.deployDir, "artifacts_phase2");
  await run(["cp", "-a", set.dir, folder]);
  await run(["chown", "-R", `${users.phase4}:${group}`, folder]);
  for (const [name, mode] of Object.entries(modes)) await Deno.chmod(join(folder, name), mode);
  await device.sh("systemctl start phase4-inference");
  await until("the service starts", 10, () => served(device));
}

async function loseController(
  lab: Lab,
  inventory: string,
  device: LabDevice,
  old: Artifacts,
): Promise<void> {
  const sick = await makeSickArtifacts(join(lab.dir, "sick"), { ready: false }, { seed: 9 });
  const deploying = startOn(lab, inventory, ["deploy", "--artifacts", sick.dir]);
  await until("the switch", 60, async () => (await liveSlot(device)) === sick.id);
  deploying.kill();
  await deploying.ended;
  await until(
    "the device's own restore",
    20,
    async () =>
      await served(device) === old.id && await isActive(device) &&
      (await leftovers(device)).every((name) => name === ".lockstep/lock"),
  );
}

/** The rights of the live set's folders and files that were there from the beginning. */
async function rightsOf(device: LabDevice, set: Artifacts): Promise<Rights> {
  const found = await device.liveSet();
  const dir = found!.dir;
  const names = (await filesBelow(dir)).filter((name) => name in set.files || name === "metadata.json");
  const rights: Record<string, string> = {};
  for (const name of ["", "labels", ...names].sort()) {
    const { uid, gid, mode } = await Deno.stat(join(dir, name));
    rights[name] = `${uid}:${gid} ${(mode! & 0o7777).toString(8)}`;
  }
  return rights;
}
