/**
 * A disk that gets full in the middle: while the set is backed up, and while the new one is sent. The old set stays live, no half backup is
 * to be seen, and once there is room again the same deploy ends well.
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { makeArtifacts } from "../../fleet/support/artifacts.ts";
import { type Device, makeFleet } from "../../fleet/support/fleet.ts";
import { assertSet, assertWhole, backupsOf, namesIn } from "../../fleet/support/live.ts";
import { errorOf, runOn, statuses } from "../../fleet/support/program.ts";
import { longTestWhere } from "../../support.ts";

const mebibyte = 1024 * 1024;

/**
 * The device's program that does the work there, and how many times it is started before the disk gets full: the backup is one `cp`, the new
 * set comes by a `dd` a file. Other work of that program (`dd` reads blocks of the old set, too) has other words.
 */
const middles = {
  "the backup": { program: "cp", starts: 0, words: "*" },
  "staging": { program: "dd", starts: 2, words: "*count_bytes*" },
} as const;

/** Makes a program of a device fill the disk, once, before it does its work. */
async function fillBefore(
  device: Device,
  { program, starts, words }: typeof middles[keyof typeof middles],
): Promise<void> {
  const path = join(device.dir, "bin", program);
  const real = await Deno.readLink(path);
  await Deno.remove(path);
  const text = `#!/bin/sh
case "$*" in ${words}) echo >>'${device.dir}/starts' ;; esac
if [ -e '${device.dir}/starts' ] && [ "$(wc -l <'${device.dir}/starts')" -gt ${starts} ] && [ ! -e '${device.dir}/full' ]; then
  : >'${device.dir}/full'
  # The work has begun, and has half a file's room.
  head -c 800000 /dev/zero >'${device.deployDir}/room'
  cat /dev/zero >'${device.deployDir}/filler' 2>/dev/null
  rm '${device.deployDir}/room'
fi
exec ${real} "$@"
`;
  await Deno.writeTextFile(path, text, { mode: 0o755 });
}

for (const [what, middle] of Object.entries(middles)) {
  longTestWhere(`deploy leaves the old set live, when the disk gets full in the middle of ${what}`, {
    needs: ["sshd", "mounts"],
  }, async () => {
    await using fleet = await makeFleet({ devices: [{ without: [] }] });
    const [device] = fleet.devices;
    // Room for three sets and a bit: the backup that is there already is not to be asked for a second time.
    await fleet.mountTmpfs(device!.deployDir, 30 * mebibyte);
    const inventory = await fleet.inventory();
    const bytes = 8 * mebibyte;
    const old = await makeArtifacts(join(fleet.dir, "old"), { seed: 1, bytes });
    const next = await makeArtifacts(join(fleet.dir, "next"), { seed: 2, bytes });
    const deploy = async (set: typeof old) =>
      await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir]);
    assertEquals((await deploy(old)).code, 0);

    await fillBefore(device!, middle);
    const run = await deploy(next);
    const report = await run.report();
    assertEquals([run.code, statuses(report)], [2, { "edge-01": "failed" }], run.text);
    assertEquals(errorOf(report, "edge-01").kind, "no-space", run.text);
    await assertWhole(device!, old);
    const backups = await backupsOf(device!);
    for (const name of backups) await assertSet(join(device!.deployDir, "backup", name), name, old);
    assertEquals(backups.length, what === "staging" ? 1 : 0, backups.join(" "));

    // Still full: the same end, told before anything is done.
    if (what === "staging") {
      const still = await deploy(next);
      assertEquals(
        [still.code, errorOf(await still.report(), "edge-01").kind],
        [2, "no-space"],
        still.text,
      );
      await assertWhole(device!, old);
    }
    await Deno.remove(join(device!.deployDir, "filler"));
    const again = await deploy(next);
    assertEquals([again.code, statuses(await again.report())], [0, { "edge-01": "changed" }], again.text);
    await assertWhole(device!, next);
    for (const name of await backupsOf(device!)) {
      await assertSet(join(device!.deployDir, "backup", name), name, old);
    }
    assertEquals(await namesIn(join(device!.deployDir, ".lockstep/staging")), []);
  });
}
