import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import type { Event } from "../../../../lib/events.ts";
import { type Clock, prettyView } from "../../../../lib/report/terminal/pretty.ts";
import { plainView } from "../../../../lib/report/terminal/plain.ts";
import { width } from "../../../../lib/report/terminal/spans.ts";
import { at, finished, hostEvents, names, OLD, outcome, started, unreachable } from "../sample.ts";
import { Screen } from "./screen.ts";

/** A clock that stands until it is moved; moving it ticks as a real one does. */
class FakeClock implements Clock {
  #now = Date.parse(at(0));
  #tick: (() => void) | null = null;
  #ms = 0;

  now = () => this.#now;
  every = (ms: number, tick: () => void) => {
    this.#ms = ms;
    this.#tick = tick;
    return () => this.#tick = null;
  };

  pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += this.#ms || ms) {
      this.#now += this.#ms || ms;
      this.#tick?.();
    }
  }

  get runs(): boolean {
    return this.#tick !== null;
  }
}

function terminal(columns = 80, rows = 24) {
  const clock = new FakeClock();
  const screen = new Screen(columns);
  const writes: string[] = [];
  const size = { columns, rows };
  const view = prettyView((text) => {
    writes.push(text);
    screen.write(text);
  }, { clock, size: () => size });
  return { clock, screen, writes, size, view };
}

function begun(host: string, task: string, ms: number): Event[] {
  return [
    { at: at(ms), type: "host-started", host, wave: 1 },
    { at: at(ms), type: "task-started", host, task },
  ];
}

Deno.test("prettyView() shows who does what and how far the run is, under the hosts that have ended", () => {
  const { clock, screen, view } = terminal();
  view(started(["edge-1", "edge-2", "edge-3"]));
  ["edge-1", "edge-2", "edge-3"].flatMap((host) => begun(host, "stage", 0)).forEach(view);
  view({ at: at(1000), type: "task-started", host: "edge-2", task: "commit", rollback: true });
  hostEvents(outcome("edge-3")).slice(-1).forEach(view);
  clock.pass(12_000);
  assertEquals(screen.lines(), [
    "deploy of 2.4.1 (3f9a12cd) on 3 hosts  20261124T021945Z-3f9a",
    "changed      edge-3  2.4.1 (3f9a12cd)    2.1 MB    1.2s",
    "  edge-1  stage                 12s",
    "  edge-2  rolling back: commit  11s",
    "1 changed",
    "1/3 12s · 2.1 MB sent",
  ]);
});

Deno.test("prettyView() names six hosts and counts the others, when 500 are under way", () => {
  const { clock, screen, view } = terminal();
  view(started(names(500)));
  names(500).flatMap((host) => begun(host, "stage", 0)).forEach(view);
  clock.pass(100);
  const lines = screen.lines();
  assertEquals(lines.length, 1 + 8);
  assertEquals(lines.slice(-3), ["  edge-006  stage  0s", "  and 494 more", "0/500 0s"]);
});

Deno.test("prettyView() prints only hosts that failed and counts the others, when hosts are many", () => {
  const { clock, screen, view } = terminal(100);
  const hosts = Array.from({ length: 10_000 }, (_, index) => `edge-${index}`);
  const waves = [{ name: "1", hosts: hosts.slice(0, 1) }, { name: "100%", hosts: hosts.slice(1) }];
  view(started(hosts, { waves }));
  view({ at: at(0), type: "wave-started", wave: 2 });
  begun("edge-9999", "stage", 0).forEach(view);
  hosts.slice(0, 2000).forEach((host, index) =>
    view({ at: at(5000), type: "host-finished", ...outcome(host, index < 4 ? unreachable(host) : {}) })
  );
  clock.pass(10_000);
  assertEquals(screen.lines().map((line) => line.slice(0, 80).trimEnd()), [
    "deploy of 2.4.1 (3f9a12cd) on 10,000 hosts, 20 at once  20261124T021945Z-3f9a",
    "wave 2 of 2: 100% (9,999 hosts)",
    ...[0, 1, 2, 3].map((n) =>
      `unreachable  edge-${n}     -                      0 B    1.2s  unreachable: no route`.slice(0, 80)
    ),
    "  edge-9999  stage  10s",
    "1,996 changed · 4 unreachable: edge-0, edge-1, edge-2, …",
    "2,000/10,000 10s · wave 2 of 2 (100%) · 200 hosts/s · 4.2 GB sent · 40s left",
  ]);
});

Deno.test("prettyView() prints every host, when hosts are many and -v asks", () => {
  const clock = new FakeClock();
  let text = "";
  const view = prettyView((part) => text += part, { clock, verbosity: 1 });
  view(started(names(60)));
  names(60).flatMap((host) => hostEvents(outcome(host))).forEach(view);
  view.close();
  assertEquals(stripAnsiCode(text).match(/changed {6}/g)?.length, 60);
});

