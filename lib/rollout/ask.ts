/**
 * Asks many hosts the same question, several at once, and writes nothing anywhere: what `status` and `backups` do.
 * @module
 */
import { bounded, TASK_BOUNDS } from "../bounds.ts";
import { Failure, type FailureData } from "../errors.ts";
import type { HostSettings } from "../settings/mod.ts";
import type { ObservedHost, RunContext } from "../task.ts";
import { setLabel, setsOf } from "../sets/sets_of.ts";
import { atHome } from "./home.ts";
import { HostRun } from "./host_run.ts";
import type { Connect } from "./one_host.ts";
import { type Slot, Slots } from "./slots.ts";

export interface AskOptions<T> {
  readonly hosts: readonly HostSettings[];
  readonly run: RunContext;
  readonly forks: number;
  readonly connect: Connect;
  /** A Failure that it throws is that host's. */
  readonly question: (host: ObservedHost) => Promise<T>;
  readonly stop: AbortSignal;
  /** Is told what is worth knowing of a host's connection. */
  readonly warn?: (host: string, message: string) => void;
}

/** What one host said, or why it said nothing. */
export type Reply<T> =
  | { readonly host: string; readonly set?: string; readonly answer: T; readonly error?: undefined }
  | {
    readonly host: string;
    readonly set?: string;
    readonly status: "failed" | "unreachable";
    readonly error: FailureData;
  };

/** Whose reply it is, in one word: `edge-1`, `edge-1:model`. */
export function replyLabel({ host, set }: { readonly host: string; readonly set?: string }): string {
  return setLabel({ name: host, ...(set === undefined ? {} : { set }) });
}

/** Every host's reply (every set's, where a host has several), in the order of `hosts`. `heard` is told about each as it comes. */
export async function ask<T>(
  options: AskOptions<T>,
  heard: (reply: Reply<T>) => void = () => {},
): Promise<Reply<T>[]> {
  const { hosts, forks } = options;
  const replies: Reply<T>[][] = new Array(hosts.length);
  await new Slots(forks).each(hosts.entries(), async ([at, settings], slot) => {
    replies[at] = await askHost(settings, slot, options);
    replies[at].forEach(heard);
  });
  return replies.flat();
}

async function askHost<T>(
  settings: HostSettings,
  slot: Slot,
  { run, connect, question, stop, warn }: AskOptions<T>,
): Promise<Reply<T>[]> {
  let hosts: HostRun[] = [];
  try {
    if (stop.aborted) {
      throw new Failure({
        kind: "interrupted",
        action: run.command,
        host: settings.name,
        evidence: "the run was interrupted",
      });
    }
    const remote = await slot.during((slow) =>
      connect(settings, stop, slow, (message) => warn?.(settings.name, message))
    );
    const placed = await Promise.all(setsOf(settings).map((set) => atHome(set, remote)));
    hosts = placed.map((settings) =>
      new HostRun({ settings, run, remote, writes: false, waiting: (ask) => slot.asked(ask) })
    );
    return await Promise.all(hosts.map((host) => askSet(host, question)));
  } catch (error) {
    const failure = Failure.from(error, run.command, settings.name);
    return [{ host: settings.name, status: "unreachable", error: bounded(failure.data, TASK_BOUNDS) }];
  } finally {
    await hosts[0]?.close();
  }
}

async function askSet<T>(host: HostRun, question: AskOptions<T>["question"]): Promise<Reply<T>> {
  const { name, set } = host.settings;
  const who = { host: name, ...(set === undefined ? {} : { set }) };
  try {
    return { ...who, answer: await question(host) };
  } catch (error) {
    const failure = Failure.from(error, host.run.command, name);
    return { ...who, status: "failed", error: bounded(failure.data, TASK_BOUNDS) };
  }
}
