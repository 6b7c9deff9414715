/**
 * Tasks to build with that need a device that boots: a reboot, and services of a real systemd and a real busybox.
 * @module
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import { runOn, statuses } from "../fleet/program.ts";
import { testWhere } from "../support.ts";
import { makeLab } from "./lab.ts";

const library = JSON.stringify(new URL("../../mod.ts", import.meta.url).href);

/** A pipeline with a handler of each kind, and what runs over the session after the reboot. */
const project = `
import { command, defineProject, reboot, service, waitFor } from ${library};
const note = "/opt/iot-inference/note";
const marker = command({ name: "marker", argv: ["touch", note], creates: note });
export default defineProject({
  pipelines: {
    prepare: [
      marker,
      service({ name: "stop", service: "phase4-inference", state: "stopped" }),
      service({ name: "restart", service: "sshd-like", state: "restarted", onlyIf: [] }),
      reboot({ name: "reboot", onlyIf: [marker], within: 60 }),
      waitFor({ name: "ssh", port: 22 }),
      command({ name: "boot", argv: ["cat", "/proc/sys/kernel/random/boot_id"] }),
    ],
  },
});
`;

testWhere(
  "reboot() waits for the next boot of a real device, and the run goes on there",
  { needs: ["lab"] },
  async () => {
    await using lab = await makeLab({
      devices: [{ name: "debian", kind: "systemd", become: true }, { name: "tiny", kind: "tiny" }],
    });
    const file = join(lab.dir, "lockstep.ts");
    await Deno.writeTextFile(file, project);
    const inventory = await lab.inventory();
    const before = await Promise.all(
      lab.devices.map((device) => device.sh("cat /proc/sys/kernel/random/boot_id")),
    );
    const rebooted = Promise.all(lab.devices.map((device) => device.rebooted()));
    // Awaited below, unless the run fails before.
  rebooted.catch(() => {});
  const first = await runOn(lab, inventory, ["run", "prepare", "--project", file]);
    assertEquals(statuses(await first.report()), { debian: "changed", tiny: "changed" }, first.text);
    await rebooted;
    for (const [at, device] of lab.devices.entries()) {
      const { tasks } = (await first.report()).hosts.find(({ host }) => host === device.name)!;
      assertEquals(tasks.map(({ task, status }) => `${task} ${status}`), [
        "marker changed",
        "stop changed",
        "restart ok",
        "reboot changed",
        "ssh ok",
        "boot changed",
      ], first.text);
      const after = await device.sh("cat /proc/sys/kernel/random/boot_id");
      assertNotEquals(after, before[at]);
      assertEquals(String(tasks.at(-1)!.detail?.output), `${after}\n`);
      // The lock of the first session is gone, and that of the second was given back.
      assertEquals(await device.sh("ls /opt/iot-inference/.lockstep"), "");
    }
    const boots = await Promise.all(
      lab.devices.map((device) => device.sh("cat /proc/sys/kernel/random/boot_id")),
    );
    const second = await runOn(lab, inventory, ["run", "prepare", "--project", file]);
    for (const { tasks } of (await second.report()).hosts) {
      assertEquals(tasks.find(({ task }) => task === "reboot")?.status, "ok", second.text);
      assert(tasks.every(({ status }) => status !== "failed"), second.text);
    }
    assertEquals(
      await Promise.all(lab.devices.map((device) => device.sh("cat /proc/sys/kernel/random/boot_id"))),
      boots,
    );
  },
);
