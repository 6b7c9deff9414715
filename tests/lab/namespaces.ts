/**
 * The namespaces that a lab's devices live in. Whatever happens in them (mounts, loop devices, networks, processes) is gone with them,
 * and they go with the tests, even if those are killed.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { execute, type Executed, run } from "./command.ts";

/** Mount and process namespaces, until disposed of. */
export interface Namespaces extends AsyncDisposable {
  /** The lab's folder on this machine, for what both sides read: keys, inventories, sets, reports. Removed in the end. */
  readonly dir: string;
  /** `dir/devices`, in memory, as programs inside see it. */
  readonly inside: string;
  /** A path of the inside, as a path that this process can open. */
  outside(path: string): string;
  /** Runs a program inside to its end. */
  execute(command: readonly string[]): Promise<Executed>;
  /** Runs a program inside that must succeed; its standard output. */
  run(command: readonly string[]): Promise<string>;
  /** Starts a program inside, in a control group of its own, with its output in `log`. */
  launch(name: string, log: string, command: readonly string[]): Deno.ChildProcess;
}

/** Makes the namespaces. As root. */
export async function makeNamespaces(): Promise<Namespaces> {
  const dir = await Deno.realPath(await Deno.makeTempDir({ prefix: "lockstep-lab-" }));
  await Deno.mkdir(join(dir, "devices"));
  const holder = new Deno.Command("/bin/sh", {
    args: [file("hold.sh"), dir],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const said = await readUntilReady(holder.stdout);
  const pid = /^(\d+)\n/.exec(said)?.[1];
  const release = async () => {
    await holder.stdin.close();
    await holder.status;
  };
  if (pid === undefined || !said.endsWith("ready\n")) {
    await release();
    throw new Error(`cannot make the namespaces of a lab: ${said}`);
  }
  const enter = (command: readonly string[]) => [
    "nsenter",
    `--mount=/proc/${pid}/ns/mnt`,
    `--pid=/proc/${pid}/ns/pid_for_children`,
    "--",
    ...command,
  ];
  return {
    dir,
    inside: join(dir, "devices"),
    outside: (path) => `/proc/${pid}/root${path}`,
    execute: (command) => execute(enter(command)),
    run: (command) => run(enter(command)),
    launch: (name, log, command) => {
      const group = join(dir.slice(dir.lastIndexOf("/") + 1), name);
      const [nsenter = "", ...args] = enter(["/bin/sh", file("launch.sh"), log, group, ...command]);
      return new Deno.Command(nsenter, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    },
    [Symbol.asyncDispose]: release,
  };
}

/** The path of a file of the lab. */
export function file(name: string): string {
  return fromFileUrl(new URL(`./files/${name}`, import.meta.url));
}

async function readUntilReady(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.endsWith("ready\n")) {
    const { done, value } = await reader.read();
    if (done) break;
    said += value;
  }
  await reader.cancel();
  return said;
}
