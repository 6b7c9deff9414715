/**
 * What runs where in a fleet: the hosts' states counted by release, and the hosts that somebody has to look at by name. Pure.
 * @module
 */
import { type Reply, replyLabel } from "../../rollout/ask.ts";
import { table } from "./table.ts";
import { count, nameList, thousands } from "../../report/words/text.ts";

/** What a host runs. */
export interface Status {
  /** Null if nothing is live. */
  readonly release: string | null;
  readonly version: string | null;
  /** ISO 8601: when it was confirmed here; null if it is not known. */
  readonly since: string | null;
  readonly drifted: boolean;
  readonly faults: readonly string[];
  /** The run that switched and did not confirm. */
  readonly unfinished: string | null;
  /** Seconds until the device brings the old set back by itself; null if it will not. */
  readonly restoresIn: number | null;
  /** Releases that failed on this host and are not put live there again without --force. */
  readonly failed: readonly string[];
  /** The run that is at work now: "RUN of WHO since WHEN". */
  readonly lock: string | null;
  /** What of our own on the device somebody else can change, so that it is not believed; null if all of it is ours. */
  readonly untrusted: string | null;
}

/** One release, and where it is live. */
export interface ReleaseHosts {
  /** Null if nothing is live. */
  readonly release: string | null;
  readonly version: string | null;
  /** How many. */
  readonly hosts: number;
  /** When it was first and last confirmed on one of them, ISO 8601; null if that is not known. */
  readonly since: { readonly first: string; readonly last: string } | null;
  readonly names: readonly string[];
}

/** A fleet's states. Names are in the order of the inventory. */
export interface StatusSummary {
  /** The release on most hosts first. */
  readonly releases: readonly ReleaseHosts[];
  readonly drifted: readonly string[];
  readonly unfinished: readonly string[];
  readonly locked: readonly string[];
  /** Hosts on which a release has failed. */
  readonly failedHere: readonly string[];
  readonly unreachable: readonly string[];
  /** Hosts that answered and could not be asked. */
  readonly failed: readonly string[];
}

export function summarizeStatus(replies: readonly Reply<Status>[]): StatusSummary {
  const answered = replies.flatMap((reply) =>
    reply.error ? [] : [{ host: replyLabel(reply), status: reply.answer }]
  );
  const where = (holds: (status: Status) => boolean): string[] =>
    answered.filter(({ status }) => holds(status)).map(({ host }) => host);
  const without = (status: "failed" | "unreachable"): string[] =>
    replies.filter((reply) => reply.error && reply.status === status).map(replyLabel);
  return {
    releases: [...Map.groupBy(answered, ({ status }) => status.release)]
      .map(([release, hosts]): ReleaseHosts => ({
        release,
        version: hosts.find(({ status }) => status.version !== null)?.status.version ?? null,
        hosts: hosts.length,
        since: rangeOf(hosts.flatMap(({ status }) => status.since ?? [])),
        names: hosts.map(({ host }) => host),
      }))
      .sort((a, b) => b.hosts - a.hosts),
    drifted: where((status) => status.drifted),
    unfinished: where((status) => status.unfinished !== null),
    locked: where((status) => status.lock !== null),
    failedHere: where((status) => status.failed.length > 0),
    unreachable: without("unreachable"),
    failed: without("failed"),
  };
}

function rangeOf(times: readonly string[]): ReleaseHosts["since"] {
  const sorted = [...times].sort();
  const [first, last] = [sorted.at(0), sorted.at(-1)];
  return first === undefined || last === undefined ? null : { first, last };
}

/** The table by release, and under it the hosts that somebody has to look at. */
export function statusSummaryText(summary: StatusSummary): string {
  const { releases, drifted, unfinished, locked, failedHere, unreachable, failed } = summary;
  const unknown = ([["(unreachable)", unreachable], ["(failed)", failed]] as const)
    .filter(([, names]) => names.length > 0)
    .map(([word, names]) => [word, "-", thousands(names.length), "-"]);
  const rows = releases.map(({ release, version, hosts, since }) => [
    release ?? "(nothing live)",
    version ?? "-",
    thousands(hosts),
    since === null ? "-" : since.first === since.last ? since.first : `${since.first} to ${since.last}`,
  ]);
  const lists = ([
    ["drifted", drifted],
    ["unfinished", unfinished],
    ["locked", locked],
    ["a release failed here", failedHere],
    ["unreachable", unreachable],
    ["failed", failed],
  ] as const).filter(([, names]) => names.length > 0);
  return table([["RELEASE", "VERSION", "HOSTS", "SINCE"], ...rows, ...unknown]) +
    (lists.length > 0 ? "\n" : "") +
    lists.map(([word, names]) => `${word} (${count(names.length, "host")}): ${nameList(names, 8)}\n`).join(
      "",
    );
}
