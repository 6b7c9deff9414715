/**
 * A device in a folder of this machine: real sh, real files, no network. Its session may see other programs than ours, so that a device
 * with busybox, without python3 or with a service manager of its own can be played.
 * @module
 */
import { dirname, join } from "@std/path";
import type { Failure } from "../lib/errors.ts";
import type { TaskReport } from "../lib/events.ts";
import type { ReleaseFault } from "../lib/facts/releases/failed_mark.ts";
import { type HostSettings, settingsOf } from "../lib/settings/mod.ts";
import { readArtifactSet } from "../lib/manifest.ts";
import type { Release } from "../lib/release.ts";
import { program } from "../lib/remote/program.ts";
import { openSession } from "../lib/remote/ssh/session.ts";
import { HostRun } from "../lib/rollout/host_run.ts";
import type { RunContext, Task } from "../lib/task.ts";
import { sha256, snapshotTree, type Tree } from "./fleet/support/tree.ts";
import { findProgram, SIDE_BY_SIDE } from "./support.ts";
import type { Answer, Remote } from "../lib/remote/remote.ts";

export interface LocalDevice extends AsyncDisposable {
  /** Scratch, removed with the device. */
  readonly dir: string;
  /** The deploy path, which is there. */
  readonly root: string;
  readonly settings: HostSettings;
  /** The folder that is the session's whole PATH, where one was asked for. */
  readonly path?: string;
  /** A path below the deploy path. */
  at(...names: string[]): string;
  /** The text of a file below the deploy path. */
  read(name: string): Promise<string>;
  /** Writes a file below the deploy path, with its folders. */
  write(name: string, content: string | Uint8Array): Promise<void>;
  tree(): Promise<Tree>;
  connect(signal?: AbortSignal): Promise<Remote>;
  /** Runs shell text, as tasks do. */
  sh(text: string, ...args: string[]): Promise<Answer>;
  /** Takes the device through tasks, until one fails, in a session of its own. */
  perform(tasks: readonly Task[], options?: PerformOptions): Promise<Performed>;
}

export interface PerformOptions {
  readonly release?: Release;
  readonly settings?: Partial<HostSettings>;
  readonly dryRun?: boolean;
  readonly run?: Partial<RunContext>;
  /** What the live name linked to before: the old set is brought back. */
  readonly undo?: string;
  /** While the old set is brought back: the service has failed on the new one. */
  readonly blamed?: ReleaseFault;
}

/** What the tasks said, and what they warned of. */
export interface Performed {
  readonly reports: readonly TaskReport[];
  readonly warnings: readonly string[];
  readonly bytesSent: number;
  /** The last report. */
  readonly last: TaskReport;
  /** Task and status, in a form for `assertEquals`. */
  readonly statuses: Readonly<Record<string, string>>;
}

export interface LocalDeviceOptions {
  readonly settings?: Partial<HostSettings>;
  /** The programs that the session sees, and none else: see `toolbox()`. */
  readonly tools?: ToolboxOptions;
}

/** Tasks sync what they write; a folder in memory spares the tests the disk. */
const MEMORY = "/dev/shm";

function inMemory(): boolean {
  try {
    return Deno.build.os === "linux" && Deno.statSync(MEMORY).isDirectory;
  } catch {
    return false;
  }
}

