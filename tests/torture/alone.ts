/**
 * A device that was left alone: its controller is killed between the switch and the confirmation. It is back on its old set, its service on
 * it, within `confirm_timeout` and 10 s, by a shell of its own (loopback devices have no systemd; for that see `lost_controller.ts`).
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { Device } from "../fleet/support/fleet.ts";
import { liveDir } from "../fleet/support/live.ts";
import { errorOf, statuses } from "../fleet/support/program.ts";
import { Field, type Kind, type Scene, waiting } from "./field.ts";
import { faultMatrix } from "./fault_matrix.ts";
import { until } from "./lab_device.ts";
import { deployUnder, momentOf, pointsOf, requestsOf } from "./kills/request_faults.ts";

const confirmTimeout = 4;
/** That of a run which another one takes over: enough for it to come, on a machine that is busy, too. */
const firstTimeout = 20;
const grace = 10;

/** Kills controllers at every moment from the switch to the confirmation, or those that `chosen` leaves, and waits for the devices. */
export async function leaveAlone(
  kind: Kind,
  scene: Scene,
  chosen?: (request: string) => boolean,
): Promise<string> {
  const devices = chosen === undefined ? 10 : 1;
  await using field = await Field.make({ kind, devices, vars: { confirm_timeout: confirmTimeout } });
  const { old, next } = field.sets;
  const requests = await requestsOf(field, scene, "good");
  const [from, to] = [requests.indexOf("switch") + 1, requests.indexOf("confirm") + 1];
  const points = pointsOf(
    requests,
    ({ n, when }, name) => (chosen?.(name) ?? true) && (when === "after" ? from <= n && n < to : n === to),
  );
  const { fault, body } = deployUnder("controller", { field, set: next, requests });
  const restarts = new Map<Device, number>();
  let died = 0;
  const tried = await faultMatrix({
    fault,
    points,
    places: field.devices,
    prep: async (devices) => {
      await field.reset(devices, scene);
      for (const device of devices) restarts.set(device, await field.services.restarts(device));
    },
    body: async (devices) => {
      const run = await body(devices);
      died = performance.now();
      return run;
    },
    check: async (device, _, point) => {
      const left = confirmTimeout + grace - (performance.now() - died) / 1000;
      await until("restored", left, async () => !await isUnfinished(device));
      const seconds = (performance.now() - died) / 1000;
      assertEquals(await field.judge(device, old), old.id);
      assertEquals(await field.served(device), old.id, "the service");
      assertEquals(await waiting(device), []);
      const history = await Deno.readTextFile(join(device.deployDir, ".lockstep/history"));
      const { event, release } = JSON.parse(history.trimEnd().split("\n").at(-1)!) as Record<string, string>;
      assertEquals(event, "restored");
      if (scene === "release") assertEquals(release, old.id);
      // Once for the new set, if it came to that, and once for the old one.
      const times = await field.services.restarts(device) - restarts.get(device)!;
      assertEquals(times, momentOf(point).n > requests.indexOf("restart") ? 2 : 1, "restarts");
      return seconds;
    },
    after: (devices) => field.assertConverges(devices, next, 60),
  });
  const slowest = Math.max(...tried.map(({ seen }) => seen));
  return `${tried.length} moments, back on the old set within ${slowest.toFixed(1)} s`;
}

/** A run that comes within the time of one that was lost takes the device over: the device does not restore itself under its hands. */
export async function takeOverInTime(kind: Kind, scene: Scene = "release"): Promise<string> {
  await using field = await Field.make({ kind, devices: 2, vars: { confirm_timeout: firstTimeout } });
  const { next, sick, old } = field.sets;
  const { devices } = field;
  const requests = await requestsOf(field, scene, "good");
  const { fault, body } = deployUnder("controller", { field, set: next, requests });
  await field.reset(devices, scene);
  for (const device of devices) await fault.arm(device, 2 * requests.indexOf("switch") + 2);
  await body(devices);
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
  await until("restored", firstTimeout + grace, async () => !await isUnfinished(other));
  const late = await field.deploy([other], sick);
  assertEquals([late.code, statuses(await late.report())], [2, { [other.name]: "rolled_back" }], late.text);
  assertEquals(await field.judge(other, old), old.id);
  return "it is not restored under its hands";
}

/**
 * A run that restarts the service for longer than the device waits finds the old set live, and all of it settled: it says so, and not that
 * the device has changed.
 */
export async function comeTooLate(kind: Kind, scene: Scene = "release"): Promise<string> {
  await using field = await Field.make({ kind, devices: 1, vars: { confirm_timeout: 2 } });
  const [device] = field.devices;
  const { next, old } = field.sets;
  await field.reset([device!], scene);
  const command = String(field.services.vars[device!.name]!.restart_command);
  // Slow on the new set alone.
  const live = `${device!.deployPath}/artifacts_phase2`;
  const run = await field.deploy([device!], next, {
    restart_command: `case $(readlink '${live}') in */${next.id}) sleep 6 ;; esac; ${command}`,
  });
  const report = await run.report();
  assertEquals([run.code, statuses(report)], [2, { [device!.name]: "rolled_back" }], run.text);
  if (scene === "release") assertEquals(report.hosts[0]!.release, old.id, run.text);
  assertStringIncludes(errorOf(report, device!.name).evidence, "has brought the old set back by itself");
  assertEquals(await field.judge(device!, old), old.id);
  await field.assertSettled(device!);
  await field.assertConverges([device!], next, 60);
  return "it says that the device has gone back";
}

/** Whether a switch of a device is neither confirmed nor undone, or is about to be. */
async function isUnfinished(device: Device): Promise<boolean> {
  if (await liveDir(device) === undefined) return true;
  for await (const { name } of Deno.readDir(join(device.deployDir, ".lockstep"))) {
    if (/^(journal|armed\.|firing|restore)/.test(name)) return true;
  }
  return false;
}
