/**
 * A fleet on loopback: one real sshd (or tiny dropbear) a device, each with a folder, a HOME and a port of its own, and the ssh
 * configuration that leads there. Fifty devices start in well under a second.
 * @module
 */
import { dirname, fromFileUrl, join } from "@std/path";
import { stringify } from "yaml";
import { buildTinyTree } from "../../devices/tiny.ts";
import { findProgram } from "../../support.ts";
import { snapshotTree, type Tree } from "./tree.ts";

/** Variables of a host or a group, as an inventory carries them. */
export type Vars = Readonly<Record<string, unknown>>;

/** What a device is like; everything optional. */
export interface DeviceOptions {
  /** Default `edge-01`, `edge-02`, … */
  readonly name?: string;
  /**
   * `sshd`; `tiny` (dropbear and busybox in a root of its own); `refusing` (nothing listens on the port); `silent` (accepts the
   * connection and never says a word).
   */
  readonly kind?: "sshd" | "tiny" | "refusing" | "silent";
  /** Absolute, as the device sees it. Default `<device>/opt/iot-inference`, on a tiny device `/opt/iot-inference`. */
  readonly deployPath?: string;
  /** Whether the deploy path is there at first. Default true. */
  readonly makeDeployPath?: boolean;
  /** `.bashrc` and `.profile` that chatter on both streams, a banner and a motd. */
  readonly noisy?: boolean;
  /** Seconds that the login shell takes before it does anything. */
  readonly slowSeconds?: number;
  /** `known` (default); `changed`: known_hosts has another key for this device; `unknown`: it has none. */
  readonly hostKey?: "known" | "changed" | "unknown";
  /** `right` (default) or `wrong`: the device lets in another key than ours. */
  readonly userKey?: "right" | "wrong";
  /** What the login shell reads first (`.bashrc`, `.profile`). */
  readonly startFile?: string;
  /** What sshd runs in the place of any command. */
  readonly forceCommand?: string;
  /** Programs that the device lacks. */
  readonly without?: readonly string[];
  /** What the device's sshd agrees to: `curve25519` alone (default), or whatever sshd takes as it comes. */
  readonly keyExchange?: "curve25519" | "any";
}

/** One device of a fleet. Paths of the device are given twice: as the device sees them, and as this machine does (`…Dir`). */
export interface Device {
  readonly name: string;
  readonly port: number;
  /** All that the device has, on this machine. */
  readonly dir: string;
  readonly home: string;
  readonly homeDir: string;
  readonly deployPath: string;
  readonly deployDir: string;
  /** What lies here on this machine wins over the programs that all devices share; where the device lacks some, it has no others. */
  readonly binDir: string;
  /** The connections that the device has accepted, let in or not. */
  connections(): Promise<number>;
  /** The sessions that it has let in. */
  logins(): Promise<number>;
  /** What the device's ssh server has logged. */
  log(): Promise<string>;
  /** A picture of its home and its deploy path (see `snapshotTree`). */
  tree(): Promise<Tree>;
  /** Ends the device as a power cut does: the server, its sessions and their programs, at once. */
  cut(): Promise<void>;
  /** Ends the sessions that are open now; the server stays. */
  drop(): Promise<void>;
  /** Stops the sessions that are open now, as a device does that hangs or whose link is dead: the connection stays, and nobody answers. */
  freeze(): Promise<void>;
}

