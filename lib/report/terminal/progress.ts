/**
 * How far a run has come: the wave under way, how many hosts have ended how, at what pace, and how long it still takes if that can be
 * known.
 * @module
 */
import type { Event, HostStatus, Summary } from "../../events.ts";
import type { Ledger } from "./ledger.ts";
import { statusTone } from "./lines.ts";
import { type Line, type Span, span } from "./spans.ts";
import type { RunStarted } from "../fold/run_state.ts";
import { word } from "../words/statuses.ts";
import { count, nameList, size, thousands, wholeSeconds } from "../words/text.ts";
import { oneLine } from "../../plain/printable.ts";

/** In the order in which they are counted. */
const statuses = ["ok", "changed", "failed", "rolled_back", "unreachable", "skipped"] as const;
/** Those of which hosts are named. */
const named: ReadonlySet<HostStatus> = new Set(["failed", "rolled_back", "unreachable"]);
/** Names of each kind while the run goes on. */
const NAMED = 3;

/** `wave 1 of 3: canary (1 host)`. */
export function waveLine({ waves }: RunStarted, wave: number): Line {
  const { name, hosts } = waves[wave - 1] ?? { name: "", hosts: [] };
  return [
    span(`wave ${thousands(wave)} of ${thousands(waves.length)}: ${oneLine(name)}`, "strong"),
    span(` (${count(hosts.length, "host")})`),
  ];
}

/** `waiting 5m00s before wave 2`. */
export function waitingLine({ wave, seconds = 0 }: Extract<Event, { type: "wave-waiting" }>): Line {
  return [span(`waiting ${wholeSeconds(seconds)} before wave ${thousands(wave)}`, "quiet")];
}

/** `47 changed · 2 failed: edge-7, edge-9 · 1 unreachable: edge-3`. */
export function outcomeSpans(
  counts: Summary,
  dryRun: boolean,
  names: (status: HostStatus) => string,
): Span[] {
  return statuses.filter((status) => counts[status] > 0).flatMap((status, at) => {
    const who = named.has(status) ? names(status) : "";
    return [
      ...(at === 0 ? [] : [span(" · ")]),
      span(`${thousands(counts[status])} ${word(status, dryRun)}`, statusTone[status]),
      ...(who === "" ? [] : [span(`: ${who}`)]),
    ];
  });
}

/** How the hosts have ended until now; empty if none has. */
export function outcomesLine(ledger: Ledger, start: RunStarted): Line {
  return outcomeSpans(ledger.counts, start.dryRun, (status) => {
    const names = ledger.namesOf(status, NAMED);
    return ledger.counts[status] > names.length ? `${nameList(names)}, …` : nameList(names);
  });
}

/** `3,210/10,000 2m05s · wave 2 of 3 (10%) · 12 hosts/s · 1.2 GB sent · 8m10s left`. `now` is in milliseconds since the epoch. */
export function progressLine(ledger: Ledger, start: RunStarted, now: number): Line {
  const { counts, wave, prepared, bytesSent } = ledger;
  const pace = paceOf(ledger, start, now);
  const stopping = ledger.interrupted || ledger.stopped !== null;
  const parts = [
    start.waves.length > 1 && wave > 0
      ? `wave ${thousands(wave)} of ${thousands(start.waves.length)} (${
        oneLine(start.waves[wave - 1]?.name ?? "")
      })`
      : "",
    prepared.size > 0 ? `${thousands(prepared.size)} prepared` : "",
    pace === null ? "" : rate(pace),
    start.artifacts.length > 0 && bytesSent > 0 ? `${size(bytesSent)} sent` : "",
    pace === null || stopping ? "" : timeLeft((start.hosts.length - counts.hosts) / pace),
  ].filter((part) => part !== "");
  return [
    span(`${thousands(counts.hosts)}/${thousands(start.hosts.length)}`, "strong"),
    span(` ${elapsed(Date.parse(start.at), now)}${stopping ? " stopping" : ""}`),
    ...parts.map((part) => span(` · ${part}`)),
  ];
}

/** In whole seconds, so that time alone makes a new frame only once a second. */
export function elapsed(since: number, now: number): string {
  return wholeSeconds(seconds(since, now));
}

function seconds(since: number, now: number): number {
  return Math.max(0, Math.floor((now - since) / 1000));
}

/**
 * Hosts a second in the wave under way; null if it cannot be known yet. The first hosts of a wave end late and all at once, and a
 * small wave never has all forks at work, so nothing is said before as many have ended as go at once.
 */
function paceOf({ paced, paceFrom }: Ledger, { forks }: RunStarted, now: number): number | null {
  const took = seconds(paceFrom, now);
  return took > 0 && paced >= forks ? paced / took : null;
}

function rate(perSecond: number): string {
  if (perSecond >= 9.95) return `${thousands(Math.round(perSecond))} hosts/s`;
  if (perSecond >= 0.95) return `${perSecond.toFixed(1)} hosts/s`;
  return `${Math.max(1, Math.round(perSecond * 60))} hosts/min`;
}

function timeLeft(left: number): string {
  return left >= 1 ? `${wholeSeconds(Math.round(left))} left` : "";
}
