/**
 * Tasks to build with that need a device that boots: a reboot, and services of a real systemd and a real busybox.
 * @module
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { runOn, statuses } from "../fleet/support/program.ts";
import { longTestWhere } from "../support.ts";
import { type LabDevice, makeLab } from "./lab.ts";

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
      service({ name: "restart", service: "agent", state: "restarted", onlyIf: [marker] }),
      reboot({ name: "reboot", onlyIf: [marker], within: 60 }),
      waitFor({ name: "ssh", port: 22 }),
      service({ name: "start", service: "agent", state: "started" }),
      command({ name: "boot", argv: ["cat", "/proc/sys/kernel/random/boot_id"] }),
    ],
    end: [service({ name: "stop", service: "agent", state: "stopped" })],
  },
});
`;

/** A service that does not start at boot: a unit, or an init script. */
async function installAgent(device: LabDevice): Promise<void> {
  if (device.kind === "tiny") {
    const script = `#!/bin/sh
case $1 in
  start) sleep 1000 >/dev/null 2>&1 </dev/null & echo $! >/run/agent.pid ;;
  stop) kill "$(cat /run/agent.pid)" && rm /run/agent.pid ;;
  status) [ -f /run/agent.pid ] && kill -0 "$(cat /run/agent.pid)" ;;
esac
`;
    await Deno.writeTextFile(join(device.root, "etc/init.d/agent"), script, { mode: 0o755 });
  } else {
    const unit = "[Service]\nExecStart=/usr/bin/sleep 1000\n";
    await Deno.writeTextFile(join(device.root, "etc/systemd/system/agent.service"), unit);
  }
}

longTestWhere("reboot() waits for the next boot of a real device, and the run goes on there", {
  needs: ["lab"],
}, async () => {
  await using lab = await makeLab({
    devices: [{ name: "debian", kind: "systemd", become: true }, { name: "tiny", kind: "tiny" }],
  });
  const { devices } = lab;
  await Promise.all(devices.map(installAgent));
  const file = join(lab.dir, "lockstep.ts");
  await Deno.writeTextFile(file, project);
  const inventory = await lab.inventory();
  const run = async (pipeline: string, status: string) => {
    const outcome = await runOn(lab, inventory, ["run", pipeline, "--project", file]);
    const report = await outcome.report();
    assertEquals(statuses(report), { debian: status, tiny: status }, outcome.text);
    return report.hosts;
  };
  const boots = () => Promise.all(devices.map((device) => device.sh("cat /proc/sys/kernel/random/boot_id")));
  const before = await boots();
  const rebooted = Promise.all(devices.map((device) => device.rebooted()));
  // Awaited below, unless the run fails before.
  rebooted.catch(() => {});
  const first = await run("prepare", "changed");
  await rebooted;
  const after = await boots();
  for (const [at, device] of devices.entries()) {
    const { tasks } = first.find(({ host }) => host === device.name)!;
    assertEquals(tasks.map(({ task, status }) => `${task} ${status}`), [
      "marker changed",
      "restart changed",
      "reboot changed",
      "ssh ok",
      "start changed",
      "boot changed",
    ]);
    assertNotEquals(after[at], before[at]);
    assertEquals(tasks.at(-1)!.detail?.output, `${after[at]}\n`);
    // The lock of the first session is gone, and that of the second was given back.
    assertEquals(await device.sh("ls /opt/iot-inference/.lockstep | grep -v restart.log || true"), "");
  }
  for (const { tasks } of await run("prepare", "changed")) {
    assertEquals(tasks.filter(({ status }) => status !== "ok").map(({ task }) => task), ["boot"]);
  }
  assertEquals(await boots(), after);
  await run("end", "changed");
  await run("end", "ok");
});

longTestWhere("examples/rolling_reboot reboots devices whose modules have changed, one wave after another", {
  needs: ["lab"],
}, async () => {
  await using lab = await makeLab({
    devices: [{ name: "debian", kind: "systemd", become: true }, { name: "tiny", kind: "tiny" }],
  });
  const example = fromFileUrl(new URL("../../examples/rolling_reboot/lockstep.ts", import.meta.url));
  const inventory = await lab.inventory();
  const run = async (status: string, ...args: string[]) => {
    const options = ["modules", "--project", example, "--waves", "1,rest", ...args];
    const outcome = await runOn(lab, inventory, ["run", ...options]);
    assertEquals(statuses(await outcome.report()), { debian: status, tiny: status }, outcome.text);
  };
  const boots = () =>
    Promise.all(lab.devices.map((device) => device.sh("cat /proc/sys/kernel/random/boot_id")));
  const before = await boots();
  await run("changed", "--dry-run");
  assertEquals(await boots(), before);
  const rebooted = Promise.all(lab.devices.map((device) => device.rebooted()));
  rebooted.catch(() => {});
  await run("changed");
  await rebooted;
  const after = await boots();
  for (const [at, boot] of after.entries()) assertNotEquals(boot, before[at]);
  await run("ok");
  assertEquals(await boots(), after);
});