/** What an inventory says beyond where the devices are. */
export interface InventoryOptions {
  /** For every host, over the fleet's own (`service: ""`, `health_url: ""`). */
  readonly vars?: Vars;
  /** For single devices, over the rest. */
  readonly hosts?: Readonly<Record<string, Vars>>;
  /** Hosts that are no devices. */
  readonly extraHosts?: Readonly<Record<string, Vars>>;
  /** Groups of devices: name to device names. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
}

/** Devices that run until the fleet is disposed of. */
export interface Fleet extends AsyncDisposable {
  /** Scratch folder, removed in the end: for artifact sets, reports, inventories. */
  readonly dir: string;
  readonly devices: readonly Device[];
  /** For `--ssh-config`: our key, the devices' host keys, and an alias (`Host`) for every device whose name can be one. */
  readonly sshConfig: string;
  /** The device of that name. */
  device(name: string): Device;
  /** Writes an inventory of the devices and returns its path. */
  inventory(options?: InventoryOptions): Promise<string>;
  /** A picture of every device together. */
  tree(): Promise<Tree>;
  /** Puts an empty file system of `bytes` over a folder of this machine (as root). A tiny device sees it, and it alone. */
  mountTmpfs(folder: string, bytes: number): Promise<void>;
  /** Makes a folder of this machine read-only, for root too (as root). A tiny device sees that, and it alone. */
  mountReadOnly(folder: string): Promise<void>;
}

/** Starts a fleet of `count` devices, or of those described. */
export async function makeFleet(
  { count, devices = [] }: { readonly count?: number; readonly devices?: readonly DeviceOptions[] },
): Promise<Fleet> {
  const all = Array.from({ length: count ?? devices.length }, (_, i) => devices[i] ?? {});
  for (let attempt = 1;; attempt++) {
    const fleet = new LoopbackFleet(await Deno.realPath(await Deno.makeTempDir({ prefix: "fleet-" })));
    try {
      await fleet.start(all);
      return fleet;
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      if (!(error instanceof PortTaken) || attempt === 5) throw error;
    }
  }
}

class PortTaken extends Error {}

/** Where the programs are that all devices share. */
const programFolders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];

/** Every process of a fleet has this in its environment. */
const marker = "LOCKSTEP_TEST_FLEET";

class LoopbackFleet implements Fleet {
  readonly devices: LoopbackDevice[] = [];
  readonly sshConfig: string;
  private supervisor: Deno.ChildProcess | undefined;
  private readonly silent: Deno.Listener[] = [];
  private readonly mounts: string[] = [];
  private inventories = 0;

  constructor(readonly dir: string) {
    this.sshConfig = join(dir, "ssh_config");
  }

  async start(all: readonly DeviceOptions[]): Promise<void> {
    const sshd = findProgram("sshd");
    if (sshd === undefined) throw new Error("a loopback fleet needs sshd (openssh-server)");
    // sshd wants this folder when it runs as root; the package's service would make it.
    if (Deno.uid() === 0) await Deno.mkdir("/run/sshd", { recursive: true, mode: 0o755 });
    await Promise.all(["user_key", "host_key", "other_key"].map((name) => makeKey(join(this.dir, name))));
    const ports = freePorts(all.length);
    for (const [i, options] of all.entries()) {
      const name = options.name ?? `edge-${String(i + 1).padStart(2, "0")}`;
      const dir = join(this.dir, "devices", `${i + 1}`);
      await Deno.mkdir(dir, { recursive: true });
      this.devices.push(new LoopbackDevice(name, ports[i]!, dir, options));
    }
    await Promise.all(this.devices.map((device) => device.prepare(this.dir)));
    await this.writeSshFiles();
    for (const device of this.devices) {
      if (device.options.kind === "silent") this.silent.push(listenSilently(device.port));
    }
    const served = this.devices.filter((device) => device.served);
    if (served.length === 0) return;
    this.supervisor = new Deno.Command("/bin/sh", {
      args: [
        fromFileUrl(new URL("./supervise.sh", import.meta.url)),
        sshd,
        ...served.map((device) => device.dir),
      ],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      env: { [marker]: this.dir },
    }).spawn();
    await Promise.all(served.map((device) => device.untilListening()));
  }

  device(name: string): Device {
    const device = this.devices.find((device) => device.name === name);
    if (device === undefined) throw new Error(`no device is named ${name}`);
    return device;
  }

  async inventory(
    { vars = {}, hosts = {}, extraHosts = {}, groups = {} }: InventoryOptions = {},
  ): Promise<string> {
    const devices = this.devices.map((device) => [
      device.name,
      { ansible_port: device.port, deploy_path: device.deployPath, ...hosts[device.name] },
    ]);
    const content = {
      all: {
        vars: { ansible_host: "127.0.0.1", service: "", health_url: "", ...vars },
        hosts: { ...Object.fromEntries(devices), ...extraHosts },
        ...(Object.keys(groups).length === 0 ? {} : {
          children: Object.fromEntries(
            Object.entries(groups).map(([group, names]) => [
              group,
              { hosts: Object.fromEntries(names.map((name) => [name, null])) },
            ]),
          ),
        }),
      },
    };
    const path = join(this.dir, `inventory-${++this.inventories}.yaml`);
    await Deno.writeTextFile(path, stringify(content));
    return path;
  }