Deno.test("prettyView() is never higher or wider than the terminal", () => {
  for (const [columns, rows] of [[20, 4], [10, 2], [1, 1], [40, 10]] as const) {
    const { clock, screen, view } = terminal(columns, rows);
    view(started(names(9)));
    clock.pass(100);
    const above = screen.lines().length - 1;
    names(9).flatMap((host) => begun(`${host}-端末端末端末端末`, "stage", 0)).forEach(view);
    clock.pass(100);
    const live = screen.lines().slice(above);
    assert(live.length <= Math.max(1, rows - 1), `${live.length} lines on ${rows} rows`);
    for (const line of live) assert(width(line) < columns || columns === 1, line);
  }
});

Deno.test("prettyView() cuts the lines of hosts to the terminal and says failures whole at the end", () => {
  const { clock, screen, view } = terminal(60);
  const evidence = `no route to ${"far ".repeat(30)}away`;
  const ends = [outcome("edge-1", unreachable("edge-1", { evidence }))];
  view(started(["edge-1"]));
  hostEvents(ends[0]!).forEach(view);
  clock.pass(100);
  assertEquals(screen.lines()[1], "unreachable  edge-1  -                      0 B    1.2s  u…");
  view(finished(ends, 4));
  assertStringIncludes(screen.lines().join(""), "far away");
});

Deno.test("prettyView() leaves what plainView() leaves, and no live line, when the run has ended", () => {
  const { clock, screen, view } = terminal(200);
  let plain = "";
  const other = plainView((text) => plain += text);
  const ends = [
    outcome("edge-1"),
    outcome("edge-2", unreachable("edge-2")),
    outcome("edge-3", {
      status: "rolled_back",
      release: OLD,
      error: { kind: "service", action: "restart", evidence: "x" },
    }),
  ];
  const events = [
    started(ends.map(({ host }) => host)),
    ...ends.flatMap((end) => hostEvents(end)),
    finished(ends),
  ];
  for (const event of events) {
    view(event);
    other(event);
    clock.pass(70);
  }
  view.close();
  assertEquals(screen.lines().join("\n"), plain);
  assertEquals(clock.runs, false);
});

Deno.test("prettyView() writes at most ten frames a second, each at once, and none when nothing moves", () => {
  const { clock, writes, view } = terminal();
  const hosts = names(50);
  view(started(hosts));
  hosts.flatMap((host) => hostEvents(outcome(host))).forEach(view);
  assertEquals(writes.length, 1);
  clock.pass(100);
  assertEquals(writes.length, 2);
  assertEquals(stripAnsiCode(writes[1]!).match(/changed {6}/g)?.length, 50);
  clock.pass(5000);
  assertEquals(writes.length, 2 + 5);
});

Deno.test("prettyView() erases what a narrower window has wrapped", () => {
  const { clock, writes, size, view } = terminal(80);
  view(started(["edge-1"]));
  begun("edge-1", "a-task-with-a-long-name-of-50-columns-and-some-more", 0).forEach(view);
  clock.pass(100);
  size.columns = 30;
  clock.pass(100);
  // 65 columns take three rows of 30, the counts one: the cursor is on the fourth.
  assert(writes.at(-1)!.startsWith("\r\x1b[3A\x1b[J"), JSON.stringify(writes.at(-1)));
});

Deno.test("prettyView() gives the terminal back, when the run breaks off", () => {
  const { clock, screen, view } = terminal();
  view.close();
  view(started(["edge-1", "edge-2"]));
  begun("edge-1", "stage", 0).forEach(view);
  view({ at: at(900), type: "interrupted" });
  clock.pass(100);
  assertStringIncludes(screen.lines().at(-1)!, "0/2 0s stopping");
  view.close();
  view.close();
  assertEquals(clock.runs, false);
  assertEquals(screen.lines().slice(1), [
    "Stopping: no new hosts will be started; hosts in progress will finish or roll ba",
    "ck",
    "",
    "interrupted: run the same command again to continue",
    "2 were in progress: the next run settles them",
    "set: 2.4.1 (3f9a12cd): 5 files, 2.1 MB",
    "0 B sent; took 900ms",
    "",
  ]);
});

Deno.test("prettyView() leaves the terminal alone, while the user is asked", () => {
  const { clock, screen, view } = terminal();
  view(started(names(2)));
  view({ at: at(0), type: "host-finished", ...outcome("edge-001") });
  view({ at: at(10), type: "wave-waiting", wave: 2, for: "confirm" });
  const before = screen.lines();
  assertEquals(
    before.map((line) => line.slice(0, 7)),
    ["deploy ", "changed", ""],
    "nothing below what was said",
  );
  clock.pass(5000);
  assertEquals(screen.lines(), before);
  view({ at: at(5000), type: "wave-started", wave: 2 });
  clock.pass(100);
  assertEquals(screen.lines().length > before.length, true);
});
