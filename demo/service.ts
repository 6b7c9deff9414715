/**
 * The inference service of the demo's devices: what a device would run under systemd, as a small HTTP server that needs Deno alone. It
 * loads the live set when it starts; if `feature_order.json` cannot be read, it starts anyway, but is never ready.
 *
 * `service.ts restart FOLDER PORT LIVE` is the devices' `restart_command`: FOLDER keeps the process id, LIVE is the live set.
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";

/** Milliseconds for the old process to end and for the new one to listen. */
const LIMIT = 10_000;

/** Ends the service of a folder, if one runs there. */
export async function stopService(folder: string): Promise<void> {
  let pid: number;
  try {
    pid = Number(await Deno.readTextFile(`${folder}/pid`));
    await Deno.remove(`${folder}/pid`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

async function restart(folder: string, port: string, live: string): Promise<void> {
  await stopService(folder);
  await until(async () => !await listens(port), `port ${port} is still taken`);
  // With its own session and streams, so that it outlives the ssh session that starts it, and does not keep that open.
  const args = ["run", "--no-config", "--quiet", "-A", import.meta.filename!, "serve", folder, port, live];
  const service = spawn(Deno.execPath(), args, { detached: true, stdio: "ignore" });
  await Deno.writeTextFile(`${folder}/pid`, String(service.pid));
  service.unref();
  await until(() => listens(port), `the service does not listen on port ${port}`);
}

async function listens(port: string): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port: Number(port) })).close();
    return true;
  } catch {
    // Refused; or reset, if the old process dies at this moment.
    return false;
  }
}

async function until(holds: () => Promise<boolean>, otherwise: string): Promise<void> {
  const end = Date.now() + LIMIT;
  while (!await holds()) {
    if (Date.now() > end) throw new Error(`${otherwise} after ${LIMIT / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function serve(folder: string, port: string, live: string): Promise<void> {
  const startedAt = Date.now();
  const { version } = JSON.parse(await Deno.readTextFile(`${live}/metadata.json`)) as { version: string };
  const fault = await faultOf(`${live}/feature_order.json`);
  // A demo that was killed outright cannot end its services: they end when their folder is gone.
  setInterval(() => Deno.stat(folder).catch(() => Deno.exit(0)), 2000);
  Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen: () => {} }, (request) => {
    switch (new URL(request.url).pathname) {
      case "/ready":
        return fault === null ? new Response("ready\n") : new Response(`${fault}\n`, { status: 503 });
      case "/health":
        return Response.json({ status: fault === null ? "ok" : "degraded", version });
      case "/metrics":
        return new Response(
          `phase4_uptime_seconds ${(Date.now() - startedAt) / 1000}\n` +
            `phase4_memory_rss_bytes ${Deno.memoryUsage().rss}\n`,
        );
      default:
        return new Response("not found\n", { status: 404 });
    }
  });
}

/** Why a file is not valid JSON; null if it is. */
async function faultOf(path: string): Promise<string | null> {
  try {
    JSON.parse(await Deno.readTextFile(path));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

if (import.meta.main) {
  const [verb, folder = "", port = "", live = ""] = Deno.args;
  await (verb === "serve" ? serve(folder, port, live) : restart(folder, port, live));
}
