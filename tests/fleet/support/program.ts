/**
 * Runs the program as a user does: `deno run -A mod.ts …`, and reads what it left behind.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import type { FailureData } from "../../../lib/errors.ts";
import type { Fleet } from "./fleet.ts";
import type { ArtifactsSummary, HostOutcome, Summary, TaskReport } from "../../../lib/events.ts";
import type { ReleaseCount } from "../../../lib/report/fold/releases.ts";

/** What a run of the program ended with. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams, for messages of failed assertions. */
  readonly text: string;
}

/** `report.json`, as the contract has it. */
export interface Report {
  readonly schema: number;
  readonly run: string;
  readonly command: string;
  readonly dryRun: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly exitCode: number;
  readonly artifacts: ArtifactsSummary;
  readonly summary: Summary;
  readonly hosts: readonly (HostOutcome & { readonly tasks: readonly TaskReport[] })[];
  readonly releases: readonly ReleaseCount[];
}

export interface ProgramOptions {
  /** Over this process's own, without what would change the program's ways. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A program to run it through, with its arguments (`unshare`, …). */
  readonly through?: readonly string[];
}

const program = fromFileUrl(new URL("../../../mod.ts", import.meta.url));

/** Runs the program to its end. */
export async function lockstep(args: readonly string[], options: ProgramOptions = {}): Promise<Outcome> {
  return await startLockstep(args, options).ended;
}

/** Starts the program; `interrupt()` is Ctrl-C. */
export function startLockstep(
  args: readonly string[],
  { env = {}, cwd, through = [] }: ProgramOptions = {},
): { ended: Promise<Outcome>; interrupt(): void; kill(): void } {
  const [command = "", ...rest] = [...through, Deno.execPath(), "run", "-A", program, ...args];
  const child = new Deno.Command(command, {
    args: rest,
    env: { ...plainEnvironment(), ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(cwd === undefined ? {} : { cwd }),
  }).spawn();
  const ended = child.output().then(({ code, stdout, stderr }) => {
    const [out, err] = [new TextDecoder().decode(stdout), new TextDecoder().decode(stderr)];
    return { code, stdout: out, stderr: err, text: `exit ${code}\n${out}${err}` };
  });
  const signal = (name: "SIGINT" | "SIGKILL") => {
    try {
      child.kill(name);
    } catch (error) {
      // It may have ended by itself a moment ago.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  return { ended, interrupt: () => signal("SIGINT"), kill: () => signal("SIGKILL") };
}

/** The report of the newest run under a reports folder. */
export async function readReport(reports: string): Promise<Report> {
  return JSON.parse(await Deno.readTextFile(join(reports, "latest", "report.json"))) as Report;
}

/** What a run needs of a fleet or a lab: a folder for its reports, and the way to its devices. */
export type Reachable = Pick<Fleet, "dir" | "sshConfig">;

/** A run of the program on a fleet. */
export interface FleetRun extends Outcome {
  /** The folder that was given as `--reports`; a new one for every run. */
  readonly reports: string;
  /** Reads the run's report; throws, with what the program said, where there is none. */
  report(): Promise<Report>;
}

/** Runs the program on a fleet: `runOn(fleet, inventory, ["deploy", "--artifacts", dir])`. */
export async function runOn(
  fleet: Reachable,
  inventory: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<FleetRun> {
  return await startOn(fleet, inventory, args, options).ended;
}

/** The same, without waiting for its end. */
export function startOn(
  fleet: Reachable,
  inventory: string,
  args: readonly string[],
  options: ProgramOptions = {},
): { ended: Promise<FleetRun>; interrupt(): void; kill(): void; readonly reports: string } {
  const reports = Deno.makeTempDirSync({ dir: fleet.dir, prefix: "reports-" });
  const common = ["--inventory", inventory, "--ssh-config", fleet.sshConfig, "--reports", reports];
  const [command = "", ...rest] = args;
  const started = startLockstep([command, ...common, ...rest], options);
  const ended = started.ended.then((outcome): FleetRun => ({
    ...outcome,
    reports,
    report: () =>
      readReport(reports).catch((cause) => {
        throw new Error(`no report: ${outcome.text}`, { cause });
      }),
  }));
  return { ...started, ended, reports };
}

/** Name and status of every host, for `assertEquals`. */
export function statuses(report: Report): Record<string, string> {
  return Object.fromEntries(report.hosts.map(({ host, status }) => [host, status]));
}

/** The error of a host, which must be there. */
export function errorOf(report: Report, host: string): FailureData {
  const error = report.hosts.find((outcome) => outcome.host === host)?.error;
  if (error === undefined) throw new Error(`${host} has no error: ${JSON.stringify(statuses(report))}`);
  return error;
}

/** Our own environment without colours and without what somebody has set for the program. */
function plainEnvironment(): Record<string, string> {
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) =>
    !/^(ANSIBLE_|DEPLOY_|LOCKSTEP_|ARTIFACTS_DIR$|FORCE_COLOR$|NO_COLOR$|CI$)/.test(name)
  );
  return { ...Object.fromEntries(kept), NO_COLOR: "1" };
}
