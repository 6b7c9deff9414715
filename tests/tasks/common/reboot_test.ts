import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/errors.ts";
import { command } from "../../../tasks/common/command/command.ts";
import { reboot } from "../../../tasks/common/reboot.ts";
import { pipelines } from "../../../tasks/mod.ts";
import { makeLocalDevice, writeSet } from "../../local_device.ts";
import { testWhere } from "../../support.ts";
import { everyShell } from "./shells.ts";
import { rehearse } from "./simulated.ts";

/** Settings that do not say that the device is this machine, which it is. */
const far = { settings: { connection: "ssh" as const } };
const said = 'echo "${0##*/} $*" >>"${0%/*}/said"';

// Never with busybox: its shell may have a reboot inside, which no stand-in on PATH keeps it from.
for (const { name, needs, tools } of everyShell.filter(({ name }) => name === "dash")) {
  testWhere(
    `reboot() fails, when the device does not start anew in time, with ${name}`,
    { needs },
    async () => {
      await using device = await makeLocalDevice({
        tools: { ...tools, scripts: { reboot: said, systemctl: said } },
      });
      const task = reboot({ name: "reboot", within: 1 });
      const dry = await device.perform([task], { ...far, dryRun: true });
      assertEquals([dry.last.status, dry.last.steps], ["changed", ["reboot, and wait for the next boot"]]);
      const { last } = await device.perform([task], far);
      assertEquals(last.error?.kind, "timeout", JSON.stringify(last));
      assertStringIncludes(last.error?.evidence ?? "", "it answers, but is not back yet");
      // Asked once: a dry run asks nobody.
      assertEquals((await Deno.readTextFile(`${device.path}/said`)).split("\n").length, 2);
    },
  );
}

testWhere(
  "reboot() fails with what the device says, when it may not be asked",
  { needs: ["linux"] },
  async () => {
    const refusing = "echo 'not today' >&2; exit 3";
    await using device = await makeLocalDevice({
      tools: { scripts: { reboot: refusing, systemctl: refusing } },
    });
    const { last } = await device.perform([reboot({ name: "reboot", within: 60 })], far);
    assertEquals(last.error?.kind, "exit");
    assertStringIncludes(last.error?.evidence ?? "", "exited with code 3");
    const id = "case $1 in -un) echo deploy ;; *) echo 1000 ;; esac";
    await using other = await makeLocalDevice({ tools: { scripts: { id, reboot: said, systemctl: said } } });
    assertEquals((await other.perform([reboot({ name: "reboot" })], far)).last.error?.kind, "privilege");
  },
);

testWhere("reboot() does not reboot the machine that Lockstep runs on", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice({ tools: { scripts: { reboot: said, systemctl: said } } });
  for (const dryRun of [true, false]) {
    const { last } = await device.perform([reboot({ name: "reboot" })], { dryRun });
    assertEquals(last.error?.kind, "unsuitable");
    assertStringIncludes(last.error?.evidence ?? "", "ansible_connection is local");
  }
});

testWhere(
  "reboot() does not reboot a device that would bring the old set back",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice({ settings: { confirmTimeout: 60 } });
    const release = await writeSet(`${device.dir}/set`, { a: "a" });
    const unconfirmed = pipelines.deploy.filter(({ name }) => name !== "health");
    const older = await writeSet(`${device.dir}/older`, { a: "older" });
    await device.perform(pipelines.deploy, { release: older });
    const { reports } = await device.perform([
      ...unconfirmed,
      reboot({ name: "reboot" }),
      pipelines.deploy.at(-1)!,
    ], {
      release,
      settings: { connection: "ssh" },
    });
    const last = reports.at(-1)!;
    assertEquals([last.task, last.error?.kind], ["reboot", "unsuitable"], JSON.stringify(reports));
    assertStringIncludes(last.error?.evidence ?? "", "reverts to the old set");
    // Disarms it: nothing of the test stays behind.
    await device.perform(pipelines.deploy, { release });
  },
);

Deno.test("reboot() is changed on a simulated device, and a handler is ok when nothing changed", async () => {
  const kernel = command({ name: "kernel", argv: ["true"], creates: "/boot/new" });
  const tasks = [kernel, reboot({ name: "handler", onlyIf: [kernel] }), reboot({ name: "always" })];
  assertEquals(await rehearse(tasks, 2), [["changed", "changed", "changed"], ["ok", "ok", "changed"]]);
});

Deno.test("reboot() refuses at once what is wrong on every host", () => {
  for (const within of [0, 1.5, -1, NaN]) {
    assertThrows(() => reboot({ name: "x", within }), UsageError, "expected a whole number");
  }
});