  async tree(): Promise<Tree> {
    return await snapshotAll(this.devices);
  }

  async mountTmpfs(folder: string, bytes: number): Promise<void> {
    await Deno.mkdir(folder, { recursive: true });
    await this.mount(folder, ["-t", "tmpfs", "-o", `size=${bytes},mode=755`, "tmpfs", folder]);
  }

  async mountReadOnly(folder: string): Promise<void> {
    await Deno.mkdir(folder, { recursive: true });
    await this.mount(folder, ["--bind", folder, folder], ["-o", "remount,bind,ro", folder]);
  }

  /** Mounts where the device that has the folder sees it: a tiny one in its own namespace, which also ends the mount. */
  private async mount(folder: string, ...calls: string[][]): Promise<void> {
    const tiny = this.devices.find(({ dir, options }) =>
      options.kind === "tiny" && folder.startsWith(`${dir}/`)
    );
    if (tiny === undefined) this.mounts.push(folder);
    for (const args of calls) {
      if (tiny === undefined) await runProgram("mount", args);
      else await runProgram("nsenter", [`--mount=/proc/${await tiny.server()}/ns/mnt`, "mount", ...args]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const listener of this.silent.splice(0)) listener.close();
    await endProcesses(await fleetProcesses(this.dir, this.supervisor?.pid));
    if (this.supervisor !== undefined) {
      await this.supervisor.stdin.close().catch(() => {}); // The supervisor is gone already.
      await this.supervisor.status;
      this.supervisor = undefined;
    }
    for (const folder of this.mounts.splice(0).reverse()) {
      // It may be that the mount itself has failed.
      await new Deno.Command("umount", { args: ["-l", folder], stderr: "null" }).output();
    }
    await Deno.remove(this.dir, { recursive: true });
  }

  /** `known_hosts` and the file for `ssh -F`. */
  private async writeSshFiles(): Promise<void> {
    const [known, other] = await Promise.all(
      ["host_key.pub", "other_key.pub"].map(async (name) =>
        (await Deno.readTextFile(join(this.dir, name))).trim()
      ),
    );
    const lines = this.devices.flatMap(({ port, options: { hostKey = "known" } }) =>
      hostKey === "unknown" ? [] : [`[127.0.0.1]:${port} ${hostKey === "known" ? known : other}`]
    );
    await Deno.writeTextFile(join(this.dir, "known_hosts"), lines.join("\n") + "\n");
    await Deno.writeTextFile(
      this.sshConfig,
      [
        ...this.devices.filter(({ name }) => /^[\w.][\w.-]*$/.test(name))
          .map(({ name, port }) => `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n`),
        `Host *`,
        `  IdentityFile "${join(this.dir, "user_key")}"`,
        `  IdentitiesOnly yes`,
        `  UserKnownHostsFile "${join(this.dir, "known_hosts")}"`,
        `  GlobalKnownHostsFile /dev/null`,
        `  StrictHostKeyChecking yes`,
        ``,
      ].join("\n"),
    );
  }
}

class LoopbackDevice implements Device {
  readonly home: string;
  readonly homeDir: string;
  readonly deployPath: string;
  readonly deployDir: string;
  readonly binDir: string;

  constructor(
    readonly name: string,
    readonly port: number,
    readonly dir: string,
    readonly options: DeviceOptions,
  ) {
    const root = options.kind === "tiny" ? join(dir, "tree") : "";
    this.home = options.kind === "tiny" ? "/root" : join(dir, "home");
    this.homeDir = root + this.home;
    this.deployPath = options.deployPath ??
      (options.kind === "tiny" ? "/opt/iot-inference" : join(dir, "opt/iot-inference"));
    this.deployDir = root + this.deployPath;
    this.binDir = join(options.kind === "tiny" ? root : dir, "bin");
  }

