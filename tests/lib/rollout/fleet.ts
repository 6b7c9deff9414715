/**
 * Several devices in folders of this machine, and runs of the runner over them, with all that it tells.
 * @module
 */
import type { Event, HostOutcome, TaskReport } from "../../../lib/events.ts";
import type { HostSettings } from "../../../lib/settings/mod.ts";
import type { Release } from "../../../lib/release.ts";
import { openSession } from "../../../lib/remote/ssh/session.ts";
import { type Connect, rollout, type RolloutOptions } from "../../../lib/rollout/rollout.ts";
import { pipelines } from "../../../tasks/mod.ts";
import { type LocalDevice, makeLocalDevice, newRun, shortSleep, writeSet } from "../../local_device.ts";
import type { Remote } from "../../../lib/remote/remote.ts";

export interface LocalFleet extends AsyncDisposable {
  readonly devices: readonly LocalDevice[];
  readonly hosts: readonly HostSettings[];
  readonly connect: Connect;
  /** A set, as what should be live. */
  set(version: string, files?: Readonly<Record<string, string>>): Promise<Release>;
}

/** Devices named edge-1, edge-2 and so on. Those that are `brisk` make shorter pauses: open their sessions with `connect`. */
export async function makeLocalFleet(
  count: number,
  settings: Partial<HostSettings> = {},
  { brisk = false }: { readonly brisk?: boolean } = {},
): Promise<LocalFleet> {
  const tools = brisk ? { tools: { scripts: { sleep: shortSleep } } } : {};
  const devices = await Promise.all(
    Array.from(
      { length: count },
      (_, i) => makeLocalDevice({ settings: { name: `edge-${i + 1}`, ...settings }, ...tools }),
    ),
  );
  return {
    connect: (settings, signal) =>
      devices.find(({ settings: { name } }) => name === settings.name)!.connect(signal),
    devices,
    hosts: devices.map((device) => device.settings),
    set: (version, files = { a: version, b: "same in all" }) =>
      writeSet(`${devices[0]!.dir}/set-${version}`, files, version),
    [Symbol.asyncDispose]: async () => {
      for (const device of devices) await device[Symbol.asyncDispose]();
    },
  };
}

/** A run and what it told. */
export interface Rolled {
  readonly exitCode: number;
  readonly events: readonly Event[];
  host(name: string): HostOutcome;
  tasks(name: string): readonly TaskReport[];
  /** `TASK status`, with `undo:` before those that brought the old set back. */
  told(name: string): string[];
}

/** Opens sessions with folders of this machine. */
export const connectLocal: Connect = (settings, signal) =>
  openSession(settings, { connectTimeout: 5, commandTimeout: 60, signal });

/** Rolls a release out, as `deploy` does, unless it is told otherwise. */
export async function roll(
  hosts: readonly HostSettings[],
  release: Release | null,
  options: Partial<RolloutOptions> & { readonly heard?: (event: Event) => void } = {},
): Promise<Rolled> {
  const { heard = () => {}, ...rest } = options;
  const events: Event[] = [];
  const exitCode = await rollout({
    hosts,
    run: newRun(),
    forks: 4,
    pipeline: pipelines.deploy,
    undo: pipelines.undo,
    writes: true,
    releaseOf: () => Promise.resolve(release),
    artifacts: [],
    warnings: [],
    connect: connectLocal,
    stop: new AbortController().signal,
    ...rest,
    listener: (event) => {
      events.push(event);
      heard(event);
    },
  });
  const tasks = (name: string): TaskReport[] =>
    events.flatMap((event) => event.type === "task-finished" && event.host === name ? [event] : []);
  return {
    exitCode,
    events,
    host: (name) => {
      const ends = events.filter((event) => event.type === "host-finished" && event.host === name);
      if (ends.length !== 1) throw new Error(`${name} ended ${ends.length} times`);
      return ends[0] as HostOutcome & Event;
    },
    tasks,
    told: (name) =>
      tasks(name).map(({ task, status, rollback }) => `${rollback ? "undo:" : ""}${task} ${status}`),
  };
}

/** Sessions that break just before (or just after) a program of this name has run, the first time that it is asked for. */
export function breaking(
  connect: Connect,
  program: string,
  when: "before" | "after",
  how: (remote: Remote) => Promise<void>,
): Connect {
  let broken = false;
  return async (settings, signal) => {
    const remote = await connect(settings, signal);
    return {
      run: async (asked, args, options) => {
        if (broken || asked.name !== program) return await remote.run(asked, args, options);
        broken = true;
        if (when === "after") await remote.run(asked, args, options);
        await how(remote);
        return await remote.run(asked, args, options);
      },
      close: () => remote.close(),
    };
  };
}
