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
import { readReport, startLockstep, startOn, statuses } from "../../fleet/support/program.ts";
import { faultMatrix } from "../fault_matrix.ts";
import { Field, type Scene } from "../field.ts";
import { delay } from "../lab_device.ts";
import { seededRandom } from "./random.ts";

export interface ResumeKills {
  readonly devices: number;
  readonly waves: string;
  readonly kills: number;
  readonly seed: number;
  /** Default: a release. */
  readonly scene?: Scene;
}

/** Throws if a promise is broken; what it has seen, of the hosts when a controller was killed. */
export async function killAndResume(options: ResumeKills): Promise<string> {
  const { scene = "release" } = options;
  const random = seededRandom(options.seed);
  await using field = await Field.make({ kind: "exchange", devices: options.devices, bytes: 20_000 });
  const { devices, sets: { next } } = field;
  const inventory = await field.inventory(devices, "directly");
  const deploy = ["deploy", "--artifacts", next.dir, "--waves", options.waves];

  await field.reset(devices, scene);
  const whole = await startOn(field.fleet, inventory, deploy).ended;
  assertEquals(whole.code, 0, whole.text);
  // Moments are counted in events, and a little time after one: a machine is not equally fast all the time.
  const length = (await newestEvents(whole.reports)).length;

  let [at, kills, killedAgain] = [0, 0, 0];
  const totals = { done: 0, underWay: 0, notBegun: 0 };
  const confirmed = new Map<string, number>();
  const tried = await faultMatrix({
    fault: {
      name: `seed ${options.seed}: the controller is killed`,
      at: (count) => `${count} events`,
      arm: (_, count) => void (at = count),
      fired: (_, { code }) => code === 128 + 9,
    },
    places: [devices],
    points: Array.from({ length: options.kills }, () => 1 + Math.floor(random() * (length - 2))),
    mayMiss: true,
    prep: async () => {
      await field.reset(devices, scene);
      for (const device of devices) confirmed.set(device.name, await deploys(device, next.id));
    },
    body: async () => {
      const run = startOn(field.fleet, inventory, deploy);
      await untilEvents(run.reports, 1, at);
      await delay(random() * 50);
      run.kill();
      const ended = await run.ended;
      const runs = [await newestEvents(run.reports)];
      assert([0, 128 + 9].includes(ended.code), ended.text);
      // Every third of them is killed once more while it is resumed.
      if (++kills % 3 !== 0 || ended.code === 0) return { ...ended, runs };
      const resumed = startResume(run.reports);
      let over = false;
      void resumed.ended.then(() => over = true);
      await untilEvents(run.reports, 2, 1 + Math.floor(random() * length / 2), () => over);
      resumed.kill();
      if ((await resumed.ended).code === 128 + 9) killedAgain++;
      const more = await newestEvents(run.reports);
      if (more[0]!.type === "run-started" && more[0]!.resumes !== undefined) runs.push(more);
      return { ...ended, runs };
    },
    check: async (_, { code, reports, runs }) => {
      if (code !== 0) {
        const after = standing(runs[0]!, devices.length);
        totals.done += after.done;
        totals.underWay += after.underWay;
        totals.notBegun += after.notBegun;
      }
      const resumed = await startResume(reports).ended;
      assertEquals(resumed.code, 0, resumed.text);
      // Where it was killed between the end of the last host and its own, nothing is left to do, and there is no other run.
      const another = !/nothing left to do/.test(resumed.stdout);
      if (another) runs.push(await newestEvents(reports));
      for (const device of devices) {
        await field.judge(device, next);
        assertEquals(await field.served(device), next.id, `${device.name}'s service: ${resumed.text}`);
        await field.assertSettled(device);
        const times = await deploys(device, next.id) - confirmed.get(device.name)!;
        assertEquals(times, 1, `${device.name} was deployed ${times} times: ${resumed.text}`);
      }
      assertWaves(runs);
      if (!another) return;
      for (const [host, status] of Object.entries(statuses(await readReport(reports)))) {
        assert(["changed", "ok"].includes(status), `${host} ended ${status}: ${resumed.text}`);
      }
    },
  });
  const killed = tried.filter(({ fired }) => fired).length;
  return `${killed} killed, ${killedAgain} of them twice: ${totals.done} hosts were done, ` +
    `${totals.underWay} under way, ${totals.notBegun} not begun; each was deployed once`;
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
    await delay(10);
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
