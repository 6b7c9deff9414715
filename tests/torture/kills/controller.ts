/**
 * A controller that meets its fate at an exact moment: a deploy by the library itself, whose sessions count the requests that they send
 * to each device and do what they are told before or after one of them. `deno run -A controller.ts ORDERS [options of deploy]`; what
 * happens is told on standard output, a line of JSON an event (see `Word`).
 * @module
 */
import { configured } from "../../../lib/cli/options/configured.ts";
import { inventoryOf, settingsFor } from "../../../lib/cli/fleet/hosts.ts";
import { readReleases } from "../../../lib/cli/fleet/sets.ts";
import { runContext } from "../../../lib/cli/run_context.ts";
import { connector } from "../../../lib/rollout/connector.ts";
import { hostsCommand } from "../../../lib/cli/options/common.ts";
import type { HostSettings } from "../../../lib/settings/mod.ts";
import { type Call, runWhileWell } from "../../../lib/remote/batch.ts";
import { program } from "../../../lib/remote/program.ts";
import type { Remote } from "../../../lib/remote/remote.ts";
import { rollout } from "../../../lib/rollout/rollout.ts";
import { pipelines } from "../../../tasks/mod.ts";

/** A moment of a deploy: before or after the Nth request (from 1) that a device is sent. */
export interface Moment {
  readonly n: number;
  readonly when: "before" | "after";
}

/** The same by the name of a request, or of a program in one: then nothing of the request runs behind it. */
export interface NamedMoment {
  readonly name: string;
  readonly when: "before" | "after";
}

/** What is to happen, and when on which device. */
export interface Orders {
  /**
   * `nothing`; `controller`: it is killed once all its hosts have come to their moment or to their end; `session`: the loop's shell on the
   * device is killed; `link`: `http://…/NAME` is asked to cut the link of the device.
   */
  readonly fate: "nothing" | "controller" | "session" | "link";
  readonly moments: Readonly<Record<string, Moment | NamedMoment>>;
  /** Where links are cut. */
  readonly links?: string;
}

/** What the controller says. */
export type Word =
  | { readonly type: "request"; readonly host: string; readonly n: number; readonly name: string }
  | { readonly type: "met"; readonly host: string }
  | { readonly type: "host"; readonly host: string; readonly status: string; readonly error?: string }
  | { readonly type: "end"; readonly exitCode: number };

function say(word: Word): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(word)}\n`));
}

const die = program("die", 'kill -9 "$LOCKSTEP_SESSION"');

/** Hosts that are still on their way, where the controller is to die. */
const underWay = new Set<string>();

/** A host has come to its moment or to its end. The last one takes the controller with it. */
function arrived(host: string): void {
  underWay.delete(host);
  if (underWay.size === 0) Deno.kill(Deno.pid, "SIGKILL");
}

async function main(orders: Orders, args: readonly string[]): Promise<number> {
  const options = await configured(hostsCommand("torture", "").parse(args, { from: "user" }).opts());
  const { hosts: selected } = await inventoryOf(options);
  const hosts = settingsFor(selected, options);
  const { releases } = await readReleases(hosts, selected);
  const open = connector(options);
  const counts = new Map<string, number>();
  if (orders.fate === "controller") { for (const { name } of hosts) underWay.add(name); }
  const connect = async (settings: HostSettings, signal: AbortSignal): Promise<Remote> =>
    watched(await open(settings, signal), settings.name, orders, counts);
  return await rollout({
    hosts,
    run: runContext("deploy", options),
    forks: options.forks,
    pipeline: pipelines.deploy,
    undo: pipelines.undo,
    writes: true,
    releaseOf: (host) => Promise.resolve(releases.of(host.settings)!),
    artifacts: [],
    warnings: [],
    connect,
    listener: (event) => {
      if (event.type !== "host-finished") return;
      const error = [event.error, event.rollbackError].map((failure) => failure && JSON.stringify(failure))
        .filter((text) => text !== undefined).join(" / ");
      say({ type: "host", host: event.host, status: event.status, ...(error === "" ? {} : { error }) });
      if (orders.fate === "controller") arrived(event.host);
    },
    stop: new AbortController().signal,
  });
}

/**
 * A session that counts its requests, over all sessions with the device. They are sent one by one, each when the one before is answered,
 * so that nothing is under way at a moment.
 */
function watched(remote: Remote, host: string, orders: Orders, counts: Map<string, number>): Remote {
  let last: Promise<unknown> = Promise.resolve();
  const moment = orders.moments[host];
  const pass = async (n: number, name: string, when: Moment["when"]): Promise<void> => {
    if (moment?.when !== when || ("n" in moment ? moment.n !== n : moment.name !== name)) return;
    say({ type: "met", host });
    switch (orders.fate) {
      case "nothing":
        return;
      case "controller":
        arrived(host);
        // The others are waited for.
        return await new Promise(() => {});
      case "session":
        await remote.run(die, []).catch(() => {});
        return;
      case "link": {
        const answer = await fetch(`${orders.links}/${encodeURIComponent(host)}`);
        await answer.body?.cancel();
      }
    }
  };
  return {
    run: (program, args, options) => {
      const answer = last.then(async () => {
        const n = (counts.get(host) ?? 0) + 1;
        counts.set(host, n);
        const cut = cutOf(moment, program.name, options?.calls);
        const name = cut?.name ?? program.name;
        say({ type: "request", host, n, name });
        await pass(n, name, "before");
        if (cut !== undefined) {
          await runWhileWell(remote, name, cut.calls);
          await pass(n, name, "after");
          throw new Error(`${host} was to end after ${name}`);
        }
        const answer = await remote.run(program, args, options);
        await pass(n, name, "after");
        return answer;
      });
      last = answer.catch(() => {});
      return answer;
    },
    close: async () => {
      await last;
      await remote.close();
    },
  };
}

/** The beginning of a request, where the moment is after a program in the middle of it. */
function cutOf(
  moment: Moment | NamedMoment | undefined,
  request: string,
  calls: readonly Call[] = [],
): { readonly name: string; readonly calls: readonly Call[] } | undefined {
  if (moment === undefined || "n" in moment || moment.when !== "after" || moment.name === request) {
    return undefined;
  }
  const at = calls.findIndex(({ program }) => program.name === moment.name);
  return at < 0 ? undefined : { name: moment.name, calls: calls.slice(0, at + 1) };
}

if (import.meta.main) {
  const [orders = "", ...args] = Deno.args;
  const exitCode = await main(JSON.parse(orders) as Orders, args);
  say({ type: "end", exitCode });
  Deno.exit(exitCode);
}
