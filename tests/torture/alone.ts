/**
 * A device that was left alone: its controller is killed between the switch and the confirmation. It is back on its old set, its service on
 * it, within `confirm_timeout` and 10 s, by a shell of its own (loopback devices have no systemd; for that see `lost_controller.ts`).
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { Device } from "../fleet/support/fleet.ts";
import { liveDir } from "../fleet/support/live.ts";
import { errorOf, statuses } from "../fleet/support/program.ts";
import { Field, type Kind, type Scene, waiting } from "./field.ts";
import { control, type Moment, requestsOf } from "./kills/kill_matrix.ts";

/** What a device that was left alone took, in seconds from the death of its controller. */
export interface AloneResult {
  readonly moments: readonly string[];
  readonly slowest: number;
}

const confirmTimeout = 4;
/** That of a run which another one takes over: enough for it to come, on a machine that is busy, too. */
const firstTimeout = 10;
const grace = 10;

/** Kills controllers at every moment from the switch to the confirmation, and waits for the devices. */
export async function leaveAlone(kind: Kind, scene: Scene): Promise<AloneResult> {
  await using field = await Field.make({ kind, devices: 10, vars: { confirm_timeout: confirmTimeout } });
  const requests = await requestsOf(field, { scene, deployed: "good" });
  const from = requests.indexOf("switch") + 1;
  const to = requests.indexOf("confirm") + 1;
  const moments: Moment[] = [];
  for (let n = from; n < to; n++) moments.push({ n, when: "after" });
  moments.push({ n: to, when: "before" });
  const devices = field.devices.slice(0, moments.length);
  await field.reset(devices, scene);
  const { old, next } = field.sets;
  const before = await Promise.all(devices.map((device) => field.services.restarts(device)));
  await control(field, devices, next, {
    fate: "controller",
    moments: Object.fromEntries(devices.map(({ name }, i) => [name, moments[i]!])),
  });
  const died = performance.now();
  for (const [i, device] of devices.entries()) {
    const where = `${kind}, ${scene}, ${moments[i]!.when} ${requests[moments[i]!.n - 1]}`;
    while (await isUnfinished(device)) {
      const seconds = (performance.now() - died) / 1000;
      assert(seconds < confirmTimeout + grace, `${where}: not restored after ${seconds} s`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assertEquals(await field.judge(device, old), old.id, where);
    assertEquals(await field.served(device), old.id, `${where}: the service`);
    // Once for the new set, where it came to that, and once for the old one.
    const restarts = await field.services.restarts(device) - before[i]!;
    assertEquals(restarts, moments[i]!.n >= requests.indexOf("restart") + 1 ? 2 : 1, `${where}: restarts`);
    assertEquals(await waiting(device), [], where);
    const history = (await Deno.readTextFile(join(device.deployDir, ".lockstep/history"))).trimEnd().split(
      "\n",
    );
    const { event, release } = JSON.parse(history.at(-1)!) as { event: string; release: string };
    assertEquals(event, "restored", where);
    if (scene === "release") assertEquals(release, old.id, where);
  }
  const slowest = (performance.now() - died) / 1000;
  await field.assertConverges(devices, next, 60);
  return { moments: moments.map(({ n, when }) => `${when} ${requests[n - 1]}`), slowest };
}

/** A run that comes within the time of one that was lost takes the device over: the device does not restore itself under its hands. */
export async function takeOverInTime(kind: Kind): Promise<void> {
  await using field = await Field.make({ kind, devices: 2, vars: { confirm_timeout: firstTimeout } });
  const { next, sick, old } = field.sets;
  const { devices } = field;
  const requests = await requestsOf(field, { scene: "release", deployed: "good" });
  await field.reset(devices, "release");
  const n = requests.indexOf("switch") + 1;
  await control(field, devices, next, {
    fate: "controller",
    moments: Object.fromEntries(devices.map(({ name }) => [name, { n, when: "after" }])),
  });
  // The restart takes longer than what is left of the first run's time.
  const [device] = devices;
  const slow = (device: Device) => {
    const command = String(field.services.vars[device.name]!.restart_command);
    return { restart_command: `sleep ${firstTimeout} && ${command}`, confirm_timeout: 120 };
  };
  const run = await field.deploy([device!], next, slow(device!));
  assertEquals([run.code, statuses(await run.report())], [0, { [device!.name]: "changed" }], run.text);
  assertStringIncludes(run.text, "never confirmed", "it came too late to take the device over");
  assertEquals(await field.judge(device!, next), next.id);
  assertEquals(await field.served(device!), next.id);
  await field.assertSettled(device!);
  // The other one has restored itself meanwhile; what comes then finds the old set.
  const other = devices[1]!;
  const deadline = Date.now() + (firstTimeout + grace) * 1000;
  while (await isUnfinished(other)) {
    assert(Date.now() < deadline, `${other.name} is not restored`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const late = await field.deploy([other], sick);
  assertEquals([late.code, statuses(await late.report())], [2, { [other.name]: "rolled_back" }], late.text);
  assertEquals(await field.judge(other, old), old.id);
}

/**
 * A run that restarts the service for longer than the device waits finds the old set live, and all of it settled: it says so, and not that
 * the device has changed.
 */
export async function comeTooLate(kind: Kind): Promise<void> {
  await using field = await Field.make({ kind, devices: 1, vars: { confirm_timeout: 2 } });
  const [device] = field.devices;
  const { next, old } = field.sets;
  await field.reset([device!], "release");
  const command = String(field.services.vars[device!.name]!.restart_command);
  // Slow on the new set alone.
  const live = `${device!.deployPath}/artifacts_phase2`;
  const run = await field.deploy([device!], next, {
    restart_command: `case $(readlink '${live}') in */${next.id}) sleep 6 ;; esac; ${command}`,
  });
  const report = await run.report();
  assertEquals([run.code, statuses(report)], [2, { [device!.name]: "rolled_back" }], run.text);
  assertEquals(report.hosts[0]!.release, old.id, run.text);
  assertStringIncludes(errorOf(report, device!.name).evidence, "has brought the old set back by itself");
  assertEquals(await field.judge(device!, old), old.id);
  await field.assertSettled(device!);
  await field.assertConverges([device!], next, 60);
}

/** Whether a switch of a device is neither confirmed nor undone, or is about to be. */
async function isUnfinished(device: Device): Promise<boolean> {
  if (await liveDir(device) === undefined) return true;
  for await (const { name } of Deno.readDir(join(device.deployDir, ".lockstep"))) {
    if (/^(journal|armed\.|firing|restore)/.test(name)) return true;
  }
  return false;
}
