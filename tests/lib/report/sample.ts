/** Events of made-up runs, for the tests of the folds. @module */
import type { FailureData } from "../../../lib/errors.ts";
import type { ArtifactsSummary, Event, HostOutcome, TaskReport } from "../../../lib/events.ts";
import { summarize } from "../../../lib/run/summary.ts";

export const NEW = "3f9a12cd00112233";
export const OLD = "aa00bb11cc22dd33";
export const SET: ArtifactsSummary = { id: NEW, version: "2.4.1", files: 5, bytes: 2_100_000 };

/** So many milliseconds into the run. */
export function at(ms: number): string {
  return new Date(Date.UTC(2026, 10, 24, 2, 19, 45) + ms).toISOString();
}

export function started(
  hosts: readonly string[],
  other: Partial<Extract<Event, { type: "run-started" }>> = {},
): Event {
  return {
    at: at(0),
    type: "run-started",
    schema: 1,
    run: "20261124T021945Z-3f9a",
    command: "deploy",
    dryRun: false,
    hosts,
    forks: 20,
    artifacts: [SET],
    waves: [{ name: "all", hosts }],
    ...other,
  };
}

export function outcome(host: string, other: Partial<HostOutcome> = {}): HostOutcome {
  return {
    host,
    status: "changed",
    wave: 1,
    startedAt: at(10),
    durationMs: 1200,
    bytesSent: 2_100_000,
    release: NEW,
    previousRelease: OLD,
    ...other,
  };
}

export function task(name: string, other: Partial<TaskReport> = {}): TaskReport {
  return { task: name, status: "ok", startedAt: at(20), durationMs: 100, steps: [], ...other };
}

export function unreachable(host: string, other: Partial<FailureData> = {}): Partial<HostOutcome> {
  const error = { kind: "unreachable", action: "reach it", host, evidence: "no route", ...other } as const;
  return { status: "unreachable", bytesSent: 0, release: null, previousRelease: null, error };
}

/** Every event of one host: its tasks, begun and ended, and how it ended. */
export function hostEvents(end: HostOutcome, tasks: readonly TaskReport[] = []): Event[] {
  const { host } = end;
  return [
    { at: at(10), type: "host-started", host, wave: end.wave },
    ...tasks.flatMap((report): Event[] => [
      {
        at: at(20),
        type: "task-started",
        host,
        task: report.task,
        ...(report.rollback ? { rollback: true } : {}),
      },
      { at: at(120), type: "task-finished", host, ...report },
    ]),
    { at: at(1210), type: "host-finished", ...end },
  ];
}

export function finished(outcomes: readonly HostOutcome[], exitCode = 0): Event {
  return { at: at(2000), type: "run-finished", exitCode, summary: summarize(outcomes.map((o) => o.status)) };
}

/** A whole run in which every host has the same tasks. */
export function wholeRun(
  outcomes: readonly HostOutcome[],
  tasks: readonly TaskReport[] = [],
  start: Partial<Extract<Event, { type: "run-started" }>> = {},
): Event[] {
  return [
    started(outcomes.map(({ host }) => host), start),
    ...outcomes.flatMap((end) => hostEvents(end, tasks)),
    finished(outcomes),
  ];
}

/** edge-001, edge-002, … */
export function names(n: number): string[] {
  return Array.from({ length: n }, (_, index) => `edge-${String(index + 1).padStart(3, "0")}`);
}
