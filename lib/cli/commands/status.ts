/**
 * `status` and `backups`: what runs where.
 * @module
 */
import { connector } from "../../rollout/connector.ts";
import { EXIT } from "../../errors.ts";
import type { Json } from "../../events.ts";
import { history } from "../../facts/releases/history.ts";
import { boundary } from "../../facts/boundary.ts";
import { layout } from "../../facts/releases/layout.ts";
import { live } from "../../facts/releases/live.ts";
import { lockHolder } from "../../facts/releases/lock_holder.ts";
import { toJson } from "../../plain/printable.ts";
import { ask, type Reply, replyLabel } from "../../rollout/ask.ts";
import { maskedDeep } from "../../secrets.ts";
import type { ObservedHost } from "../../task.ts";
import { configured } from "../options/configured.ts";
import { hostsOf } from "../fleet/hosts.ts";
import { hostsCommand, type HostsOptions } from "../options/common.ts";
import { complain, print, printJson, warn } from "../output/streams.ts";
import { table } from "../output/table.ts";
import type { Status } from "../output/status_summary.ts";
import { maskedFailure } from "../../run/masked_events.ts";
import { FEW } from "../../report/words/groups.ts";
import { outputForm } from "../output/views.ts";
import { runContext } from "../run_context.ts";
import { simulationWarnings } from "../fleet/simulated.ts";
import { stopSignal } from "../stop_signal.ts";
import { exits } from "../exits.ts";

export function statusCommand() {
  return hostsCommand(
    "status",
    "what each host runs: release, version, since when, drifted or not, unfinished run or not",
  )
    .action(exits(async (options) => {
      const { statusSummaryText, summarizeStatus } = await import("../output/status_summary.ts");
      return await survey(
        "status",
        options,
        statusOf,
        ["HOST", "RELEASE", "VERSION", "SINCE", "STATE"],
        statusRows,
        { json: summarizeStatus, text: (replies) => statusSummaryText(summarizeStatus(replies)) },
      );
    }));
}

export function backupsCommand() {
  return hostsCommand("backups", "the backups on every host, newest first")
    .action(exits(async (options) =>
      await survey(
        "backups",
        options,
        async (host) => ({ backups: [...(await host.look(layout)).backups].reverse() }),
        ["HOST", "BACKUP"],
        ({ backups }) => backups.length === 0 ? [["-"]] : backups.map((name) => [name]),
      )
    ));
}

async function statusOf(host: ObservedHost): Promise<Status> {
  const [{ untrusted }, { journal, armed, failed, broken }, lock, last, set] = await Promise.all([
    host.look(boundary),
    host.look(layout),
    host.look(lockHolder),
    host.look(history),
    host.look(live),
  ]);
  return {
    release: set?.id ?? null,
    version: set?.version ?? null,
    since: set !== null && last?.release === set.id ? last.at : null,
    drifted: broken || (set !== null && set.faults.length > 0),
    faults: broken ? [`${host.settings.liveDir} is a broken link`] : set?.faults ?? [],
    unfinished: journal?.run ?? null,
    failed: failed.map(({ release }) => release),
    restoresIn: journal !== null && armed !== null && armed.seconds > 0 ? armed.seconds : null,
    lock: lock === null ? null : `${lock.run} of ${lock.who} since ${lock.since}`,
    untrusted: untrusted?.path ?? null,
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
    status.untrusted === null ? "" : `not trusted, because others can change it: ${status.untrusted}`,
  ].filter((word) => word !== "").join("; ");
  const whole = status.release === null ? "nothing live" : "whole";
  return [[status.release ?? "-", status.version ?? "-", status.since ?? "-", state || whole]];
}

function restoresIn(seconds: number | null): string {
  return seconds === null ? "" : ` (the device reverts it in ${seconds} s)`;
}

/** A fault for a table: the digests are in the JSON. */
function briefFault(fault: string): string {
  return fault.replace(/: expected [0-9a-f]{64}, found [0-9a-f]{64}$/, " differs");
}

/** What the replies of all hosts come to. */
interface WholeOf<T> {
  readonly json: (replies: readonly Reply<T>[]) => object;
  readonly text: (replies: readonly Reply<T>[]) => string;
}

/**
 * Asks every host, prints a table or JSON, and returns the exit code. If there is something to say of the whole, a large fleet is told
 * that instead of a row a host.
 */
async function survey<T extends object>(
  command: string,
  given: HostsOptions,
  question: (host: ObservedHost) => Promise<T>,
  head: readonly string[],
  rows: (answer: T) => string[][],
  whole?: WholeOf<T>,
): Promise<number> {
  const options = await configured(given);
  const hosts = await hostsOf(options);
  for (const warning of simulationWarnings(hosts)) warn(warning);
  const form = outputForm(options);
  const stop = stopSignal(() => Deno.exit(EXIT.interrupted));
  const line = (reply: Reply<T>): Json =>
    JSON.parse(JSON.stringify({
      host: reply.host,
      ...(reply.set === undefined ? {} : { set: reply.set }),
      ...(reply.error
        ? { status: reply.status, error: maskedFailure(reply.error) }
        : { status: "ok", ...maskedDeep(reply.answer) }),
    }));
  const replies = await ask(
    {
      hosts,
      run: runContext(command, { dryRun: true, check: true }),
      forks: options.forks,
      connect: connector(options),
      question,
      stop: stop.signal,
      warn: (host, message) => warn(`${host}: ${message}`),
    },
    (reply) => {
      if (form === "ndjson") printJson(toJson(line(reply)) + "\n");
    },
  );
  stop.dispose();
  if (form === "json") {
    printJson(toJson({ ...whole?.json(replies), hosts: replies.map(line) }, 2) + "\n");
  } else if (form !== "ndjson") {
    const everyHost = whole === undefined || hosts.length <= FEW || Number(options.verbose) > 0;
    const perHost = everyHost ? table([[...head], ...replies.flatMap((reply) => rowsOf(reply, rows))]) : "";
    const all = whole === undefined || hosts.length < 2 ? "" : whole.text(replies);
    print([perHost, all].filter((part) => part !== "").join("\n"));
  }
  const { failureTexts } = await import("../output/reply_failures.ts");
  for (const text of failureTexts(replies)) complain(text);
  return exitCodeOfReplies(replies, stop.signal.aborted);
}

function rowsOf<T>(reply: Reply<T>, rows: (answer: T) => string[][]): string[][] {
  return reply.error
    ? [[replyLabel(reply), `(${reply.status})`]]
    : rows(reply.answer).map((row) => [replyLabel(reply), ...row]);
}

/** Exit code of commands that only ask. */
export function exitCodeOfReplies(replies: readonly Reply<unknown>[], interrupted: boolean): number {
  if (interrupted) return EXIT.interrupted;
  if (replies.some((reply) => reply.error && reply.status === "failed")) return EXIT.failed;
  return replies.some((reply) => reply.error) ? EXIT.unreachable : EXIT.ok;
}
