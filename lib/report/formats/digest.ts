/**
 * What a person reads of a report first, whatever the format: its headline, and what went wrong, each thing once with the hosts it is true of.
 * @module
 */
import { type FailureData, printable } from "../../errors.ts";
import type { HostOutcome, HostStatus, TaskReport, TaskStatus } from "../../events.ts";
import type { HostReport } from "../fold/host_fold.ts";
import type { Report, ReportWarning } from "../fold/report.ts";
import { gravity, isBad, word } from "../words/statuses.ts";
import { outcomeKey, share, type Shared, sharePlan } from "../words/groups.ts";
import { setList } from "../words/sets.ts";
import { count, duration, size } from "../words/text.ts";
import { oneLine } from "../../plain/printable.ts";
import { taskName } from "../words/tasks.ts";

/** The worst first. */
export const STATUSES = [
  "failed",
  "rolled_back",
  "unreachable",
  "skipped",
  "changed",
  "ok",
] as const satisfies readonly HostStatus[];

/** `deploy of 2.4.1 (3f9a12cd) on 20 hosts`. */
export function titleOf({ command, artifacts, artifactSets, summary, dryRun }: Report): string {
  const sets = artifactSets ?? (artifacts === null ? [] : [artifacts]);
  const of = sets.length > 0 ? ` of ${setList(sets)}` : "";
  return `${command}${of} on ${count(summary.hosts, "host")}${dryRun ? " (dry run)" : ""}`;
}

/** `rolled back`, and in a dry run `would change`. */
export function wordOf(status: HostStatus | TaskStatus, dryRun: boolean): string {
  return word(status, dryRun).replace("_", " ");
}

/** What failed on a host, what needs a person first. */
export function failuresOf({ rollbackError, error }: HostOutcome): FailureData[] {
  return [rollbackError, error].filter((failure) => failure !== undefined);
}

/** How many hosts went wrong. */
export function wrongHosts({ summary }: Report): number {
  return summary.failed + summary.rolled_back + summary.unreachable;
}

/** Whether the run ended, and nobody has to look. */
export function isWell(report: Report): boolean {
  return report.exitCode === 0 && wrongHosts(report) === 0;
}

/** `3 of 20 hosts went wrong`, `all hosts are ok`. */
export function verdictOf(report: Report): string {
  const wrong = wrongHosts(report);
  if (wrong > 0) return `${wrong} of ${count(report.summary.hosts, "host")} went wrong`;
  if (report.finishedAt === null) return "the run has not ended";
  return isWell(report) ? "all hosts are ok" : "not every host was reached";
}

/** What should be known of the run as a whole, besides its counts. */
export function noticesOf(report: Report): string[] {
  const { finishedAt, interrupted, stopped } = report;
  return [
    ...(finishedAt === null
      ? [
        "The record of this run has no end: the run was killed, or is still running. This is what it has so far.",
      ]
      : []),
    ...(interrupted ? ["Interrupted: the user asked to stop."] : []),
    ...(stopped === undefined ? [] : [`Stopped: ${stopped}`]),
  ];
}

/** Facts of a run, each with its name. */
export function factsOf(report: Report): [name: string, value: string][] {
  const { run, startedAt, finishedAt, exitCode, artifacts, hosts, resumes, dryRun } = report;
  // What an earlier run has done is not this one's.
  const sent = hosts.reduce((sum, host) => sum + (host.run === undefined ? host.bytesSent : 0), 0);
  return [
    ["run", run],
    ...(resumes === undefined ? [] : [["resumes", resumes] satisfies [string, string]]),
    ["started", startedAt],
    ["took", finishedAt === null ? "not known" : duration(Date.parse(finishedAt) - Date.parse(startedAt))],
    ...(artifacts === null || dryRun ? [] : [["sent", size(sent)] satisfies [string, string]]),
    ["exit code", exitCode === null ? "none" : String(exitCode)],
  ];
}

/** Hosts that went wrong, by what failed, the worst first. Hosts that were not started are not among them: `noticesOf()` has the reason. */
export function failureGroups(hosts: readonly HostReport[]): Shared<HostReport>[] {
  const groups = new Map<string, Shared<HostReport>>();
  for (const host of hosts.filter(hasFailure)) share(groups, outcomeKey(host), host, host.host);
  return [...groups.values()].sort((a, b) =>
    gravity(b.first) - gravity(a.first) || b.hosts.length - a.hosts.length
  );
}

function hasFailure(host: HostOutcome): boolean {
  return isBad(host) || (host.error !== undefined && host.error.kind !== "stopped");
}

/** What a dry run would do, each plan once; of most hosts first. */
export function planGroups({ dryRun, hosts }: Report): Shared<readonly TaskReport[]>[] {
  const plans = new Map<string, Shared<readonly TaskReport[]>>();
  for (const { status, tasks, host } of dryRun ? hosts : []) {
    if (status === "changed") sharePlan(plans, tasks, host);
  }
  return [...plans.values()].sort((a, b) => b.hosts.length - a.hosts.length);
}

/** A plan in lines: tasks, and under each its steps. */
export function planText(tasks: readonly TaskReport[]): string {
  return tasks.flatMap(({ task, steps }) => [
    oneLine(task),
    ...steps.map((step) => `  ${printable(step).replaceAll("\n", "\n    ")}`),
  ]).join("\n");
}

/** Warnings, each once. */
export function warningGroups(warnings: readonly ReportWarning[]): Shared<string>[] {
  return [...Map.groupBy(warnings, ({ message }) => message)].map(([first, alike]) => ({
    first,
    hosts: [...new Set(alike.flatMap(({ host }) => host ?? []))],
  }));
}

/** What a group of hosts has come to: `failed at health: unhealthy`. */
export function groupTitle({ status, error, rollbackError, was, tasks }: HostReport): string {
  if (rollbackError !== undefined) return `rollback failed: ${rollbackError.kind}`;
  if (was !== undefined && status === "rolled_back") return "rolled back because others failed";
  const failed = tasks.find((task) => task.status === "failed" && !task.rollback);
  const task = failed && taskName(failed);
  const why = error === undefined || error.kind === status ? "" : `: ${error.kind}`;
  return oneLine(`${wordOf(status, false)}${task === undefined ? "" : ` at ${task}`}${why}`);
}
