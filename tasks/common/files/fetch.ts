/**
 * Promises that a file of the device is among the run's files on this machine, under `fetched/HOST/PATH`, as it was when it was read. The device
 * is only read, so the task is `ok`, and never `changed`. A failure leaves no part of the file here. A dry run fetches nothing, and says how
 * large the file is.
 * @module
 */
import { inBytes } from "../../../lib/remote/limits.ts";
import type { TaskVariables } from "../../../lib/settings/mod.ts";
import {
  defineTask,
  type Detail,
  type NoVariables,
  type ObservedHost,
  type Plan,
  type Task,
} from "../../../lib/task.ts";
import { Failure } from "../../../lib/errors.ts";
import { Argument, isDevicePath } from "../arguments.ts";
import { sha256Of } from "./device_files.ts";
import type { PerHost } from "../per_host.ts";
import { readFile } from "./read_file.ts";

/** What is fetched. */
export interface FetchOptions<Values = NoVariables> {
  /** The task's name, of which a pipeline has one. */
  readonly name: string;
  /** Variables of the inventory that the functions below are given. */
  readonly variables?: TaskVariables<Values>;
  /** A file of the device, absolute; where a link leads, too. */
  readonly path: PerHost<string, Values>;
  /** Bytes that it may have, up to 64 MiB; 10 MiB if this is left out. A larger one is not fetched. */
  readonly most?: number;
}

const MIB = 1024 * 1024;
const MOST = 10 * MIB;
/** All of it is in memory for a moment, for each host at work. */
const LIMIT = 64 * MIB;

/** The file, or what is said about it; its size alone if it is too large; null if there is none. */
type Observed = { readonly path: string; readonly found: Detail | { readonly tooLarge: number } | null };

/** A task that fetches a file. Throws a UsageError for a path that cannot be one. */
export function fetch<Values = NoVariables>(options: FetchOptions<Values>): Task {
  const { name, most = MOST } = options;
  const path = new Argument<string, Values>(name, "path", options.path, isDevicePath);
  new Argument<number, Values>(name, "most", most, isAmount);
  return defineTask<Observed, Values>({
    name,
    ...(options.variables === undefined ? {} : { variables: options.variables }),
    action: () => `fetch ${path.constant ?? `the file of ${name}`}`,
    next: () => "nothing changed on the device",
    observe: async (host, variables) => {
      const at = path.of(host, variables);
      return { path: at, found: await fetched(host, at, most) };
    },
    plan: ({ path, found }, { run }) => planFetch(path, found, most, run.dryRun),
  });
}

function planFetch(path: string, found: Observed["found"], most: number, dryRun: boolean): Plan {
  const next = "nothing changed";
  // A task before this one may make it, which a dry run has not done.
  if (found === null && dryRun) return { status: "skipped", detail: { reason: `there is no ${path} yet` } };
  if (found === null) {
    return { status: "failed", failure: { kind: "not-found", evidence: `there is no ${path}`, next } };
  }
  if (!("tooLarge" in found)) return { status: "ok", detail: found };
  const evidence = `${path} has ${found.tooLarge} bytes, more than ${inBytes(most)}`;
  return {
    status: "failed",
    failure: { kind: "excess", evidence, next: `${next}; raise most, up to ${inBytes(LIMIT)}` },
  };
}

async function fetched(host: ObservedHost, path: string, most: number): Promise<Observed["found"]> {
  const { run, settings } = host;
  if (run.dryRun) {
    const content = await readFile(host, path, 0, simulate);
    if (content === null) return null;
    const bytes = content instanceof Uint8Array ? content.length : content.bytes;
    return bytes > most ? { tooLarge: bytes } : { "would fetch": path, bytes };
  }
  if (run.keep === undefined) {
    throw new Failure({
      kind: "unsuitable",
      action: `fetch ${path}`,
      host: settings.name,
      evidence: "this run keeps no files",
      next: "give the run a keep(): that of openRun()",
    });
  }
  const content = await readFile(host, path, most, simulate);
  if (content === null) return null;
  if (!(content instanceof Uint8Array)) return { tooLarge: content.bytes };
  const kept = await run.keep(settings.name, path, content);
  return { fetched: kept, bytes: content.length, sha256: sha256Of(content) };
}

function isAmount(bytes: number): string | undefined {
  if (Number.isInteger(bytes) && bytes >= 0 && bytes <= LIMIT) return undefined;
  return `found ${bytes}, expected a number of bytes, ${LIMIT} at most`;
}

/** What a simulated device has, whatever is asked for. */
const SIMULATED = "simulated\n";

function simulate({ most }: { readonly most: string }): string {
  return `${SIMULATED.length}\n${Number(most) < SIMULATED.length ? "" : SIMULATED}`;
}
