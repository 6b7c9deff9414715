/**
 * Asks many hosts the same question, several at once, and writes nothing anywhere: what `status` and `backups` do.
 * @module
 */
import { bounded, TASK_BOUNDS } from "../bounds.ts";
import { Failure, type FailureData } from "../errors.ts";
import type { HostSettings } from "../settings/mod.ts";
import type { ObservedHost, RunContext } from "../task.ts";
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
  | { readonly host: string; readonly answer: T; readonly error?: undefined }
  | { readonly host: string; readonly status: "failed" | "unreachable"; readonly error: FailureData };

/** Every host's reply, in the order of `hosts`. `heard` is told of each as it comes. */
export async function ask<T>(
  options: AskOptions<T>,
  heard: (reply: Reply<T>) => void = () => {},
): Promise<Reply<T>[]> {
  const { hosts, forks } = options;
  const replies: Reply<T>[] = new Array(hosts.length);
  await new Slots(forks).each(hosts.entries(), async ([at, settings], slot) => {
    const reply = await askHost(settings, slot, options);
    replies[at] = reply;
    heard(reply);
  });
  return replies;
}

async function askHost<T>(
  settings: HostSettings,
  slot: Slot,
  { run, connect, question, stop, warn }: AskOptions<T>,
): Promise<Reply<T>> {
  let host: HostRun | null = null;
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
    host = new HostRun({
      settings: await atHome(settings, remote),
      run,
      remote,
      writes: false,
      waiting: (ask) => slot.asked(ask),
    });
    return { host: settings.name, answer: await question(host) };
  } catch (error) {
    const failure = Failure.from(error, run.command, settings.name);
    const status = host === null ? "unreachable" : "failed";
    return { host: settings.name, status, error: bounded(failure.data, TASK_BOUNDS) };
  } finally {
    await host?.close();
  }
}
