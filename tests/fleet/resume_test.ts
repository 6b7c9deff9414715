/**
 * Rollouts whose controller is killed at a certain moment, and `resume` after it: budgets, and all or nothing, hold across the gap, and what
 * the report says is live on the devices.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Event, HostStatus } from "../../lib/events.ts";
import { longTestWhere } from "../support.ts";
import { type Lane, Lanes, type Misdeeds } from "./support/lane.ts";
import { assertWhole, namesIn } from "./support/live.ts";
import { readReport, startLockstep, startOn, statuses } from "./support/program.ts";

interface Gap {
  readonly what: string;
  readonly misdeeds: Misdeeds;
  readonly options: readonly string[];
  /** The event after which the controller is killed; without it, the run comes to its end. */
  readonly killedAt?: (event: Event) => boolean;
  /** What is done to the inventory meanwhile. */
  readonly mend?: (inventory: string, lane: Lane) => Promise<void>;
  readonly resume?: readonly string[];
  /** `well` is `ok` or `changed`. */
  readonly ends: readonly (HostStatus | "well")[];
  readonly live: readonly ("old" | "new")[];
  readonly code: number;
}

const waves = ["--waves", "1,2,100%"];

const gaps: readonly Gap[] = [
  {
    what: "the budget is what is left of it: the host that had failed before counts",
    misdeeds: { 1: "is sick", 3: "is sick" },
    options: [...waves, "--max-failures", "1"],
    killedAt: (event) => event.type === "host-finished" && event.host === "h1",
    ends: ["failed", "changed", "rolled_back", "skipped", "skipped"],
    live: ["old", "new", "old", "old", "old"],
    code: 2,
  },
  {
    what: "all is undone, also what had been done before the gap",
    misdeeds: { 4: "is sick" },
    options: [...waves, "--on-failure", "rollback-all"],
    killedAt: (event) => event.type === "wave-started" && event.wave === 3,
    ends: ["rolled_back", "rolled_back", "rolled_back", "rolled_back", "rolled_back"],
    live: ["old", "old", "old", "old", "old"],
    code: 2,
  },
  {
    what: "all or nothing: it is killed while all are prepared",
    misdeeds: {},
    options: ["--all-or-nothing"],
    killedAt: (event) => event.type === "host-prepared",
    ends: ["changed", "changed", "changed", "changed", "changed"],
    live: ["new", "new", "new", "new", "new"],
    code: 0,
  },
  {
    what: "all or nothing: it is killed when one has switched, and the last is sick",
    misdeeds: { 5: "is sick" },
    options: [...waves, "--all-or-nothing"],
    killedAt: (event) => event.type === "host-finished" && event.host === "h1",
    ends: ["rolled_back", "rolled_back", "rolled_back", "rolled_back", "rolled_back"],
    live: ["old", "old", "old", "old", "old"],
    code: 2,
  },
  {
    what: "it is killed while hosts are taken back, and then all is well: all get the new set",
    misdeeds: { 4: "refuses" },
    options: [...waves, "--on-failure", "rollback-all"],
    killedAt: (event) => event.type === "task-finished" && event.rollback === true && event.task === "commit",
    mend: (inventory, lane) => givePort(inventory, lane, 4),
    // Those that were to be taken back are asked again, unless nobody had begun with them; either way they are well.
    ends: ["well", "well", "well", "changed", "well"],
    live: ["new", "new", "new", "new", "new"],
    code: 0,
  },
  {
    what: "only what failed is tried again, with --retry-failed",
    misdeeds: { 1: "refuses" },
    options: waves,
    mend: (inventory, lane) => givePort(inventory, lane, 1),
    resume: ["--retry-failed"],
    ends: ["changed", "skipped", "skipped", "skipped", "skipped"],
    live: ["new", "old", "old", "old", "old"],
    code: 0,
  },
];

longTestWhere("resume ends every host as it should, when the controller was killed", {
  needs: ["sshd", "curl"],
}, async (t) => {
  await using field = await Lanes.make(3);
  await Promise.all(gaps.map((gap) =>
    t.step({
      name: gap.what,
      fn: () => field.with((lane) => play(field, lane, gap)),
      // Steps side by side cannot be told apart by the sanitizers.
      sanitizeOps: false,
      sanitizeResources: false,
      sanitizeExit: false,
    })
  ));
});

async function play(field: Lanes, lane: Lane, gap: Gap): Promise<void> {
  const inventory = await lane.prepare(gap.misdeeds);
  const deploy = ["deploy", "--artifacts", field.next.dir, ...gap.options];
  const run = startOn(field.fleet, inventory, deploy);
  if (gap.killedAt !== undefined) {
    await untilEvent(run.reports, gap.killedAt);
    run.kill();
  }
  const killed = await run.ended;
  if (gap.killedAt !== undefined) assertEquals(killed.code, 128 + 9, killed.text);
  await gap.mend?.(inventory, lane);
  const resumed = await startLockstep(["resume", "--reports", run.reports, ...gap.resume ?? []]).ended;
  const text = killed.text + resumed.text;
  const report = await readReport(run.reports);
  const expected = Object.fromEntries(gap.ends.map((status, at) => [`h${at + 1}`, status]));
  const found = Object.entries(statuses(report)).map(([host, status]) =>
    [host, expected[host] === "well" && /^(ok|changed)$/.test(status) ? "well" : status] as const
  );
  assertEquals([Object.fromEntries(found), resumed.code], [expected, gap.code], text);
  for (const [at, device] of lane.devices.entries()) {
    const set = gap.live[at] === "new" ? field.next : field.old;
    await assertWhole(device, set).catch((cause) => {
      throw new Error(`h${at + 1} has the wrong set live: ${cause.message}\n${text}`, { cause });
    });
    const metadata = await Deno.readTextFile(join(set.dir, "metadata.json"));
    const loaded = await field.services.loaded(device);
    assert(loaded === metadata, `h${at + 1}'s service runs on another set than is live: ${text}`);
  }
}

/** The host that refused answers again. */
async function givePort(inventory: string, lane: Lane, host: number): Promise<void> {
  const text = await Deno.readTextFile(inventory);
  const mended = text.replace(
    new RegExp(`(h${host}:\\s+ansible_port: )\\d+`),
    (_, before: string) => `${before}${lane.devices[host - 1]!.port}`,
  );
  assert(mended !== text, text);
  await Deno.writeTextFile(inventory, mended);
}

/** Waits until the only run under a reports folder has recorded such an event. Reads only what is new: three of these run at once. */
async function untilEvent(reports: string, wanted: (event: Event) => boolean): Promise<void> {
  let seen = 0;
  for (let i = 0; i < 6000; i++) {
    const [run] = (await namesIn(reports)).filter((name) => name !== "latest");
    const path = join(reports, run ?? "", "events.ndjson");
    const size = run === undefined ? 0 : await Deno.stat(path).then(({ size }) => size, () => 0);
    if (size > seen) {
      const bytes = (await Deno.readFile(path)).subarray(seen);
      const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
      seen += whole.length;
      const lines = new TextDecoder().decode(whole).split("\n").slice(0, -1);
      if (lines.some((line) => wanted(JSON.parse(line) as Event))) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("the event at which the controller is to be killed did not happen");
}
