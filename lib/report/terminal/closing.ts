/**
 * The closing words of a run: the plans of a dry run, warnings, failures, what is live where, and the recap last.
 * @module
 */
import { append } from "../../plain/append.ts";
import { cutText } from "../../bounds.ts";
import { type FailureData, formatFailure, printable } from "../../errors.ts";
import type { HostOutcome, TaskReport } from "../../events.ts";
import type { Ledger } from "./ledger.ts";
import { Layout, statusTone, stepLines } from "./lines.ts";
import { outcomeSpans, waveLine } from "./progress.ts";
import { type Line, lines, pad, span, type Tone, width, wrapped } from "./spans.ts";
import type { ViewOptions } from "./view.ts";
import { gravity, word } from "../words/statuses.ts";
import type { RunStarted } from "../fold/run_state.ts";
import type { Shared } from "../words/groups.ts";
import { setList } from "../words/sets.ts";
import { count, duration, nameList, size, thousands } from "../words/text.ts";
import { oneLine } from "../../plain/printable.ts";
import { taskName } from "../words/tasks.ts";

/** Failures and warnings past this many different ones are only named or counted: the reports have them whole. */
const WHOLE = 50;
/** Lines and characters of a failure's evidence that a terminal shows. */
const EVIDENCE = 50;
const SHOWN = 4096;
/** Hosts that the recap names of each kind that went wrong. */
const NAMED = 8;

export function closingLines(ledger: Ledger, start: RunStarted, options: ViewOptions): Line[] {
  const layout = new Layout(start);
  const sections = [
    ...planSections(ledger, start, options),
    warningSection(ledger),
    ...failureSections(ledger, layout),
    options.releases ? releaseLines(ledger) : [],
    recapLines(ledger, start, options),
  ];
  return sections.filter((section) => section.length > 0).flatMap((section) => [[], ...section]);
}

/** What a dry run found: each plan once, and if there are several waves, who is in which and what would happen to them. */
function planSections(ledger: Ledger, start: RunStarted, { verbosity = 0 }: ViewOptions): Line[][] {
  // With -v every host's steps stand under its own line.
  const plans = verbosity >= 1 ? [] : [...ledger.plans.values()];
  if (ledger.forecast.size === 0) return plans.map((plan) => planLines(ledger, plan));
  const numbered = plans.length > 1;
  const number = new Map(plans.flatMap(({ hosts }, at) => hosts.map((host) => [host, at + 1])));
  const fate = (host: string): string => {
    const status = ledger.forecast.get(host);
    if (status === undefined) return "not looked at";
    return word(status, true) + (numbered && number.has(host) ? ` (plan ${number.get(host)})` : "");
  };
  return [
    ...plans.map((plan, at) => planLines(ledger, plan, numbered ? `plan ${at + 1}, ` : "")),
    ...start.waves.map(({ hosts }, at): Line[] => [
      waveLine(start, at + 1),
      ...[...Map.groupBy(hosts, fate)].flatMap(([fate, names]) =>
        wrapped(`  ${fate}:`, names).map((row): Line => [span(row)])
      ),
    ]),
  ];
}

function planLines(ledger: Ledger, { first, hosts }: Shared<readonly TaskReport[]>, label = ""): Line[] {
  return [
    [span(`${label}${count(hosts.length, "host")}: ${nameList(ledger.inOrder(hosts))}`, "strong")],
    ...first.flatMap((task): Line[] => [
      [span(`  ${taskName(task)}`, "changed")],
      ...stepLines(task.steps, "    "),
    ]),
  ];
}

function warningSection(ledger: Ledger): Line[] {
  const warnings = [...ledger.warnings.values()];
  const said = warnings.slice(0, WHOLE).flatMap((warning) => warningLines(ledger, warning));
  const more = warnings.length - WHOLE;
  return more > 0
    ? [...said, [span(`${count(more, "other warning")}, in full in the reports`, "note")]]
    : said;
}

function warningLines(ledger: Ledger, warning: Shared<string> & { times: number }): Line[] {
  const { first, hosts, times } = warning;
  const where = hosts.length > 0
    ? ` (${count(hosts.length, "host")}: ${nameList(ledger.inOrder(hosts), 8)})`
    : times > 1
    ? ` (${thousands(times)} times)`
    : "";
  return lines(`warning: ${printable(first).replaceAll("\n", "\n  ")}${where}`, "note");
}

/** Each failure once and whole, the worst last: next to the recap. */
function failureSections(ledger: Ledger, layout: Layout): Line[][] {
  // Why hosts were not started is printed once for all of them: see `stopped`.
  const groups = [...ledger.failures.values()].filter(({ first }) =>
    first.error?.kind !== "stopped" || first.was
  )
    .sort((a, b) => gravity(a.first) - gravity(b.first));
  const sections = groups.slice(-WHOLE).map((group) => failureLines(ledger, layout, group));
  const rest = groups.slice(0, -WHOLE);
  if (rest.length > 0) {
    const hosts = ledger.inOrder(rest.flatMap((group) => group.hosts));
    sections.unshift([[
      span(`${count(rest.length, "other failure")}, in full in the reports: ${nameList(hosts)}`, "bad"),
    ]]);
  }
  return sections;
}

