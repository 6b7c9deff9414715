/**
 * `status` and `backups`: what runs where.
 * @module
 */
import { EXIT, formatFailure } from "../../errors.ts";
import type { Json } from "../../events.ts";
import { history } from "../../facts/history.ts";
import { layout } from "../../facts/layout.ts";
import { live } from "../../facts/live.ts";
import { ask, type Reply } from "../../rollout/ask.ts";
import type { ObservedHost } from "../../task.ts";
import {
  connector,
  hostsOf,
  outputForm,
  print,
  runContext,
  simulationWarnings,
  stopSignal,
} from "../context.ts";
import { hostsCommand, type HostsOptions } from "../options.ts";
import { table } from "../table.ts";

/** What a host runs. */
interface Status {
  /** Null where nothing is live. */
  readonly release: string | null;
  readonly version: string | null;
  /** ISO 8601: when it was confirmed here; null where it is not known. */
  readonly since: string | null;
  readonly drifted: boolean;
  readonly faults: readonly string[];
  /** The run that switched and did not confirm. */
  readonly unfinished: string | null;
  /** Seconds until the device brings the old set back by itself; null where it will not. */
  readonly restoresIn: number | null;
  /** Releases that failed on this host and are not put live there again without --force. */
  readonly failed: readonly string[];
  /** The run that is at work now: "RUN of WHO since WHEN". */
  readonly lock: string | null;
}

export function statusCommand(done: (exitCode: number) => void) {
  return hostsCommand(
    "status",
    "what each host runs: release, version, since when, drifted or not, unfinished run or not",
  )
    .action(async (options) =>
      done(
        await survey(
          "status",
          options,
          statusOf,
          ["HOST", "RELEASE", "VERSION", "SINCE", "STATE"],
          statusRows,
        ),
      )
    );
}

export function backupsCommand(done: (exitCode: number) => void) {
  return hostsCommand("backups", "the backups on every host, newest first")
    .action(async (options) =>
      done(
        await survey(
          "backups",
          options,
          async (host) => ({ backups: [...(await host.look(layout)).backups].reverse() }),
          ["HOST", "BACKUP"],
          ({ backups }) => backups.length === 0 ? [["-"]] : backups.map((name) => [name]),
        ),
      )
    );
}

async function statusOf(host: ObservedHost): Promise<Status> {
  const [{ journal, armed, failed, lock, broken }, last, set] = await Promise.all([
    host.look(layout),
    host.look(history),
    host.look(live),
  ]);
  return {
    release: set?.id ?? null,
    version: set?.version ?? null,
    since: set !== null && last?.release === set.id ? last.at : null,
    drifted: broken || (set !== null && set.faults.length > 0),
    faults: broken ? [`${host.settings.liveDir} leads nowhere`] : set?.faults ?? [],
    unfinished: journal?.run ?? null,
    failed,
    restoresIn: journal !== null && armed !== null && armed.seconds > 0 ? armed.seconds : null,
    lock: lock === null ? null : `${lock.run} of ${lock.who} since ${lock.since}`,
  };
}

function statusRows(status: Status): string[][] {
  const state = [
    status.drifted
      ? `drifted: ${briefFault(status.faults[0] ?? "")}${
        status.faults.length > 1 ? ` and ${status.faults.length - 1} more` : ""
      }`
      : "",
    status.unfinished === null ? "" : `unfinished run ${status.unfinished}${restoresIn(status.restoresIn)}`,
    status.failed.length === 0 ? "" : `failed here: ${status.failed.join(", ")}`,
    status.lock === null ? "" : `locked by ${status.lock}`,
  ].filter((word) => word !== "").join("; ");
  const whole = status.release === null ? "nothing live" : "whole";
  return [[status.release ?? "-", status.version ?? "-", status.since ?? "-", state || whole]];
}

function restoresIn(seconds: number | null): string {
  return seconds === null ? "" : ` (the device brings the old set back in ${seconds} s)`;
}

/** A fault for a table: the digests are in the JSON. */
function briefFault(fault: string): string {
  return fault.replace(/: expected [0-9a-f]{64}, found [0-9a-f]{64}$/, " differs");
}

/** Asks every host, prints a table or JSON, and returns the exit code. */
async function survey<T extends object>(
  command: string,
  options: HostsOptions,
  question: (host: ObservedHost) => Promise<T>,
  head: readonly string[],
  rows: (answer: T) => string[][],
): Promise<number> {
  const hosts = await hostsOf(options);
  for (const warning of simulationWarnings(hosts)) console.error(`warning: ${warning}`);
  const form = outputForm(options);
  const stop = stopSignal(() => Deno.exit(EXIT.interrupted));
  const line = (reply: Reply<T>): Json =>
    JSON.parse(
      JSON.stringify({
        host: reply.host,
        ...(reply.error ? { status: reply.status, error: reply.error } : { status: "ok", ...reply.answer }),
      }),
    );
  const replies = await ask(
    {
      hosts,
      run: runContext(command, { dryRun: true, check: true }),
      forks: options.forks,
      connect: connector(options),
      question,
      stop: stop.signal,
    },
    (reply) => {
      if (form === "ndjson") print(JSON.stringify(line(reply)) + "\n");
    },
  );
  stop.dispose();
  if (form === "json") print(JSON.stringify({ hosts: replies.map(line) }, null, 2) + "\n");
  else if (form !== "ndjson") {
    print(
      table([
        [...head],
        ...replies.flatMap((reply) =>
          reply.error
            ? [[reply.host, `(${reply.status})`]]
            : rows(reply.answer).map((row) => [reply.host, ...row])
        ),
      ]),
    );
  }
  for (const reply of replies) if (reply.error) console.error(formatFailure(reply.error));
  return exitCodeOfReplies(replies, stop.signal.aborted);
}

/** Exit code of commands that only ask. */
export function exitCodeOfReplies(replies: readonly Reply<unknown>[], interrupted: boolean): number {
  if (interrupted) return EXIT.interrupted;
  if (replies.some((reply) => reply.error && reply.status === "failed")) return EXIT.failed;
  return replies.some((reply) => reply.error) ? EXIT.unreachable : EXIT.ok;
}