/** Makes a device; `await using` removes it. */
export async function makeLocalDevice(
  { settings = {}, tools }: LocalDeviceOptions = {},
): Promise<LocalDevice> {
  const dir = await Deno.makeTempDir({ prefix: "device-", ...(inMemory() ? { dir: MEMORY } : {}) });
  const root = join(dir, "deploy");
  await Deno.mkdir(root);
  const path = tools === undefined ? undefined : await toolbox(join(dir, "tools"), tools);
  const all: HostSettings = { ...plainSettings(root), ...settings };
  const at = (...names: string[]): string => join(root, ...names);
  const connect = (signal?: AbortSignal): Promise<Remote> =>
    withPath(
      path,
      () =>
        openSession(all, {
          connectTimeout: 5,
          commandTimeout: 60,
          ...(signal === undefined ? {} : { signal }),
        }),
    );
  return {
    dir,
    root,
    settings: all,
    ...(path === undefined ? {} : { path }),
    at,
    read: (name) => Deno.readTextFile(at(name)),
    write: async (name, content) => {
      await Deno.mkdir(dirname(at(name)), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(at(name), content);
      else await Deno.writeFile(at(name), content);
    },
    tree: () => snapshotTree(root),
    connect,
    sh: async (text, ...args) => {
      const remote = await connect();
      try {
        return await remote.run(program("test", text), args);
      } finally {
        await remote.close();
      }
    },
    perform: async (tasks, options = {}) => {
      const remote = await connect();
      const host = new HostRun({
        settings: { ...all, ...options.settings },
        run: { ...newRun(options.dryRun ?? false), ...options.run },
        remote,
        writes: true,
        reopen: connect,
      });
      host.setRelease(options.release ?? null);
      if (options.undo !== undefined) host.startUndo(options.undo, options.blamed ?? null);
      try {
        return await perform(host, tasks);
      } finally {
        await host.close();
      }
    },
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

async function perform(host: HostRun, tasks: readonly Task[]): Promise<Performed> {
  const reports: TaskReport[] = [];
  const warnings: string[] = [];
  for (const task of tasks) {
    const { report, warning } = await task.run(host);
    if (report.status === "changed") host.noteChanged(task);
    reports.push(report);
    if (warning !== undefined) warnings.push(warning);
    if (report.status === "failed") break;
  }
  const statuses = Object.fromEntries(reports.map(({ task, status }) => [task, status]));
  return { reports, warnings, bytesSent: host.bytesSent, last: reports.at(-1)!, statuses };
}

let runs = 0;

/** A run that begins now; every one has an id of its own. */
export function newRun(dryRun = false): RunContext {
  return {
    id: `20261124T0219Z-${String(++runs).padStart(4, "0")}`,
    startedAt: new Date(),
    dryRun,
    who: "tester@controller",
    force: false,
    command: "deploy",
  };
}

/** A host that has no service and no health URL, and does not restore itself: that would outlive the test. */
export function plainSettings(deployPath: string): HostSettings {
  const fleet = { env: {}, hostNames: [], groupNames: [], host: () => undefined, members: () => undefined };
  const host = { name: "edge-1", groups: [], source: "", fleet, vars: {}, origins: {} };
  return {
    ...settingsOf(host, { cwd: dirname(deployPath), env: {}, artifactsDir: "local" }),
    connection: "local",
    deployPath,
    service: "",
    restartTimeout: 5,
    restartSettle: 1,
    healthUrl: "",
    healthAttempts: 1,
    healthInterval: 1,
    confirmTimeout: 0,
  };
}

/** Writes a set into a folder and reads it as what should be live. `files` may have folders in their names. */
export async function writeSet(
  dir: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  version = "1.0.0",
): Promise<Release> {
  await Deno.mkdir(dir, { recursive: true });
  const manifest: Record<string, string> = {};
  for (const [name, content] of Object.entries(files)) {
    const path = join(dir, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    manifest[name] = await sha256(path);
  }
  await Deno.writeTextFile(
    join(dir, "metadata.json"),
    JSON.stringify({ version, artifacts_manifest: manifest }, null, 2),
  );
  const set = await readArtifactSet(dir);
  return { id: set.id, version: set.version, files: set.files };
}

export interface ToolboxOptions {
  /** What `sh` is; `dash` where it is left out. */
  readonly shell?: "dash" | "bash" | "busybox";
  /** Whether the other programs are busybox's. */
  readonly busybox?: boolean;
  /** One program for all others, as far as it can stand in for them; also for `sh`, where it can. */
  readonly box?: { readonly path: string; readonly applets: readonly string[]; readonly shell: boolean };
  readonly without?: readonly string[];
  /** Programs of the test's own: name → text of a shell script. */
  readonly scripts?: Readonly<Record<string, string>>;
}

/** A sleep that does not keep tests waiting for the pauses of the session's beat (5 s) and of the lock (0.5 s). */
export const shortSleep = `case $1 in 5 | 0.5) set -- 0.05 ;; esac; exec ${findProgram("sleep")} "$@"`;

/** What a small device has, beside a shell. */
const COMMON = (
  "[ awk basename cat chmod chown cksum cmp cp cut date dd df dirname du env expr false find grep gzip head hostname id kill ln ls mkdir mkfifo " +
  "mktemp mv nice printf ps pwd readlink rm rmdir sed seq setsid sha256sum sleep sort stat sync tail tee test timeout touch tr true uname " +
  "uniq wc which xargs yes"
).split(" ");

/** What only some have. */
const MORE = ["curl", "wget", "openssl", "python3", "perl"];

/** Fills a folder with links to programs, to be a session's whole PATH, and returns it. */
export async function toolbox(dir: string, options: ToolboxOptions = {}): Promise<string> {
  const { shell = "dash", busybox = false, box, without = [], scripts = {} } = options;
  await Deno.mkdir(dir, { recursive: true });
  const wanted = [...COMMON, ...MORE].filter((name) => !without.includes(name) && !(name in scripts));
  for (const name of wanted) {
    const found = box !== undefined
      ? (box.applets.includes(name) ? box.path : undefined)
      : busybox && !MORE.includes(name)
      ? findProgram("busybox")
      : realProgram(name);
    if (found !== undefined) await Deno.symlink(found, join(dir, name));
  }
  const sh = box?.shell ? box.path : findProgram(shell);
  if (sh === undefined) throw new Error(`this machine has no ${shell}`);
  await Deno.symlink(sh, join(dir, "sh"));
  for (const [name, text] of Object.entries(scripts)) {
    await Deno.writeTextFile(join(dir, name), `#!${findProgram("sh")}\n${text}`, { mode: 0o755 });
  }
  return dir;
}

/** The program itself, not a shim that finds it by PATH (pyenv's, say). */
function realProgram(name: string): string | undefined {
  const usual = `/usr/bin/${name}`;
  try {
    return Deno.statSync(usual).isFile ? usual : findProgram(name);
  } catch {
    return findProgram(name);
  }
}

/**
 * Opens something while PATH is another, which is what it keeps: it is started before `open` returns. PATH belongs to the whole process, so
 * tests that run beside others must not change it.
 */
export function withPath<T>(path: string | undefined, open: () => Promise<T>): Promise<T> {
  if (path === undefined) return open();
  if (Deno.env.has(SIDE_BY_SIDE)) {
    throw new Error(
      "a test that changes PATH must not run beside others: tests/run.ts says where it belongs",
    );
  }
  const before = Deno.env.get("PATH") ?? "";
  Deno.env.set("PATH", path);
  try {
    return open();
  } finally {
    Deno.env.set("PATH", before);
  }
}

/** What a promise of an answer fails with; an answer is an error. */
export async function failureOf(running: Promise<unknown>): Promise<Failure> {
  try {
    await running;
  } catch (error) {
    return error as Failure;
  }
  throw new Error("expected a Failure, but all went well");
}

/** Whether a process is there and not a zombie. Linux. */
export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

/** Waits until something is so; fails after a while. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  seconds = 5,
): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !await isSo();) {
    if (Date.now() > end) throw new Error(`not so within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
