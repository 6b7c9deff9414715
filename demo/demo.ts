/**
 * `deno task demo`: the main job on three devices that it makes on this machine, in a temporary folder. A set is deployed, deployed again,
 * and followed by one with which the service never becomes ready, so that the devices restore themselves. It needs nothing else installed
 * or running, leaves nothing behind, and exits with code 0 if everything went as described.
 * @module
 */
import process from "node:process";
import { bold, dim, setColorEnabled } from "@std/fmt/colors";
import { fromFileUrl, join } from "@std/path";
import { type Devices, makeDevices } from "./devices.ts";

const NAMES = ["edge-1", "edge-2", "edge-3"];
const PROGRAM = fromFileUrl(new URL("../mod.ts", import.meta.url));

/** The user's Ctrl-C: the running command finishes, then everything is removed. */
class Interrupted extends Error {}

let interruptedAt: number | undefined;
let running: Deno.ChildProcess | undefined;

function say(text: string): void {
  console.log(text);
}

/** Runs the program as a user would and shows it; throws if it does not exit with the expected code. */
async function lockstep(
  { dir, devices, expected }: { dir: string; devices: Devices; expected: number },
  ...args: string[]
): Promise<void> {
  if (interruptedAt !== undefined) throw new Interrupted();
  say(`\n${bold(`$ deno run -A mod.ts ${args.join(" ")}`)}`);
  running = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", PROGRAM, ...args],
    cwd: dir,
    env: devices.env,
    stdin: "null",
    // In a process group of its own, so that it gets a Ctrl-C only once, from us.
    detached: true,
  }).spawn();
  const { code } = await running.status;
  running = undefined;
  if (interruptedAt !== undefined) throw new Interrupted();
  say(dim(`exit code ${code}`));
  if (code !== expected) throw new Error(`the demo expected exit code ${expected}, not ${code}`);
}

/** A set with the file names of the deployment manual; without its `artifacts_manifest`, which `manifest` writes. */
async function writeSet(dir: string, version: string, featureOrder: string): Promise<void> {
  await Deno.mkdir(dir, { recursive: true });
  const files: Record<string, string> = {
    "model_hybrid.onnx": `onnx ${version} `.repeat(30_000),
    "best_model_hybrid.pth": "weights ".repeat(50_000),
    "scaler.pkl": "mean 0.0 scale 1.0\n",
    "feature_order.json": featureOrder,
    "metadata.json": JSON.stringify({ version }) + "\n",
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(dir, name), text);
}

async function story(dir: string, devices: Devices): Promise<void> {
  const ok = { dir, devices, expected: 0 };
  const fleet = ["-i", "fleet.yaml", ...devices.options];
  say(`Three devices, ${NAMES.join(", ")}: ${devices.what}`);
  say(`Everything is in ${dir}; the commands below run there, with the mod.ts of this project.`);

  say(`\n${bold("1. A set of artifacts.")} metadata.json gets the digest of every file.`);
  await writeSet(join(dir, "set-2.4.1"), "2.4.1", '["temperature", "vibration", "load"]\n');
  await lockstep(ok, "manifest", "set-2.4.1");

  say(`\n${bold("2. Deploy it.")} One ssh per device; the live name is switched by one rename.`);
  await lockstep(ok, "deploy", ...fleet, "--artifacts", "set-2.4.1");

  say(`\n${bold("3. Deploy it again.")} Every device is up to date: nothing is sent, nothing is restarted.`);
  await lockstep(ok, "deploy", ...fleet, "--artifacts", "set-2.4.1");

  say(
    `\n${
      bold("4. Deploy a bad set.")
    } The feature_order.json of 2.5.0 was cut short before its digest was taken: every`,
  );
  say(
    "checksum is right, but the service cannot read it and never becomes ready. Each device restores itself.",
  );
  await writeSet(join(dir, "set-2.5.0"), "2.5.0", '["temperature", "vibra');
  await lockstep(ok, "manifest", "set-2.5.0");
  await lockstep({ ...ok, expected: 2 }, "deploy", ...fleet, "--artifacts", "set-2.5.0");

  say(
    `\n${
      bold("5. The record.")
    } Every run keeps its files under reports/; this is from reports/latest/report.json:`,
  );
  const latest = JSON.parse(await Deno.readTextFile(join(dir, "reports/latest/report.json")));
  const { run, command, exitCode, summary, hosts: [first] } = latest;
  const { host, status, release, previousRelease, error } = first;
  const excerpt = {
    run,
    command,
    exitCode,
    summary,
    hosts: [{ host, status, release, previousRelease, error }],
  };
  say(JSON.stringify(excerpt, null, 2).replaceAll(/^/gm, "  "));

  say(`\n${bold("6. What runs now?")} The old set, whole, and its service is healthy.`);
  await lockstep(ok, "status", ...fleet);
  await lockstep(ok, "health-check", ...fleet);
}

/** Runs the story and removes everything that it made. */
async function main(): Promise<number> {
  if (Deno.build.os === "windows") {
    say(
      "The demo runs its devices on this machine, and a device needs sh, which Windows does not have. Run it in WSL.",
    );
    say(
      "Lockstep itself runs on Windows, because its devices are other machines. See README.md for a first real deploy.",
    );
    return 1;
  }
  const dir = await Deno.realPath(await Deno.makeTempDir({ prefix: "lockstep-demo-" }));
  let devices: Devices | undefined;
  try {
    devices = await makeDevices(dir, NAMES);
    await story(dir, devices);
    say(`\nDone. The devices, their services and ${dir} are removed now.`);
    return 0;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    say(`\nInterrupted. The devices, their services and ${dir} are removed now.`);
    return 130;
  } finally {
    await devices?.[Symbol.asyncDispose]();
    // A session that is just ending may still write there.
    await Deno.remove(dir, { recursive: true }).catch(() => Deno.remove(dir, { recursive: true }));
  }
}

function onSignal(): void {
  // A terminal sends one Ctrl-C to us and to `deno task`, which sends it on to us once more; the program would take that for a second
  // Ctrl-C.
  if (interruptedAt !== undefined && performance.now() - interruptedAt < 500) return;
  interruptedAt = performance.now();
  running?.kill("SIGINT");
}

if (import.meta.main) {
  setColorEnabled(Deno.stdout.isTerminal() && !process.env.NO_COLOR);
  if (Deno.build.os !== "windows") {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, onSignal);
  }
  Deno.exit(await main());
}
