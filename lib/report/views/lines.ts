/**
 * What is said of a run, and how: the line of a host that has ended, what is listed under it, and the closing words. Views only decide
 * when and where it appears.
 * @module
 */
import { type FailureData, formatFailure, printable } from "../../errors.ts";
import type { ArtifactsSummary, HostOutcome, HostStatus, Json, Summary, TaskReport } from "../../events.ts";
import type { FinishedHost, Ledger, RunStarted, Shared } from "./ledger.ts";
import {
  count,
  duration,
  firstLine,
  type Line,
  lines,
  nameList,
  oneLine,
  pad,
  size,
  span,
  type Tone,
  width,
} from "./text.ts";
import type { ViewOptions } from "./view.ts";

const statusTone: Record<HostStatus, Tone> = {
  ok: "good",
  changed: "changed",
  failed: "bad",
  rolled_back: "bad",
  unreachable: "away",
  skipped: "quiet",
};

/** In the order in which they are counted. */
const statuses = ["ok", "changed", "failed", "rolled_back", "unreachable", "skipped"] as const;

/** Failures past this many different ones are only named: the reports have them whole. */
const FAILURES_WHOLE = 50;

/** `changed`, and in a dry run `would change`. */
function word(status: HostStatus, dryRun: boolean): string {
  return dryRun && status === "changed" ? "would change" : status;
}

/** What begins: command, set, how many hosts. */
export function openingLine({ command, artifacts, hosts, forks, dryRun, run }: RunStarted): Line {
  const sets = artifacts.length > 0 ? ` of ${setList(artifacts)}` : "";
  const abreast = hosts.length > forks ? `, ${forks} at once` : "";
  const dry = dryRun ? " (dry run: nothing is written)" : "";
  return [
    span(`${command}${sets} on ${count(hosts.length, "host")}${abreast}${dry}`, "strong"),
    span(`  ${run}`, "quiet"),
  ];
}

/** Widths of the columns of the hosts' lines, known when the run begins. */
export class Layout {
  readonly #start: RunStarted;
  readonly #host: number;
  readonly #release: number;

  constructor(start: RunStarted) {
    this.#start = start;
    this.#host = Math.min(40, start.hosts.reduce((most, host) => Math.max(most, width(oneLine(host))), 0));
    this.#release = start.artifacts.reduce((most, set) => Math.max(most, width(this.release(set.id))), 8);
  }

  /** A release in few characters: `2.4.1 (3f9a12cd)`, and `3f9a12cd` where its version is not known. */
  release(id: string | null): string {
    if (id === null) return "-";
    const set = this.#start.artifacts.find((set) => set.id === id);
    return set === undefined ? oneLine(id.slice(0, 8)) : setName(set);
  }

  /** The line of a host that has ended. */
  hostLine({ outcome, tasks }: FinishedHost): Line {
    const { status, host, release, bytesSent, durationMs } = outcome;
    const { dryRun, artifacts } = this.#start;
    const sends = artifacts.length > 0 && !dryRun;
    return [
      span(pad(word(status, dryRun), dryRun ? 12 : 11), statusTone[status]),
      span(`  ${pad(oneLine(host), this.#host)}`),
      span(`  ${pad(this.release(release), this.#release)}`, "quiet"),
      span(`${sends ? `  ${size(bytesSent).padStart(8)}` : ""}  ${duration(durationMs).padStart(6)}`),
      ...this.#note(outcome, tasks),
    ];
  }

  #note(outcome: HostOutcome, tasks: readonly TaskReport[]): Line {
    const { status, error, rollbackError, release } = outcome;
    const spans = [];
    if (rollbackError !== undefined) spans.push(span(`  ROLLBACK FAILED: ${brief(rollbackError)}`, "alarm"));
    if (error !== undefined) spans.push(span(`  ${brief(error)}`, statusTone[status]));
    if (status === "rolled_back") spans.push(span(`; back on ${this.release(release)}`));
    if (status === "changed") {
      const changed = tasks.filter((task) => task.status === "changed").map(({ task }) => task).join(", ");
      if (changed !== "") spans.push(span(`  ${changed}`, "quiet"));
    }
    return spans;
  }
}

function brief(failure: FailureData): string {
  const reason = firstLine(failure.evidence);
  // The whole of it stands at the end.
  return `${failure.kind}: ${reason.length > 80 ? `${reason.slice(0, 79)}…` : reason}`;
}

function setName({ id, version }: ArtifactsSummary): string {
  const short = id.slice(0, 8);
  return version === null ? short : `${oneLine(version).slice(0, 24)} (${short})`;
}

function setList(sets: readonly ArtifactsSummary[]): string {
  const named = sets.slice(0, 3).map(setName).join(", ");
  return sets.length > 3 ? `${named} and ${sets.length - 3} more` : named;
}

/** What is listed under a host's line: its tasks, their steps, what they found, as far as asked for. */
export function taskLines(tasks: readonly TaskReport[], dryRun: boolean, options: ViewOptions): Line[] {
  const verbosity = options.verbosity ?? 0;
  const details = verbosity >= 2 || options.details === true;
  const listed: Line[] = [];
  for (const { task, status, durationMs, steps, detail, rollback } of tasks) {
    if (verbosity >= 1) {
      listed.push([
        span(`    ${pad(rollback ? `${task} (rollback)` : task, 20)} `),
        span(pad(word(status, dryRun), 12), statusTone[status]),
        span(` ${duration(durationMs).padStart(6)}`, "quiet"),
      ]);
      if (dryRun || verbosity >= 2) listed.push(...stepLines(steps, "      "));
    }
    if (details && detail !== undefined) {
      for (const [key, value] of Object.entries(detail)) listed.push(...detailLines(key, value));
    }
  }
  return listed;
}

