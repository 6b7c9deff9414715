/**
 * What a run came to: the fold of its events into the report that `report.json` carries. Pure; also folds the events of a run that was
 * killed, because that is when somebody reads them.
 * @module
 */
import { type ArtifactsSummary, type Event, type HostOutcome, SCHEMA, type Summary } from "../../events.ts";
import { summarize } from "../../run/summary.ts";
import { addToHost, type HostReport, hostReport, type HostSoFar, isHostEvent, newHost } from "./host_fold.ts";
import { countReleases, type ReleaseCount } from "./releases.ts";
import { type RunStarted, RunState } from "./run_state.ts";

/** Something worth knowing that did not stop the run. */
export interface ReportWarning {
  readonly at: string;
  readonly host?: string;
  readonly message: string;
}

/** A wave of a report. Hosts name theirs by its number. */
export interface WaveReport {
  /** From 1. */
  readonly wave: number;
  readonly name: string;
  /** How many. */
  readonly hosts: number;
  /** null if it was not started. */
  readonly startedAt: string | null;
}

/** How a host ended, as far as the whole needs it. */
export type HostEnd = Pick<HostOutcome, "status" | "release">;

/** `report.json`. */
export interface Report {
  readonly schema: typeof SCHEMA;
  readonly run: string;
  readonly command: string;
  readonly dryRun: boolean;
  readonly startedAt: string;
  /** null while the run goes on, and for ever if it was killed. */
  readonly finishedAt: string | null;
  readonly exitCode: number | null;
  /** The first of the run's artifact sets; null if the command sends nothing. */
  readonly artifacts: ArtifactsSummary | null;
  readonly summary: Summary;
  /** In the order of the inventory. */
  readonly hosts: readonly HostReport[];
  readonly warnings: readonly ReportWarning[];
  /** The user asked to stop. */
  readonly interrupted: boolean;
  readonly waves: readonly WaveReport[];
  /** What is live where, as far as the run saw it. */
  readonly releases: readonly ReleaseCount[];
  /** Why hosts were not started: a spent failure budget, a wave that was not confirmed. */
  readonly stopped?: string;
  /** The run that this one went on with. */
  readonly resumes?: string;
  /** Every artifact set of the run, where its hosts take more than one. */
  readonly artifactSets?: readonly ArtifactsSummary[];
}

/**
 * The report of a run's events.
 *
 * A host without an end is `skipped` if it was never started, and `failed` with kind `interrupted` if it was: its outcome is not known.
 * Throws if the events do not begin with `run-started`: they are no run.
 */
export function foldReport(events: Iterable<Event>): Report {
  const fold = new ReportFold();
  for (const event of events) fold.add(event);
  return fold.report();
}

/** `foldReport()` for those who see the events one by one. */
export class ReportFold {
  readonly #run = new RunFold();
  readonly #hosts = new Map<string, HostSoFar>();
  readonly #tasks: boolean;

  /** Without `tasks` hosts have none in the report. */
  constructor({ tasks }: { readonly tasks: boolean } = { tasks: true }) {
    this.#tasks = tasks;
  }

  /** How the run began. Throws if it did not: its events are no run. */
  started(): RunStarted {
    return this.#run.started();
  }

  add(event: Event): void {
    this.#run.add(event);
    if (event.type === "run-started") { for (const host of event.hosts) this.#host(host, event.at); }
    if (!isHostEvent(event)) return;
    const host = this.#host(event.host, event.at);
    addToHost(host, event);
    if (!this.#tasks) host.tasks.length = 0;
  }

  report(): Report {
    const start = this.#run.started();
    const hosts = [...this.#hosts].map(([name, host]) => hostReport(name, host, start));
    return this.#run.report(hosts, hosts);
  }

  #host(name: string, at: string): HostSoFar {
    let host = this.#hosts.get(name);
    if (host === undefined) this.#hosts.set(name, host = newHost(at));
    return host;
  }
}

/** All of a report but its hosts: what a run of any size leaves in memory. */
export class RunFold extends RunState {
  readonly #waveStarts = new Map<number, string>();
  readonly #warnings: ReportWarning[] = [];

  add(event: Event): void {
    this.note(event);
    if (event.type === "wave-started") this.#waveStarts.set(event.wave, event.at);
    if (event.type !== "warning") return;
    const { at, host, message } = event;
    this.#warnings.push(host === undefined ? { at, message } : { at, host, message });
  }

  /** How the run began. Throws if it did not: its events are no run. */
  started(): RunStarted {
    if (this.start === null) throw new Error("Cannot report a run that has no run-started event");
    return this.start;
  }

  /** The report with these hosts in it. `ends` has every host of the run. */
  report(hosts: readonly HostReport[], ends: readonly HostEnd[]): Report {
    const start = this.started();
    return {
      schema: SCHEMA,
      run: start.run,
      command: start.command,
      dryRun: start.dryRun,
      startedAt: start.at,
      finishedAt: this.end?.at ?? null,
      exitCode: this.end?.exitCode ?? null,
      artifacts: start.artifacts[0] ?? null,
      summary: summarize(ends.map((host) => host.status)),
      hosts,
      warnings: this.#warnings,
      interrupted: this.interrupted,
      waves: start.waves.map(({ name, hosts }, at) => ({
        wave: at + 1,
        name,
        hosts: hosts.length,
        startedAt: this.#waveStarts.get(at + 1) ?? null,
      })),
      releases: countReleases(ends, this.versions),
      ...(this.stopped === null ? {} : { stopped: this.stopped }),
      ...(start.resumes === undefined ? {} : { resumes: start.resumes }),
      ...(start.artifacts.length > 1 ? { artifactSets: start.artifacts } : {}),
    };
  }
}