  /** Whether the supervisor runs a server for it. */
  get served(): boolean {
    return this.options.kind === undefined || this.options.kind === "sshd" || this.options.kind === "tiny";
  }

  async prepare(fleetDir: string): Promise<void> {
    const { kind, makeDeployPath = true, userKey = "right" } = this.options;
    const authorized = join(fleetDir, userKey === "right" ? "user_key.pub" : "other_key.pub");
    if (kind === "tiny") {
      const authorizedKey = await Deno.readTextFile(authorized);
      await buildTinyTree(join(this.dir, "tree"), { authorizedKey, hostKey: join(fleetDir, "host_key") });
      await Deno.writeTextFile(join(this.dir, "port"), `${this.port}\n`);
    } else if (this.served) {
      await Deno.mkdir(this.home);
      await this.writeLoginNoise();
      await Deno.mkdir(this.binDir);
      if (this.options.without !== undefined) await linkPrograms(this.binDir, this.options.without);
      await Deno.writeTextFile(join(this.dir, "sshd_config"), this.sshdConfig(fleetDir, authorized));
    }
    await Deno.mkdir(makeDeployPath ? this.deployDir : dirname(this.deployDir), { recursive: true });
  }

  private sshdConfig(fleetDir: string, authorizedKeys: string): string {
    const path = this.options.without === undefined ? [this.binDir, ...programFolders] : [this.binDir];
    const env = { HOME: this.home, [marker]: fleetDir, PATH: path.join(":") };
    return [
      `ListenAddress 127.0.0.1:${this.port}`,
      `HostKey "${join(fleetDir, "host_key")}"`,
      `AuthorizedKeysFile "${authorizedKeys}"`,
      `SetEnv ${Object.entries(env).map(([name, value]) => `"${name}=${value}"`).join(" ")}`,
      `Subsystem sftp internal-sftp`,
      `PidFile none`,
      `UsePAM no`,
      `StrictModes no`,
      `PasswordAuthentication no`,
      `KbdInteractiveAuthentication no`,
      `LogLevel VERBOSE`,
      `MaxStartups 200`,
      // The default key exchange costs seven times as much CPU, and there are fifty devices here.
      ...(this.options.keyExchange === "any" ? [] : [`KexAlgorithms curve25519-sha256`]),
      ...(this.options.forceCommand === undefined ? [] : [`ForceCommand ${this.options.forceCommand}`]),
      ...(this.options.noisy ? [`Banner "${join(this.dir, "banner")}"`, `PrintMotd yes`] : []),
      ``,
    ].join("\n");
  }

  /** sshd starts bash (the login shell here) for a command, and bash then reads `.bashrc`. */
  private async writeLoginNoise(): Promise<void> {
    const { noisy = false, slowSeconds = 0, startFile } = this.options;
    if (noisy) await Deno.writeTextFile(join(this.dir, "banner"), "*** Authorized use only! ***\nexit 0\n");
    const lines = [
      ...(slowSeconds > 0 ? [`sleep ${slowSeconds}`] : []),
      ...(noisy
        ? [
          `echo "Welcome to ${this.name}"`,
          `seq 1 20000`,
          `printf '\\377\\000\\033[31m\\r\\n0\\n1 2 3\\n'`,
          `echo "bash: warning: setlocale: LC_ALL: cannot change locale" >&2`,
          `sleep 0.2`,
          `printf 'no newline at the end: '`,
        ]
        : []),
      ...(startFile === undefined ? [] : [startFile]),
    ];
    if (lines.length === 0) return;
    for (const name of [".bashrc", ".profile"]) {
      await Deno.writeTextFile(join(this.home, name), lines.join("\n") + "\n");
    }
  }