function stepLines(steps: readonly string[], indent: string): Line[] {
  return steps.flatMap((step) => lines(indent + printable(step).replaceAll("\n", `\n${indent}  `)));
}

function detailLines(key: string, value: Json): Line[] {
  const label = `      ${oneLine(key)}:`;
  if (typeof value !== "string") return [[span(`${label} ${printable(JSON.stringify(value))}`, "quiet")]];
  const text = printable(value.replace(/\n$/, ""));
  if (!text.includes("\n")) return [[span(`${label} ${text}`, "quiet")]];
  return lines(`${label}\n${text.replace(/^/gm, "        | ")}`, "quiet");
}

/** All that is said at the end: the plans of a dry run, warnings, failures, and the recap last. */
export function closingLines(ledger: Ledger, start: RunStarted, options: ViewOptions): Line[] {
  const layout = new Layout(start);
  const sections = [
    // With -v every host's steps stand under its own line.
    ...(options.verbosity ?? 0) >= 1 ? [] : [...ledger.plans.values()].map((plan) => planLines(ledger, plan)),
    [...ledger.warnings.values()].flatMap((warning) => warningLines(ledger, warning)),
    ...failureSections(ledger, layout),
    recapLines(ledger, start, options),
  ];
  return sections.filter((section) => section.length > 0).flatMap((section) => [[], ...section]);
}

function planLines(ledger: Ledger, { first, hosts }: Shared<readonly TaskReport[]>): Line[] {
  return [
    [span(`${count(hosts.length, "host")}: ${nameList(ledger.inOrder(hosts))}`, "strong")],
    ...first.flatMap((
      { task, steps },
    ): Line[] => [[span(`  ${task}`, "changed")], ...stepLines(steps, "    ")]),
  ];
}

function warningLines(ledger: Ledger, warning: Shared<string> & { times: number }): Line[] {
  const { first, hosts, times } = warning;
  const where = hosts.length > 0
    ? ` (${count(hosts.length, "host")}: ${nameList(ledger.inOrder(hosts), 8)})`
    : times > 1
    ? ` (${times} times)`
    : "";
  return lines(`warning: ${printable(first)}${where}`, "note");
}

/** Each failure once and whole, the worst last: next to the recap. */
function failureSections(ledger: Ledger, layout: Layout): Line[][] {
  const groups = [...ledger.failures.values()].sort((a, b) => gravity(a.first) - gravity(b.first));
  const sections = groups.slice(-FAILURES_WHOLE).map((group) => failureLines(ledger, layout, group));
  const rest = groups.slice(0, -FAILURES_WHOLE);
  if (rest.length > 0) {
    const hosts = ledger.inOrder(rest.flatMap((group) => group.hosts));
    sections.unshift([[
      span(`${rest.length} other failures, whole in the reports: ${nameList(hosts)}`, "bad"),
    ]]);
  }
  return sections;
}

function gravity({ status, rollbackError }: HostOutcome): number {
  if (rollbackError !== undefined) return 6;
  return { ok: 0, changed: 0, skipped: 1, unreachable: 2, rolled_back: 3, failed: 4 }[status];
}

function failureLines(ledger: Ledger, layout: Layout, { first, hosts }: Shared<HostOutcome>): Line[] {
  const { host, status, error, rollbackError, release } = first;
  const [, ...others] = hosts;
  const said: Line[] = [];
  if (rollbackError !== undefined) {
    said.push([
      span(`ROLLBACK FAILED on ${oneLine(host)}: it needs you, and this is what failed there`, "alarm"),
    ]);
    said.push(...failureText({ ...rollbackError, host }, "alarm"));
    if (error !== undefined) said.push([span("It was to be rolled back because of:")]);
  }
  if (error !== undefined) said.push(...failureText({ ...error, host }, statusTone[status]));
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
  const [first = [], ...rest] = lines(formatFailure(failure));
  return [first.map(({ text }) => span(text, tone)), ...rest];
}

/** At most six lines, however many hosts. */
function recapLines(ledger: Ledger, start: RunStarted, options: ViewOptions): Line[] {
  const recap: Line[] = [];
  if (ledger.interrupted) recap.push([span("interrupted: run the same command again to go on", "bad")]);
  const counts = ledger.end?.summary ?? ledger.counts;
  const left = start.hosts.length - counts.hosts;
  recap.push([
    ...countsLine(counts, start.dryRun),
    span(
      left === 0
        ? ""
        : `${counts.hosts > 0 ? " · " : ""}${left} left in the middle: the next run settles them`,
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

/** `47 changed · 2 failed · 1 unreachable`. */
export function countsLine(counts: Summary, dryRun: boolean): Line {
  const parts = statuses.filter((status) => counts[status] > 0)
    .map((status) => span(`${counts[status]} ${word(status, dryRun)}`, statusTone[status]));
  return parts.flatMap((part, index) => index === 0 ? [part] : [span(" · "), part]);
}
