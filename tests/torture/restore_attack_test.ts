/**
 * The service's user, who owns the deploy path, against what waits to restore the device as root.
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { makeArtifacts } from "../fleet/support/artifacts.ts";
import { runOn, startOn } from "../fleet/support/program.ts";
import { makeLab } from "../lab/lab.ts";
import { makeSickArtifacts } from "../lab/sets.ts";
import { longTestWhere } from "../support.ts";
import { delay, until } from "./lab_device.ts";

/** Puts a folder and programs of the attacker's in the place of ours, without looking: it cannot see when the device is armed. */
const ATTACK = `
cd /opt/iot-inference || exit
mv .lockstep was
mkdir -p .lockstep/restore
echo 'id >/root/seized-by-timer' >.lockstep/restore/script
cp .lockstep/restore/script .lockstep/restore/restart
for program in .lockstep/restore/*.service; do
  printf '[Service]\\nExecStart=/bin/sh -c "id >/root/seized-at-boot"\\n[Install]\\nWantedBy=multi-user.target\\n' >"$program"
done
chmod -R 755 .lockstep
`;

longTestWhere(
  "what restores a device as root runs nothing of the service's user, when he has swapped .lockstep",
  {
    needs: ["lab"],
  },
  async () => {
    await using lab = await makeLab({ devices: [{ name: "edge", kind: "systemd", become: true }] });
    const device = lab.device("edge");
    const inventory = await lab.inventory({ vars: { restart_settle: 1, confirm_timeout: 5 } });
    const set = await makeArtifacts(join(lab.dir, "set"), { seed: 1 });
    assertEquals((await runOn(lab, inventory, ["deploy", "--artifacts", set.dir])).code, 0);
    await device.sh("chown phase4:phase4 /opt/iot-inference");
    const sick = await makeSickArtifacts(join(lab.dir, "sick"), { ready: false }, { seed: 9 });
    const deploying = startOn(lab, inventory, ["deploy", "--artifacts", sick.dir]);
    const isThere = async (what: string) => (await device.exec(["test", ...what.split(" ")])).code === 0;
    await until("the device is armed", 30, () => isThere("-f /opt/iot-inference/.lockstep/restore/unit"));
    await device.sh(
      `exec setpriv --reuid=phase4 --regid=phase4 --clear-groups sh -c "$1" </dev/null >/dev/null 2>&1`,
      ATTACK,
    );
    deploying.kill();
    await deploying.ended;
    assertEquals(
      await isThere("-f /opt/iot-inference/was/../.lockstep/restore/script"),
      true,
      "it was swapped",
    );
    // The timer has come and gone, whatever it did.
    await delay(7_000);
    await device.kill();
    await device.boot();
    assertEquals(await device.sh("ls -A /root | grep seized || true"), "");
  },
);
