import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Event } from "../../../../lib/events.ts";
import { toJson } from "../../../../lib/plain/printable.ts";
import { foldReport } from "../../../../lib/report/fold/report.ts";
import { RunRecord } from "../../../../lib/report/record/run_record.ts";
import { at, finished, hostEvents, names, OLD, outcome, started, task, wholeRun } from "../sample.ts";

async function inFolder(work: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "lockstep record " });
  try {
    work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function recordOf(folder: string, events: readonly Event[]): RunRecord {
  const record = new RunRecord(folder);
  for (const event of events) record.add(event);
  return record;
}

/** The report as one document in memory: what the pieces have to come to. */
function document(events: readonly Event[]): string {
  return toJson(foldReport(events), 2) + "\n";
}

const tasks = [
  task("stage", { status: "changed", detail: { text: 'a\nb\u2028c\n  "hosts": []' } }),
  task("commit"),
];

/** A host that ended well, and was taken back. */
function takenBack(host: string): Event[] {
  return [
    ...hostEvents(outcome(host), tasks),
    { at: at(1500), type: "task-started", host, task: "commit", rollback: true },
    { at: at(1600), type: "task-finished", host, ...task("commit", { rollback: true }) },
    {
      at: at(1700),
      type: "host-finished",
      ...outcome(host, { status: "rolled_back", release: OLD, was: "changed" }),
    },
  ];
}

Deno.test("report() has the bytes of the report in memory, whenever it is asked for", () =>
  inFolder((folder) => {
    const hosts = ["b", "a", "../c", "never"];
    const events: Event[] = [
      started(hosts, { waves: [{ name: "1", hosts: ["b"] }, { name: "rest", hosts: hosts.slice(1) }] }),
      { at: at(1), type: "wave-started", wave: 1 },
      { at: at(2), type: "host-started", host: "a", wave: 2 },
      { at: at(3), type: "task-started", host: "a", task: "stage" },
      { at: at(4), type: "task-finished", host: "a", ...tasks[0]! },
      { at: at(5), type: "host-prepared", host: "a" },
      ...hostEvents(outcome("../c", { status: "ok" })),
      { at: at(6), type: "warning", host: "a", message: "odd" },
      ...takenBack("b"),
      { at: at(7), type: "task-started", host: "a", task: "commit" },
      { at: at(8), type: "task-finished", host: "a", ...tasks[1]! },
      { at: at(9), type: "host-finished", ...outcome("a") },
      { at: at(10), type: "stopped", reason: "1 of 0 allowed hosts failed" },
      ...hostEvents(outcome("not in the inventory")),
      finished([]),
    ];
    const record = new RunRecord(folder);
    events.forEach((event, index) => {
      record.add(event);
      const pieces = [...record.report()];
      assertEquals(pieces.join(""), document(events.slice(0, index + 1)), JSON.stringify(event));
    });
    record.writeHosts();
    assertEquals([...record.report()].join(""), document(events));
  }));

Deno.test("report() of a run without hosts is whole", () =>
  inFolder((folder) => {
    assertEquals([...recordOf(folder, [started([])]).report()].join(""), document([started([])]));
  }));

Deno.test("a record keeps no host in memory, when it has ended, is prepared or was taken back", () =>
  inFolder((folder) => {
    const hosts = names(40);
    const record = recordOf(folder, [
      started(hosts),
      ...hosts.slice(0, 20).flatMap((host) => hostEvents(outcome(host), tasks)),
      ...hosts.slice(20, 30).flatMap((host) => takenBack(host)),
      ...hosts.slice(30).flatMap((host): Event[] => [
        ...hostEvents(outcome(host), tasks).slice(0, -1),
        { at: at(5), type: "host-prepared", host },
      ]),
    ]);
    assertEquals(record.open, 0);
    record.add({ at: at(6), type: "task-started", host: "edge-035", task: "commit" });
    assertEquals(record.open, 1);
    record.add({ at: at(7), type: "host-finished", ...outcome("edge-035") });
    assertEquals(record.open, 0);
  }));

Deno.test("a host's file is there when the host has ended, and has the tasks that took it back", () =>
  inFolder((folder) => {
    const record = new RunRecord(folder);
    const events = [started(["a", "b"]), ...takenBack("a")];
    const read = () => JSON.parse(Deno.readTextFileSync(join(folder, "a.json")));
    for (const [index, event] of events.entries()) {
      record.add(event);
      if (event.type === "host-finished") {
        assertEquals(read(), JSON.parse(JSON.stringify(foldReport(events.slice(0, index + 1)).hosts[0])));
      }
    }
    assertEquals(read().tasks.length, 3);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.json"]);
  }));

Deno.test("writeHosts() writes those that were never begun or never ended, and leaves nothing else", () =>
  inFolder((folder) => {
    const events: Event[] = [
      started(["done", "midway", "prepared", "never"]),
      ...hostEvents(outcome("done"), tasks),
      ...hostEvents(outcome("midway"), tasks).slice(0, -1),
      ...hostEvents(outcome("prepared"), tasks).slice(0, -1),
      { at: at(5), type: "host-prepared", host: "prepared" },
    ];
    recordOf(folder, events).writeHosts();
    const { hosts } = foldReport(events);
    assertEquals([...Deno.readDirSync(folder)].length, 4);
    for (const host of hosts) {
      const text = Deno.readTextFileSync(join(folder, `${host.host}.json`));
      assertEquals(text, toJson(host, 2) + "\n");
    }
  }));

Deno.test("report() is whole, when the disk takes no host's file", () =>
  inFolder((folder) => {
    const events = wholeRun([outcome("a"), outcome("b")], tasks);
    const record = recordOf(join(folder, "not there"), events);
    assertEquals(record.open, 2);
    assertEquals([...record.report()].join(""), document(events));
    assertEquals(record.problem, null);
  }));

Deno.test("report() still says how a host ended, when its file was taken away", () =>
  inFolder((folder) => {
    const record = recordOf(folder, wholeRun([outcome("a"), outcome("b")], tasks));
    Deno.removeSync(join(folder, "a.json"));
    const report = JSON.parse([...record.report()].join(""));
    assertEquals([report.hosts[0].status, report.hosts[0].tasks], ["changed", []]);
    assertEquals(report.hosts[1].tasks.length, 2);
    assertEquals(record.problem instanceof Deno.errors.NotFound, true);
  }));
