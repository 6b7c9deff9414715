/**
 * Killed rollouts: a deploy in waves loses its controller to SIGKILL at a random moment, `resume` takes it up. Then every device runs the new
 * set, each has confirmed it once and no more, and no wave was begun before the one ahead of it was through, on either side of the gap.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Event, Wave } from "../../../lib/events.ts";
import type { Device } from "../../fleet/support/fleet.ts";
import { namesIn } from "../../fleet/support/live.ts";
import { startLockstep, startOn, statuses } from "../../fleet/support/program.ts";
import { Field } from "../field.ts";
import { seededRandom } from "./random.ts";

export interface ResumeKills {
  readonly devices: number;
  readonly waves: string;
  readonly kills: number;
  readonly seed: number;
}

export interface ResumeKillsResult {
  /** How many rollouts were killed before they had ended, and how many of the resumed ones once more. */
  readonly killed: number;
  readonly killedAgain: number;
  /** Hosts that were done when a controller was killed, that were under way, and that were not begun; over all rollouts. */
  readonly done: number;
  readonly underWay: number;
  readonly notBegun: number;
}

/** Throws where a promise is broken. */
export async function killAndResume(options: ResumeKills): Promise<ResumeKillsResult> {
  const random = seededRandom(options.seed);
  await using field = await Field.make({ kind: "exchange", devices: options.devices, bytes: 20_000 });
  const { devices, sets: { next } } = field;
  const inventory = await field.inventory(devices, "directly");
  const deploy = ["deploy", "--artifacts", next.dir, "--waves", options.waves];

  await field.reset(devices, "release");
  const whole = await startOn(field.fleet, inventory, deploy).ended;
  assertEquals(whole.code, 0, whole.text);
  // Moments are counted in events, and a little time after one: a machine is not equally fast all the time.
  const length = (await newestEvents(whole.reports)).length;

  let killedAgain = 0;
  const totals = { killed: 0, done: 0, underWay: 0, notBegun: 0 };
  for (let i = 0; i < options.kills; i++) {
    await field.reset(devices, "release");
    const before = new Map(
      await Promise.all(
        devices.map(async (device) => [device.name, await deploys(device, next.id)] as const),
      ),
    );
    const run = startOn(field.fleet, inventory, deploy);
    const events: Event[][] = [];
    await untilEvents(run.reports, 1, 1 + Math.floor(random() * (length - 2)));
    await sleep(random() * 50);
    run.kill();
    const { code } = await run.ended;
    events.push(await newestEvents(run.reports));
    if (code === 128 + 9) {
      totals.killed++;
      const after = standing(events[0]!, devices.length);
      totals.done += after.done;
      totals.underWay += after.underWay;
      totals.notBegun += after.notBegun;
    } else assertEquals(code, 0);

    // Every third of them is killed once more while it is resumed.
    if (code !== 0 && i % 3 === 2) {
      const resumed = startResume(run.reports);
      let over = false;
      void resumed.ended.then(() => over = true);
      await untilEvents(run.reports, 2, 1 + Math.floor(random() * length / 2), () => over);
      resumed.kill();
      if ((await resumed.ended).code === 128 + 9) killedAgain++;
      const more = await newestEvents(run.reports);
      if (more[0]!.type === "run-started" && more[0]!.resumes !== undefined) events.push(more);
    }
    const resumed = await startResume(run.reports).ended;
    assertEquals(resumed.code, 0, resumed.text);
    // Where it was killed between the end of the last host and its own, nothing is left to do, and there is no other run.
    const another = !/nothing is left to do/.test(resumed.stdout);
    if (another) events.push(await newestEvents(run.reports));
    for (const device of devices) {
      await field.judge(device, next);
      assertEquals(await field.served(device), next.id, `${device.name}'s service: ${resumed.text}`);
      await field.assertSettled(device);
      const times = await deploys(device, next.id) - before.get(device.name)!;
      assertEquals(times, 1, `${device.name} was deployed ${times} times: ${resumed.text}`);
    }
    assertWaves(events);
    if (!another) continue;
    const report = JSON.parse(await Deno.readTextFile(join(run.reports, "latest/report.json")));
    for (const [host, status] of Object.entries(statuses(report))) {
      assert(["changed", "ok"].includes(status), `${host} ended ${status}: ${resumed.text}`);
    }
  }
  return { ...totals, killedAgain };
}

function startResume(reports: string) {
  return startLockstep(["resume", "--reports", reports]);
}

/** How often a device has confirmed a deploy of this release. */
async function deploys(device: Device, release: string): Promise<number> {
  const text = await Deno.readTextFile(join(device.deployDir, ".lockstep/history")).catch(() => "");
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))
    .filter((line) => line.event === "deploy" && line.release === release).length;
}

/** Waits until there are `runs` runs, of which the newest has told of `count` events or of its end. */
async function untilEvents(
  reports: string,
  runs: number,
  count: number,
  over: () => boolean = () => false,
): Promise<void> {
  for (let i = 0; i < 12_000 && !over(); i++) {
    const there = (await namesIn(reports)).filter((name) => name !== "latest").length;
    const events = there < runs ? [] : await newestEvents(reports).catch(() => []);
    if (events.length >= count || events.at(-1)?.type === "run-finished") return;
    await sleep(10);
  }
  if (!over()) throw new Error(`the run does not come to ${count} events`);
}

/** The events of the newest run. The last line may be half written where it was killed. */
export async function newestEvents(reports: string): Promise<Event[]> {
  const runs = (await namesIn(reports)).filter((name) => name !== "latest");
  const times = await Promise.all(
    runs.map(async (name) => [(await Deno.stat(join(reports, name))).birthtime!.getTime(), name] as const),
  );
  const newest = times.sort(([a], [b]) => a - b).at(-1)![1];
  const lines = (await Deno.readTextFile(join(reports, newest, "events.ndjson"))).split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Event);
}

/** How far the hosts of a run have come. */
function standing(events: readonly Event[], hosts: number) {
  const started = new Set<string>();
  const done = new Set<string>();
  for (const event of events) {
    if (event.type === "host-started") started.add(event.host);
    if (event.type === "host-finished") done.add(event.host);
  }
  return { done: done.size, underWay: started.size - done.size, notBegun: hosts - started.size };
}

/** Asserts that in these runs, of which each goes on with the one before, no host was begun before all of earlier waves had ended well. */
export function assertWaves(runs: readonly (readonly Event[])[]): void {
  let waves: readonly Wave[] = [];
  const well = new Set<string>();
  for (const event of runs.flat()) {
    if (event.type === "run-started") {
      if (waves.length > 0) assertEquals(event.waves, waves, "the waves of the resumed run are others");
      waves = event.waves;
    }
    if (event.type === "host-finished" && ["ok", "changed"].includes(event.status)) well.add(event.host);
    if (event.type !== "host-started") continue;
    const at = waves.findIndex(({ hosts }) => hosts.includes(event.host));
    const early = waves.slice(0, at).flatMap(({ hosts }) => hosts).filter((host) => !well.has(host));
    assertEquals(early, [], `${event.host} of wave ${at + 1} was begun before these had ended`);
    assert(!well.has(event.host), `${event.host} was done, and begun again`);
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