  async untilListening(): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline) {
      const log = await this.log();
      if (/Server listening on|Not backgrounding/.test(log)) return;
      if (/Address already in use/.test(log)) throw new PortTaken(`port ${this.port}`);
      await delay(20);
    }
    throw new Error(`${this.name} does not listen on ${this.port}: ${await this.log()}`);
  }

  async log(): Promise<string> {
    try {
      return await Deno.readTextFile(join(this.dir, "log"));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  async connections(): Promise<number> {
    return countMatches(await this.log(), /^Connection from |Child connection from /gm);
  }

  async logins(): Promise<number> {
    return countMatches(await this.log(), /^Accepted publickey for |Pubkey auth succeeded for /gm);
  }

  async tree(): Promise<Tree> {
    return await snapshotAll([this]);
  }

  async cut(): Promise<void> {
    const server = await this.server();
    await endProcesses([server, ...descendants(await processParents(), server)]);
  }

  async drop(): Promise<void> {
    await endProcesses(descendants(await processParents(), await this.server()));
  }

  async freeze(): Promise<void> {
    for (const pid of descendants(await processParents(), await this.server())) Deno.kill(pid, "SIGSTOP");
  }

  /** The process of its server. */
  async server(): Promise<number> {
    return Number(await Deno.readTextFile(join(this.dir, "pid")));
  }
}

/** The homes and the deploy paths of the devices in one picture. */
async function snapshotAll(devices: readonly LoopbackDevice[]): Promise<Tree> {
  const parts = devices.flatMap((device) => [[device, device.homeDir], [device, device.deployDir]] as const);
  const all = new Map<string, string>();
  for (const [device, folder] of parts) {
    if (!await exists(folder)) continue;
    for (const [path, line] of await snapshotTree(folder)) {
      all.set(`${device.name}:${join(folder, path)}`, line);
    }
  }
  return all;
}

/** Fills a folder with links to every program of this machine but those named. */
async function linkPrograms(folder: string, without: readonly string[]): Promise<void> {
  const names = new Set(without);
  for (const from of programFolders) {
    for await (const { name } of Deno.readDir(from)) {
      if (names.has(name)) continue;
      names.add(name);
      await Deno.symlink(join(from, name), join(folder, name));
    }
  }
}

async function makeKey(path: string): Promise<void> {
  await runProgram("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "lockstep-test", "-f", path]);
}

/** Ports that nothing listens on, outside the range that outgoing connections take theirs from. */
function freePorts(count: number): number[] {
  const ports: number[] = [];
  let port = 10_000 + Math.floor(Math.random() * 20_000);
  while (ports.length < count) {
    port = port >= 32_000 ? 10_000 : port + 1;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      ports.push(port);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  return ports;
}

function listenSilently(port: number): Deno.Listener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  void (async () => {
    const held: Deno.Conn[] = [];
    try {
      for await (const connection of listener) held.push(connection);
    } finally {
      for (const connection of held) connection.close();
    }
  })();
  return listener;
}

/** The processes of a fleet: what the supervisor started, and what has left it but carries the fleet's mark. */
async function fleetProcesses(fleetDir: string, supervisor: number | undefined): Promise<number[]> {
  const parents = await processParents();
  const pids = new Set(supervisor === undefined ? [] : descendants(parents, supervisor));
  for (const pid of parents.keys()) {
    const environment = await readProc(pid, "environ");
    if (environment.split("\0").includes(`${marker}=${fleetDir}`) && pid !== supervisor) pids.add(pid);
  }
  return [...pids];
}

/** Every process of this machine with its parent. */
async function processParents(): Promise<Map<number, number>> {
  const parents = new Map<number, number>();
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = /\) \S (\d+) /.exec(await readProc(Number(name), "stat"))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  return parents;
}

function descendants(parents: ReadonlyMap<number, number>, ancestor: number): number[] {
  const children = [...parents].filter(([, parent]) => parent === ancestor).map(([pid]) => pid);
  return children.flatMap((child) => [child, ...descendants(parents, child)]);
}

/** A file of a process under /proc; empty if the process is gone. */
async function readProc(pid: number, file: string): Promise<string> {
  try {
    return await Deno.readTextFile(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}

/** Ends processes at once and waits until they are gone. */
async function endProcesses(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  for (const pid of pids) {
    while (!["", "Z", "X"].includes(/\) (\S) /.exec(await readProc(pid, "stat"))?.[1] ?? "")) await delay(5);
  }
}

async function runProgram(name: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(name, { args, stdout: "null" }).output();
  if (!success) throw new Error(`${name} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function countMatches(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
