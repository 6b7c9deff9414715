/**
 * Plays the table of rollouts (`rollout_rows.ts`): for every row how each host ends, the exit code, and what is live on each device, as seen
 * on the device itself. Rows are played side by side. Too long for every day: `deno task rollouts`.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere, type Need } from "../support.ts";
import { type Lane, Lanes } from "./support/lane.ts";
import { assertWhole } from "./support/live.ts";
import { type FleetRun, type Report, statuses } from "./support/program.ts";
import { type Row, rows } from "./rollout_rows.ts";

/** How many rows at once: most of them wait now and then. */
const lanesAtOnce = 4;

/** Needed for devices that can be full. */
const withFull = rows.filter(({ misdeeds }) => Object.values(misdeeds).includes("is full"));
const withoutFull = rows.filter((row) => !withFull.includes(row));

for (
  const { name, needs, rows, lanes, mounted } of [
    {
      name: "deploy ends every host as the table says, when devices misbehave",
      needs: ["sshd", "curl"] satisfies Need[],
      rows: withoutFull,
      lanes: lanesAtOnce,
      mounted: false,
    },
    {
      name: "deploy ends every host as the table says, when a disk is full",
      needs: ["sshd", "curl", "mounts"] satisfies Need[],
      rows: withFull,
      lanes: 2,
      mounted: true,
    },
  ]
) {
  longTestWhere(name, { needs }, async (t) => {
    await using field = await Lanes.make(Math.min(lanes, rows.length), { mounted });
    await Promise.all(rows.map((row) =>
      t.step({
        name: `${row.what} (${row.options || "no options"})`,
        fn: () => field.with((lane) => play(field, lane, row)),
        // Steps side by side cannot be told apart by the sanitizers.
        sanitizeOps: false,
        sanitizeResources: false,
        sanitizeExit: false,
      })
    ));
  });
}

async function play(field: Lanes, lane: Lane, row: Row): Promise<void> {
  const options = row.options.split(" ").filter((word) => word !== "");
  const knocksBefore = await knocks(lane);
  const run = await lane.deploy(row.misdeeds, [...options, ...deadlines(row)], {
    ...row.inventory,
    hosts: row.ends.length,
  });
  const report = await run.report();
  const expected = Object.fromEntries(row.ends.map((status, at) => [`h${at + 1}`, status]));
  assertEquals(statuses(report), expected, run.text);
  assertEquals([run.code, report.exitCode], [row.code, row.code], run.text);
  if (Object.values(row.misdeeds).includes("vanishes late")) await untilRestored(field, lane, row);
  const knocksAfter = await knocks(lane);
  for (const [at, device] of lane.devices.slice(0, row.ends.length).entries()) {
    const set = row.live[at] === "new" ? field.next : field.old;
    await assertWhole(device, set).catch((cause) => {
      throw new Error(`h${at + 1} has the wrong set live: ${cause.message}\n${run.text}`, { cause });
    });
    const loaded = await field.services.loaded(device);
    const metadata = await Deno.readTextFile(join(set.dir, "metadata.json"));
    assert(loaded === metadata, `h${at + 1}'s service runs on another set than is live: ${run.text}`);
    assertTold(report, `h${at + 1}`, run, knocksAfter[at]! > knocksBefore[at]!);
  }
}

/** Deadlines as short as the misdeeds of a row allow. */
function deadlines({ misdeeds }: Row): string[] {
  const all = Object.values(misdeeds).join();
  return [
    ...(/silent|vanishes/.test(all) ? ["--connect-timeout", "2"] : []),
    ...(/hangs|vanishes/.test(all) ? ["--task-timeout", "3"] : []),
  ];
}

function knocks(lane: Lane): Promise<number[]> {
  return Promise.all(lane.devices.map((device) => device.connections()));
}

/** Waits until the device that lost its controller has done what it was armed for. */
async function untilRestored(field: Lanes, lane: Lane, row: Row): Promise<void> {
  const at = Object.entries(row.misdeeds).find(([, misdeed]) => misdeed === "vanishes late")![0];
  const device = lane.devices[Number(at) - 1]!;
  const metadata = await Deno.readTextFile(join(field.old.dir, "metadata.json"));
  for (let i = 0; i < 100 && await field.services.loaded(device) !== metadata; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A host that did not end well says why; one that was not started was not contacted. */
function assertTold(report: Report, name: string, run: FleetRun, knocked: boolean): void {
  const host = report.hosts.find(({ host }) => host === name)!;
  if (host.status === "ok" || host.status === "changed") return;
  assert(host.error !== undefined && host.error.evidence !== "", `${name} does not say why: ${run.text}`);
  if (host.status !== "skipped") return;
  const { kind } = host.error;
  assert(
    kind === "stopped",
    `${name} was skipped for ${kind}: ${run.text}`,
  );
  assert(host.tasks.length > 0 || !knocked, `${name} was contacted, though it was not begun: ${run.text}`);
}
