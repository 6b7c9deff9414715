/**
 * What is said about a run as it goes on, and how: how it begins, the line of a host that has ended, and what is listed under it. Views only
 * decide when and where it appears.
 * @module
 */
import { append } from "../../plain/append.ts";
import { type FailureData, printable } from "../../errors.ts";
import type { HostOutcome, HostStatus, Json, TaskReport } from "../../events.ts";
import { setList, setName } from "../words/sets.ts";
import { taskName, taskNames } from "../words/tasks.ts";
import { DIFF, diffLines } from "./diff_lines.ts";
import type { FinishedHost, Ledger } from "./ledger.ts";
import { type Line, lines, pad, span, type Tone, width } from "./spans.ts";
import type { ViewOptions } from "./view.ts";
import { isBad, word } from "../words/statuses.ts";
import type { RunStarted } from "../fold/run_state.ts";
import { count, duration, firstLine, size } from "../words/text.ts";
import { oneLine } from "../../plain/printable.ts";

export const statusTone: Record<HostStatus, Tone> = {
  ok: "good",
  changed: "changed",
  failed: "bad",
  rolled_back: "bad",
  unreachable: "away",
  skipped: "quiet",
};

/** In a large fleet so many hosts that went wrong have a line of their own. */
const BAD_LINES = 100;

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

/** Said at once when no host is begun any more. */
export function stoppedLine(reason: string): Line {
  return [span(`stopped: ${printable(reason)}`, "bad")];
}

/** Widths of the columns of the hosts' lines, known when the run begins. */
export class Layout {
  readonly #start: RunStarted;
  readonly #host: number;
  readonly #release: number;
  /** The names of releases of this run's sets. */
  readonly #names: ReadonlyMap<string, string>;

  constructor(start: RunStarted) {
    this.#start = start;
    this.#names = new Map(
      start.artifacts.flatMap(({ id, version, rendered = {} }) =>
        [id, ...Object.values(rendered)].map((id) => [id, setName({ id, version })] as const)
      ),
    );
    this.#host = Math.min(40, start.hosts.reduce((most, host) => Math.max(most, width(oneLine(host))), 0));
    this.#release = start.artifacts.reduce((most, set) => Math.max(most, width(this.release(set.id))), 8);
  }

  /** A release in few characters: `2.4.1 (3f9a12cd)`, and `3f9a12cd` where its version is not known. */
  release(id: string | null): string {
    if (id === null) return "-";
    return this.#names.get(id) ?? oneLine(id.slice(0, 8));
  }

  /** The line of a host that has ended. */
  hostLine({ outcome, tasks }: FinishedHost): Line {
    const { status, host, bytesSent, durationMs } = outcome;
    const releases = (outcome.sets ?? [outcome]).map(({ release }) => this.release(release)).join(", ");
    const { dryRun, artifacts } = this.#start;
    const sends = artifacts.length > 0 && !dryRun;
    return [
      span(pad(word(status, dryRun), dryRun ? 12 : 11), statusTone[status]),
      span(`  ${pad(oneLine(host), this.#host)}`),
      span(`  ${pad(releases, this.#release)}`, "quiet"),
      span(`${sends ? `  ${size(bytesSent).padStart(8)}` : ""}  ${duration(durationMs).padStart(6)}`),
      ...this.#note(outcome, tasks),
    ];
  }

  #note(outcome: HostOutcome, tasks: readonly TaskReport[]): Line {
    const { status, error, rollbackError, release, was, run } = outcome;
    const spans = [];
    if (rollbackError !== undefined) spans.push(span(`  ROLLBACK FAILED: ${brief(rollbackError)}`, "alarm"));
    if (error !== undefined && was === undefined) {
      // Why the run stopped is said by itself, once.
      const note = error.kind === "stopped"
        ? (error.action === "switch" ? "prepared, not switched" : "not started")
        : brief(error);
      spans.push(span(`  ${note}`, statusTone[status]));
    }
    if (was !== undefined) {
      const took = status === "rolled_back" ? "rolled back" : "should have been rolled back";
      spans.push(span(`  ${took} because others failed`, statusTone[status]));
    }
    if (status === "rolled_back") spans.push(span(`; back on ${this.release(release)}`));
    if (run !== undefined && was === undefined) spans.push(span(`  in run ${oneLine(run)}`, "quiet"));
    if (status === "changed") {
      const changed = taskNames(tasks.filter((task) => task.status === "changed"));
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

/**
 * Whether a host gets a line of its own. In a large fleet only those do that somebody has to hear of; the others are counted, unless the
 * user asked to see every one.
 */
export function hasLine(
  { outcome }: FinishedHost,
  { start, counts }: Pick<Ledger, "start" | "counts">,
  few: number,
  options: ViewOptions,
): boolean {
  if (start === null) return false;
  if (start.hosts.length <= few || (options.verbosity ?? 0) >= 1 || options.details === true) return true;
  // Past some, more of the same says nothing: the recap counts and names them.
  return isBad(outcome) && counts.failed + counts.rolled_back + counts.unreachable <= BAD_LINES;
}

/** What is listed under a host's line: its tasks, their steps, what they found, as far as asked for. */
export function taskLines(tasks: readonly TaskReport[], dryRun: boolean, options: ViewOptions): Line[] {
  const verbosity = options.verbosity ?? 0;
  const details = verbosity >= 2 || options.details === true;
  const listed: Line[] = [];
  for (const report of tasks) {
    const { task, status, durationMs, steps, detail } = report;
    const { [DIFF]: diff, ...found } = detail ?? {};
    if (verbosity >= 1) {
      listed.push([
        span(`    ${pad(taskName(report), 20)} `),
        span(pad(word(status, dryRun), 12), statusTone[status]),
        span(` ${duration(durationMs).padStart(6)}`, "quiet"),
      ]);
      if (dryRun || verbosity >= 2) append(listed, stepLines(steps, "      "));
    }
    // It is there because the user has asked for it.
    if (typeof diff === "string") {
      if (verbosity === 0) listed.push([span(`    ${task}`)]);
      append(listed, diffLines(diff));
    }
    if (details) {
      if (verbosity === 0 && report.set !== undefined) listed.push([span(`    ${taskName(report)}`)]);
      for (const [key, value] of Object.entries(found)) append(listed, detailLines(key, value));
    }
  }
  return listed;
}

export function stepLines(steps: readonly string[], indent: string): Line[] {
  return steps.flatMap((step) => lines(indent + printable(step).replaceAll("\n", `\n${indent}  `)));
}

function detailLines(key: string, value: Json): Line[] {
  const label = `      ${oneLine(key)}:`;
  if (typeof value !== "string") return [[span(`${label} ${printable(JSON.stringify(value))}`, "quiet")]];
  const text = printable(value.replace(/\n$/, ""));
  if (!text.includes("\n")) return [[span(`${label} ${text}`, "quiet")]];
  return lines(`${label}\n${text.replace(/^/gm, "        | ")}`, "quiet");
}
