/**
 * The kill matrix: at every request of a deploy, before it is sent and after it is answered, the controller is killed, the device's
 * session is killed, or the link is cut and mended later. At once and after the mend the invariants hold, and deploying again converges.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Device } from "../../fleet/support/fleet.ts";
import { statuses } from "../../fleet/support/program.ts";
import { faultMatrix, tally } from "../fault_matrix.ts";
import type { Field, Scene } from "../field.ts";
import type { Moment } from "./controller.ts";
import { type Deployed, deployUnder, type Fate, pointsOf, requestsOf, setOf } from "./request_faults.ts";

export interface Row {
  readonly scene: Scene;
  readonly deployed: Deployed;
  readonly fate: Fate;
}

/** Runs a row: all moments, or those that `chosen` leaves. Throws if a promise is broken; what it has seen. */
export async function runRow(
  field: Field,
  { scene, deployed, fate }: Row,
  chosen?: (moment: Moment, request: string) => boolean,
): Promise<string> {
  const { old, next } = field.sets;
  const requests = await requestsOf(field, scene, deployed);
  const set = setOf(field, deployed);
  const tried = await faultMatrix({
    ...deployUnder(fate, { field, set, requests }),
    ...(chosen === undefined ? {} : { points: pointsOf(requests, chosen) }),
    places: field.devices,
    prep: (devices) => field.reset(devices, scene),
    check: async (device) => {
      const live = await field.judge(device, old, set);
      if (fate !== "link") return live;
      // What was on its way when the link was cut arrives now, however late, or never.
      field.links.mend(device.name, field.devices.indexOf(device) % 2 === 0 ? "resume" : "reset");
      await new Promise((resolve) => setTimeout(resolve, 300));
      return await field.judge(device, old, set);
    },
    after: async (devices) => {
      if (deployed === "sick") await assertRefusesSick(field, devices);
      await field.assertConverges(devices, next, 60);
    },
  });
  if (chosen === undefined) {
    assertEquals(tried.length, 2 * requests.length, "moments of an undisturbed deploy");
  }
  const lives = tally(tried.map(({ seen }) => seen === old.id ? "old" : "new"));
  return `${tried.length} moments of ${requests.length} requests: ${lives}`;
}

/** The same sick set again ends with 2 on every device, with the old set live and the service on it. */
export async function assertRefusesSick(field: Field, devices: readonly Device[]): Promise<void> {
  const run = await field.deploy(devices, field.sets.sick);
  assertEquals(run.code, 2, run.text);
  const found = statuses(await run.report());
  for (const device of devices) {
    const status = found[device.name]!;
    assert(["rolled_back", "failed"].includes(status), `${device.name} ended ${status}: ${run.text}`);
    await field.judge(device, field.sets.old);
    assertEquals(await field.served(device), field.sets.old.id, `${device.name}'s service: ${run.text}`);
  }
}
