/**
 * A login that exports what changes the programs of a device: a deploy works as it does without, and a release that is no good goes back.
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { makeArtifacts } from "../fleet/support/artifacts.ts";
import { assertWhole } from "../fleet/support/live.ts";
import { runOn, statuses } from "../fleet/support/program.ts";
import { longTestWhere } from "../support.ts";
import { makeLab } from "./lab.ts";
import { makeSickArtifacts } from "./sets.ts";

/** What such a login's start file says. */
const odd =
  `export POSIXLY_CORRECT=1 GREP_OPTIONS=--color=always CDPATH=/tmp:/opt TZ=Asia/Kolkata LANG=tr_TR.UTF-8
export BASH_ENV=$HOME/.odd ENV=$HOME/.odd TAR_OPTIONS=--verbose SYSTEMD_COLORS=1 SYSTEMD_LOG_LEVEL=debug
umask 077
set -eu -o noclobber
export SHELLOPTS
`;

longTestWhere("deploy and its way back work on a systemd device, when its login exports odd things", {
  needs: ["lab"],
}, async () => {
  await using lab = await makeLab({
    devices: [{ name: "sudo", kind: "systemd" }, { name: "become", kind: "systemd", become: true }],
  });
  for (const { root } of lab.devices) {
    await Deno.writeTextFile(join(root, "home/iotuser/.bashrc"), odd);
    await Deno.writeTextFile(
      join(root, "home/iotuser/.odd"),
      `echo noise; echo noise >&2\nset -eu -o noclobber\n`,
    );
  }
  const inventory = await lab.inventory();
  const one = await makeArtifacts(join(lab.dir, "one"), { seed: 1 });
  const bad = await makeSickArtifacts(join(lab.dir, "bad"), { refuse: "no such model" });
  const all = (status: string) => Object.fromEntries(lab.devices.map(({ name }) => [name, status]));
  for (const [set, status] of [[one, "changed"], [one, "ok"], [bad, "rolled_back"]] as const) {
    const run = await runOn(lab, inventory, ["deploy", "--artifacts", set.dir]);
    assertEquals(statuses(await run.report()), all(status), run.text);
    for (const device of lab.devices) await assertWhole(device, one);
  }
});
