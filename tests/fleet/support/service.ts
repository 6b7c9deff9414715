/**
 * A service for devices without systemd. Its restart command notes the restart and takes over the set that is live at that moment; its
 * health endpoint is one HTTP server in the test process for all devices, which answers for what the service has loaded.
 * @module
 */
import { join } from "@std/path";
import type { Artifacts } from "./artifacts.ts";
import type { Device, Fleet, Vars } from "./fleet.ts";

/** The services of a fleet's devices, until disposed of. */
export interface FakeServices extends AsyncDisposable {
  /** For `fleet.inventory({ hosts: services.vars })`. */
  readonly vars: Readonly<Record<string, Vars>>;
  /** How often the service of a device was restarted. */
  restarts(device: Device): Promise<number>;
  /** The health requests that came for a device, as paths: `/ready`. */
  requests(device: Device): readonly string[];
  /** From now on the service of this device fares badly with this set, which is well on others. */
  dislike(device: Device, set: Artifacts, how: Dislike): Promise<void>;
  /** `metadata.json` of the set that the service of a device has loaded; empty if none. */
  loaded(device: Device): Promise<string>;
}

/** `sick`: never ready; `unstartable`: fails to start; `stuck`: its restart takes a minute; or a program, as shell text, run at the start. */
export type Dislike = "sick" | "unstartable" | "stuck" | { readonly program: string };

/**
 * `sh restart SERVICE_FOLDER LIVE_FOLDER`. A set with a file `unstartable` fails to start; one with a file `sick` starts, but is never
 * ready. A set that this service dislikes has a program of its own there, which is run first.
 */
const restartProgram = `#!/bin/sh
set -eu
date -u +%FT%TZ >>"$1/restarts.log"
rm -f "$1/version" "$1/sick"
if cmp -s "$1/disliked/metadata.json" "$2/metadata.json"; then . "$1/disliked/program"; fi
if [ -e "$2/unstartable" ]; then
  echo "phase4-inference: cannot load the model" >&2
  exit 7
fi
if [ -e "$2/sick" ]; then : >"$1/sick"; fi
cat "$2/metadata.json" >"$1/version"
`;

const dislikes = {
  sick: `: >"$1/sick"\n`,
  unstartable: `exit 7\n`,
  stuck: `sleep 60\n`,
};

/** Gives every device of a fleet a service. */
export async function makeServices(fleet: Fleet): Promise<FakeServices> {
  const requests = new Map(fleet.devices.map((device) => [device.name, [] as string[]]));
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const [, name = "", endpoint = ""] = new URL(request.url).pathname.split("/");
    const device = fleet.devices.find((device) => device.name === decodeURIComponent(name));
    if (device === undefined) return new Response("no such device", { status: 404 });
    requests.get(device.name)!.push(`/${endpoint}`);
    return await answer(folderOf(device).here, endpoint);
  });
  const vars: Record<string, Vars> = {};
  for (const device of fleet.devices) {
    const { here, there } = folderOf(device);
    await Deno.mkdir(here, { recursive: true });
    await Deno.writeTextFile(join(here, "restart"), restartProgram);
    vars[device.name] = {
      service_manager: "command",
      restart_command: ["sh", `${there}/restart`, there, `${device.deployPath}/artifacts_phase2`].map(quote)
        .join(" "),
      service: "phase4-inference",
      health_url: `http://127.0.0.1:${server.addr.port}/${encodeURIComponent(device.name)}`,
      health_attempts: 2,
      health_interval: 1,
    };
  }
  return {
    vars,
    restarts: async (device) => {
      const log = await readIfThere(join(folderOf(device).here, "restarts.log"));
      return (log ?? "").split("\n").filter((line) => line !== "").length;
    },
    requests: (device) => requests.get(device.name) ?? [],
    dislike: async (device, set, how) => {
      const folder = join(folderOf(device).here, "disliked");
      await Deno.mkdir(folder, { recursive: true });
      await Deno.copyFile(join(set.dir, "metadata.json"), join(folder, "metadata.json"));
      await Deno.writeTextFile(
        join(folder, "program"),
        typeof how === "string" ? dislikes[how] : `${how.program}\n`,
      );
    },
    loaded: async (device) => await readIfThere(join(folderOf(device).here, "version")) ?? "",
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function answer(folder: string, endpoint: string): Promise<Response> {
  const metadata = await readIfThere(join(folder, "version"));
  if (metadata === undefined) return new Response("nothing is loaded", { status: 503 });
  const { version } = JSON.parse(metadata) as { version: string };
  const sick = await readIfThere(join(folder, "sick")) !== undefined;
  switch (endpoint) {
    case "ready":
      return new Response(sick ? "not ready" : "ready", { status: sick ? 503 : 200 });
    case "health":
      return Response.json({ status: sick ? "degraded" : "ok", version });
    case "metrics":
      return new Response(
        "# HELP phase4\nphase4_uptime_seconds 12.5\nphase4_memory_rss_bytes 1048576\nother_metric 1\n",
      );
    case "predict":
      return Response.json({ label: version.startsWith("wrong") ? "noise" : "ok" });
    default:
      return new Response("no such endpoint", { status: 404 });
  }
}

/** Where the service lives: on this machine, and as the device sees it. */
function folderOf(device: Device): { here: string; there: string } {
  return { here: join(device.homeDir, "service"), there: `${device.home}/service` };
}

/** A word for the shell that runs `restart_command`, which is the user's own shell text. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