function failureLines(ledger: Ledger, layout: Layout, { first, hosts }: Shared<HostOutcome>): Line[] {
  const { host, status, error, rollbackError, release, was } = first;
  const [, ...others] = hosts;
  const said: Line[] = [];
  if (was !== undefined && status === "rolled_back") {
    const names = nameList(ledger.inOrder(hosts));
    return [
      [span(`Rolled back because others failed: ${count(hosts.length, "host")}`, statusTone[status])],
      [span(`  on ${layout.release(release)} again: ${names}`)],
      ...(error?.next === undefined ? [] : [[span(`  ${printable(error.next)}`)]]),
    ];
  }
  if (rollbackError !== undefined) {
    said.push([
      span(
        `ROLLBACK FAILED on ${oneLine(host)}: it needs manual attention; this is what failed there`,
        "alarm",
      ),
    ]);
    append(said, failureText({ ...rollbackError, host }, "alarm"));
    if (error !== undefined) said.push([span("The rollback was started because of:")]);
  }
  if (error !== undefined) append(said, failureText({ ...error, host }, statusTone[status]));
  if (was !== undefined) {
    said.push([span("It had succeeded, and should have been rolled back because others failed.")]);
  }
  if (error === undefined && rollbackError === undefined) {
    said.push([span(`${oneLine(host)} is ${status}; no reason was recorded`, statusTone[status])]);
  }
  if (status === "rolled_back") {
    said.push([span(`  rolled back: ${oneLine(host)} is on ${layout.release(release)} again`)]);
  }
  if (others.length > 0) {
    const names = nameList(ledger.inOrder(others));
    said.push([span(`  the same on ${count(others.length, "other host")}: ${names}`)]);
  }
  return said;
}

function failureText(failure: FailureData, tone: Tone): Line[] {
  const [first = [], ...rest] = lines(formatFailure(shownOf(failure)));
  return [first.map(({ text }) => span(text, tone)), ...rest];
}

/** As much of a failure as a person reads. The reports have more of it. */
function shownOf(failure: FailureData): FailureData {
  const { evidence, log } = failure;
  const first = cutText(evidence.split("\n", EVIDENCE).join("\n"), SHOWN);
  return {
    ...failure,
    evidence: first.length < evidence.length ? `${first}\n… more in the reports` : evidence,
    ...(log === undefined ? {} : { log: cutText(log, 2 * SHOWN) }),
  };
}

/** At most six lines, however many hosts. */
function recapLines(ledger: Ledger, start: RunStarted, options: ViewOptions): Line[] {
  const recap: Line[] = [];
  if (ledger.interrupted) recap.push([span("interrupted: run the same command again to continue", "bad")]);
  const counts = ledger.end?.summary ?? ledger.counts;
  const left = start.hosts.length - counts.hosts;
  if (ledger.stopped !== null) recap.push([span(`stopped: ${printable(ledger.stopped)}`, "bad")]);
  recap.push([
    ...outcomeSpans(
      counts,
      start.dryRun,
      (status) => nameList(ledger.inOrder(ledger.namesOf(status)), NAMED),
    ),
    span(
      left === 0
        ? ""
        : `${counts.hosts > 0 ? " · " : ""}${thousands(left)} were in progress: the next run settles them`,
      "bad",
    ),
  ]);
  const took = duration(ledger.lastAt - Date.parse(start.at));
  if (start.artifacts.length > 0) {
    const [{ files, bytes } = { files: 0, bytes: 0 }] = start.artifacts;
    const content = start.artifacts.length === 1 ? `: ${count(files, "file")}, ${size(bytes)}` : "";
    recap.push([span(`set: ${setList(start.artifacts)}${content}`)]);
  }
  const sent = start.dryRun
    ? "dry run: nothing was written; "
    : start.artifacts.length > 0
    ? `${size(ledger.bytesSent)} sent; `
    : "";
  recap.push([span(`${sent}took ${took}`)]);
  if (options.runDir !== undefined) recap.push([span(`reports: ${options.runDir}`)]);
  return recap;
}

/** A table by release: what runs where. */
function releaseLines(ledger: Ledger): Line[] {
  const rows = ledger.releases().map(({ release, version, hosts }) => [
    release === null ? "none, or not known" : oneLine(release),
    version === null ? "-" : oneLine(version),
    thousands(hosts),
  ]);
  const all = [["RELEASE", "VERSION", "HOSTS"], ...rows];
  const [first, second] = [0, 1].map((column) =>
    all.reduce((most, row) => Math.max(most, width(row[column]!)), 0)
  );
  return all.map(([release = "", version = "", hosts = ""]): Line => [
    span(`${pad(release, first!)}  ${pad(version, second!)}  ${hosts}`),
  ]);
}
