import { assertEquals } from "@std/assert";
import type { Event } from "../../../../lib/events.ts";
import { Ledger } from "../../../../lib/report/terminal/ledger.ts";
import { progressLine } from "../../../../lib/report/terminal/progress.ts";
import { plainText } from "../../../../lib/report/terminal/spans.ts";
import { at, names, outcome, started } from "../sample.ts";
import type { RunStarted } from "../../../../lib/report/fold/run_state.ts";

const hosts = names(100);

/** The line after these events, so many seconds into the run. */
function line(seconds: number, events: readonly Event[], start: Partial<RunStarted> = {}): string {
  const ledger = new Ledger();
  for (const event of [started(hosts, { forks: 10, artifacts: [], ...start }), ...events]) ledger.add(event);
  return plainText(progressLine(ledger, ledger.start!, Date.parse(at(seconds * 1000))));
}

function ended(from: number, to: number, second = 1, other = {}): Event[] {
  return hosts.slice(from, to).map((host) => ({
    at: at(second * 1000),
    type: "host-finished",
    ...outcome(host, other),
  }));
}

Deno.test("progressLine() says rate and time left, when as many have ended as go at once", () => {
  const cases: [string, string][] = [
    [line(5, []), "0/100 5s"],
    [line(5, ended(0, 9)), "9/100 5s"],
    [line(5, ended(0, 10)), "10/100 5s · 2.0 hosts/s · 45s left"],
    [line(100, ended(0, 10)), "10/100 1m40s · 6 hosts/min · 15m00s left"],
    [line(5, ended(0, 99)), "99/100 5s · 20 hosts/s"],
    [line(5, ended(0, 100)), "100/100 5s · 20 hosts/s"],
    [line(0, ended(0, 20)), "20/100 0s"],
  ];
  for (const [found, expected] of cases) assertEquals(found, expected);
});

Deno.test("progressLine() takes the pace of the wave under way, not of the canary or a pause", () => {
  const waves = [{ name: "canary", hosts: hosts.slice(0, 20) }, { name: "rest", hosts: hosts.slice(20) }];
  const second: Event[] = [...ended(0, 20, 300), { at: at(1000_000), type: "wave-started", wave: 2 }];
  assertEquals(line(1010, second, { waves }), "20/100 16m50s · wave 2 of 2 (rest)");
  assertEquals(
    line(1010, [...second, ...ended(20, 40, 1005)], { waves }),
    "40/100 16m50s · wave 2 of 2 (rest) · 2.0 hosts/s · 30s left",
  );
});

Deno.test("progressLine() counts hosts that wait for the others, and takes the pace from when they go on", () => {
  const prepared = hosts.map((host): Event => ({ at: at(100_000), type: "host-prepared", host }));
  assertEquals(line(100, prepared), "0/100 1m40s · 100 prepared");
  assertEquals(
    line(105, [...prepared, ...ended(0, 50, 105)]),
    "50/100 1m45s · 50 prepared · 10 hosts/s · 5s left",
  );
});

Deno.test("progressLine() promises no time, when no host is begun any more", () => {
  const stopped: Event = { at: at(2000), type: "stopped", reason: "budget" };
  assertEquals(
    line(5, [...ended(0, 10), stopped, ...ended(10, 60, 2, { status: "skipped" })]),
    "60/100 5s stopping · 2.0 hosts/s",
  );
});
