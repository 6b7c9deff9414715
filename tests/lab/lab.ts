/**
 * A lab of real devices, for tests: Debian machines that boot their own systemd, with sshd, sudo, a deploy user and the service; and
 * tiny ones. Each has its own network with a link that can be cut, and can lose its power and boot again. Needs root, on Linux.
 *
 * The devices of a lab live in namespaces of its own (see `namespaces.ts`), so nothing is left of them, however the tests end.
 * @module
 */
import { join } from "@std/path";
import { stringify } from "yaml";
import { buildTinyTree } from "../devices/tiny.ts";
import type { Vars } from "../fleet/support/fleet.ts";
import { execute, type Executed, run } from "./command.ts";
import { Disk, type Picture } from "./disk.ts";
import { baseImage, users } from "./image.ts";
import { type LiveSet, readLiveSet } from "./live_set.ts";
import { file, makeNamespaces, type Namespaces } from "./namespaces.ts";
import { type Link, makeNetwork } from "./network.ts";

/**
 * - `systemd`: Debian; `iotuser` deploys, and may stop and start the service by sudo.
 * - `tiny`: dropbear and busybox, root, no bash, no sftp-server, no scp, no curl, no systemd; the service in `/etc/init.d`.
 * - `slow-start`: `systemd`, but the service needs 6 s until it is ready.
 * - `full-tmp`: `systemd`, but `/tmp` is full and `noexec`.
 * - `small`: `systemd`, but the deploy path is on a file system of 8 MiB.
 * - `ext4`: `systemd`, but the deploy path is an ext4 disk of its own, whose power can be cut (`powerCut()`).
 */
export type LabKind = "systemd" | "tiny" | "slow-start" | "full-tmp" | "small" | "ext4";

/** What a device is like. */
export interface LabDeviceOptions {
  readonly name: string;
  readonly kind: LabKind;
  /** How the inventory logs in to a Debian device: as `iotuser` alone (default), or `iotuser` with `ansible_become`. */
  readonly become?: boolean;
  /** What sudo allows `iotuser`; default `sudoers`, with `become` everything. */
  readonly sudoers?: string;
  /** Size of the deploy path's file system, where the kind gives it one. */
  readonly deployBytes?: number;
}

/** What the documentation tells users to grant. */
export const sudoers = [
  "iotuser ALL=(root) NOPASSWD: /usr/bin/systemctl stop phase4-inference, /usr/bin/systemctl start phase4-inference",
  "iotuser ALL=(root) NOPASSWD: /usr/bin/journalctl -u phase4-inference *",
  "",
].join("\n");

/** One device. Paths of the device are given twice: as the device sees them, and as this process does (`root`, `deployDir`). */
export interface LabDevice {
  readonly name: string;
  readonly kind: LabKind;
  readonly address: string;
  /** Its file system, also while it is down. */
  readonly root: string;
  readonly deployPath: string;
  readonly deployDir: string;
  /** Runs a program on the device as root, past ssh and its link, to its end. The device must be up. */
  exec(command: readonly string[]): Promise<Executed>;
  /** The same with a line of sh, which must succeed: its output without the last line end. */
  sh(script: string, ...args: string[]): Promise<string>;
  /** Whether its ssh server answers. */
  isUp(): Promise<boolean>;
  /** Pulls the cable: packets get lost, open connections stay open. */
  cutLink(): Promise<void>;
  mendLink(): Promise<void>;
  /**
   * Ends the device as a power failure does: every process at once. What was on its file systems stays, with what it has not
   * synced; on an `ext4` device the deploy path loses what was not synced.
   */
  kill(): Promise<void>;
  /** Boots the device after `kill()`, over what is there, and waits until it is up and has finished booting. */
  boot(): Promise<void>;
  /** Waits until the device ends by itself, because it was asked for a reboot, and boots it again. */
  rebooted(): Promise<void>;
  /** What is live, read from outside, also while it is down; undefined if the live name is missing or leads nowhere. */
  liveSet(): Promise<LiveSet | undefined>;
  /** The deploy path of an `ext4` device as it would be had the power failed at this instant; the device goes on. */
  powerCut(): Promise<Picture>;
  /** What the device has said on its console. */
  console(): Promise<string>;
}

/** What an inventory says beyond where the devices are. */
export interface LabInventoryOptions {
  /** For every host, over the lab's own (`health_interval: 1`). */
  readonly vars?: Vars;
  /** For single devices, over the rest. */
  readonly hosts?: Readonly<Record<string, Vars>>;
  /** The devices that it lists; default all. */
  readonly only?: readonly string[];
}

/** Devices that run until the lab is disposed of. */
export interface Lab extends AsyncDisposable {
  /** Scratch folder, removed in the end: for artifact sets, reports, inventories. */
  readonly dir: string;
  readonly devices: readonly LabDevice[];
  /** For `--ssh-config`. */
  readonly sshConfig: string;
  /** The device of that name. */
  device(name: string): LabDevice;
  /** Writes an inventory of the devices and returns its path. */
  inventory(options?: LabInventoryOptions): Promise<string>;
}

/** Makes and boots the devices, all at once. The first lab on a machine makes the base image. */
export async function makeLab(
  { devices }: { readonly devices: readonly LabDeviceOptions[] },
): Promise<Lab> {
  const image = devices.some(({ kind }) => kind !== "tiny") ? await baseImage() : "";
  const namespaces = await makeNamespaces();
  try {
    for (const name of ["user_key", "host_key"]) {
      await run([
        "ssh-keygen",
        "-q",
        "-t",
        "ed25519",
        "-N",
        "",
        "-C",
        "lab",
        "-f",
        join(namespaces.dir, name),
      ]);
    }
    const lab = new NamespacedLab(
      namespaces,
      await makeNetwork(namespaces, devices.map(({ name }) => name)),
      devices,
    );
    await lab.writeSshFiles();
    await Promise.all(lab.devices.map(async (device) => {
      await device.prepare(image);
      await device.boot();
    }));
    return lab;
  } catch (error) {
    await namespaces[Symbol.asyncDispose]();
    throw error;
  }
}

const deployPath = "/opt/iot-inference";
const mebibyte = 1024 * 1024;
/** How long a device may take to boot, in milliseconds; it takes two seconds on a machine that has nothing else to do. */
const bootLimit = 60_000;

class NamespacedLab implements Lab {
  readonly devices: readonly NamespacedDevice[];
  readonly sshConfig: string;
  private inventories = 0;

  constructor(
    private readonly lab: Namespaces,
    links: readonly Link[],
    devices: readonly LabDeviceOptions[],
  ) {
    this.sshConfig = join(lab.dir, "ssh_config");
    this.devices = devices.map((options, i) => new NamespacedDevice(lab, links[i]!, options));
  }

  get dir(): string {
    return this.lab.dir;
  }

  device(name: string): LabDevice {
    const device = this.devices.find((device) => device.name === name);
    if (device === undefined) throw new Error(`no device is named ${name}`);
    return device;
  }

  async inventory({ vars = {}, hosts = {}, only }: LabInventoryOptions = {}): Promise<string> {
    const listed = this.devices.filter(({ name }) => only === undefined || only.includes(name));
    const content = {
      all: {
        vars: { health_interval: 1, ...vars },
        hosts: Object.fromEntries(
          listed.map((device) => [device.name, { ...device.vars, ...hosts[device.name] }]),
        ),
      },
    };
    const path = join(this.dir, `inventory-${++this.inventories}.yaml`);
    await Deno.writeTextFile(path, stringify(content));
    return path;
  }

  /** `known_hosts` and the file for `ssh -F`. */
  async writeSshFiles(): Promise<void> {
    const hostKey = await Deno.readTextFile(join(this.dir, "host_key.pub"));
    const known = join(this.dir, "known_hosts");
    await Deno.writeTextFile(known, this.devices.map(({ address }) => `${address} ${hostKey}`).join(""));
    await Deno.writeTextFile(
      this.sshConfig,
      [
        ...this.devices.map(({ name, address, user }) =>
          `Host ${name}\n  HostName ${address}\n  User ${user}\n`
        ),
        `Host *`,
        `  IdentityFile "${join(this.dir, "user_key")}"`,
        `  IdentitiesOnly yes`,
        `  UserKnownHostsFile "${known}"`,
        `  GlobalKnownHostsFile /dev/null`,
        `  StrictHostKeyChecking yes`,
        // OpenSSH's default key exchange costs seven times as much CPU, and a lab sees hundreds of logins.
        `  KexAlgorithms curve25519-sha256`,
        ``,
      ].join("\n"),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]();
    await Promise.all(this.devices.map((device) => device.gone()));
  }
}

class NamespacedDevice implements LabDevice {
  readonly name: string;
  readonly kind: LabKind;
  readonly address: string;
  readonly deployPath = deployPath;
  /** Its file system, as programs inside the lab see it. */
  private readonly tree: string;
  private readonly folder: string;
  private readonly disk: Disk;
  private process: Deno.ChildProcess | undefined;
  /** Its first process, as this process sees it. */
  private init: number | undefined;

  constructor(
    private readonly lab: Namespaces,
    private readonly link: Link,
    private readonly options: LabDeviceOptions,
  ) {
    this.name = options.name;
    this.kind = options.kind;
    this.address = link.address;
    this.folder = join(lab.inside, options.name);
    this.tree = join(this.folder, "root");
    this.disk = new Disk(lab, join(this.folder, "disk"), this.tree + deployPath);
  }

  get root(): string {
    return this.lab.outside(this.tree);
  }

  get deployDir(): string {
    return this.root + deployPath;
  }

  get user(): string {
    return this.kind === "tiny" ? "root" : "iotuser";
  }

  get vars(): Vars {
    return {
      ansible_host: this.address,
      ansible_user: this.user,
      ...(this.options.become ? { ansible_become: true } : {}),
    };
  }

  private get log(): string {
    return join(this.lab.dir, `${this.name}.console`);
  }

  /** Makes its file system. */
  async prepare(image: string): Promise<void> {
    await this.lab.run(["mkdir", "-p", this.tree]);
    if (this.kind === "tiny") await this.prepareTiny();
    else await this.prepareDebian(image);
  }

  private async prepareTiny(): Promise<void> {
    await this.lab.run(["mount", "--bind", this.tree, this.tree]);
    await buildTinyTree(this.root, {
      authorizedKey: await Deno.readTextFile(join(this.lab.dir, "user_key.pub")),
      hostKey: join(this.lab.dir, "host_key"),
    });
    await Deno.mkdir(join(this.root, "run"));
    await Deno.mkdir(join(this.root, "etc/init.d"));
    await Deno.mkdir(this.deployDir, { recursive: true });
    await this.write("etc/hostname", `${this.name}\n`);
    await this.write("etc/hosts", `127.0.0.1 localhost ${this.name}\n`);
    await this.copy("inittab", "etc/inittab");
    await this.copy("boot.sh", "etc/init.d/rcS", 0o755);
    await this.copy("phase4.sh", "etc/init.d/phase4-inference", 0o755);
  }

  private async prepareDebian(image: string): Promise<void> {
    const [upper, work] = [join(this.folder, "upper"), join(this.folder, "work")];
    await this.lab.run(["mkdir", upper, work]);
    const layers = `lowerdir=${image},upperdir=${upper},workdir=${work}`;
    await this.lab.run(["mount", "-t", "overlay", "-o", layers, "overlay", this.tree]);
    await this.write("etc/hostname", `${this.name}\n`);
    await this.write("etc/hosts", `127.0.0.1 localhost ${this.name}\n`);
    await this.write("etc/machine-id", `${crypto.randomUUID().replaceAll("-", "")}\n`);
    for (const [name, mode] of [["host_key", 0o600], ["host_key.pub", 0o644]] as const) {
      const key = await Deno.readTextFile(join(this.lab.dir, name));
      await this.write(`etc/ssh/${name.replace("host_key", "ssh_host_ed25519_key")}`, key, mode);
    }
    const authorized = "home/iotuser/.ssh/authorized_keys";
    await this.write(authorized, await Deno.readTextFile(join(this.lab.dir, "user_key.pub")), 0o600);
    await Deno.chown(join(this.root, authorized), users.iotuser, users.iotuser);
    const allowed = this.options.sudoers ??
      (this.options.become ? "iotuser ALL=(ALL) NOPASSWD: ALL\n" : sudoers);
    await this.write("etc/sudoers.d/lockstep", allowed, 0o440);
    await this.copy("phase4.py", "usr/local/lib/phase4.py", 0o755);
    const unit = "etc/systemd/system/phase4-inference.service";
    await this.copy("phase4-inference.service", unit);
    if (this.kind === "slow-start") {
      await Deno.mkdir(join(this.root, `${unit}.d`));
      await this.write(`${unit}.d/slow.conf`, "[Service]\nEnvironment=START_SECONDS=6\n");
    }
    await Deno.symlink(
      `/${unit}`,
      join(this.root, "etc/systemd/system/multi-user.target.wants/phase4-inference.service"),
    );
    await this.prepareDeployPath();
  }

  private async prepareDeployPath(): Promise<void> {
    const there = this.tree + deployPath;
    await this.lab.run(["mkdir", "-p", there]);
    if (this.kind === "ext4") {
      await this.disk.make(this.options.deployBytes ?? 64 * mebibyte);
    } else if (this.kind === "small") {
      const size = this.options.deployBytes ?? 8 * mebibyte;
      await this.lab.run(["mount", "-t", "tmpfs", "-o", `size=${size},mode=755`, "tmpfs", there]);
    }
    if (!this.options.become) await Deno.chown(this.deployDir, users.iotuser, users.iotuser);
  }

  private async write(path: string, text: string, mode = 0o644): Promise<void> {
    await Deno.writeTextFile(join(this.root, path), text);
    await Deno.chmod(join(this.root, path), mode);
  }

  private async copy(name: string, path: string, mode = 0o644): Promise<void> {
    await this.write(path, await Deno.readTextFile(file(name)), mode);
  }

  async boot(): Promise<void> {
    if (this.process !== undefined) throw new Error(`${this.name} is up`);
    if (this.kind === "tiny") await this.write("etc/boot_id", `${crypto.randomUUID()}\n`);
    const process = this.lab.launch(
      this.name,
      this.log,
      this.kind === "tiny" ? this.tinyBoot() : this.debianBoot(),
    );
    this.process = process;
    let ended = false;
    void process.status.then(() => ended = true);
    const deadline = Date.now() + bootLimit;
    while (!await this.isBooted(process.pid)) {
      if (ended || Date.now() > deadline) {
        throw new Error(`${this.name} does not boot: ${await this.console()}`);
      }
      await delay(50);
    }
    // /tmp is new at every boot.
    if (this.kind === "full-tmp") await this.exec(["dd", "if=/dev/zero", "of=/tmp/full", "bs=4k"]);
  }

  private debianBoot(): string[] {
    return [
      "systemd-nspawn",
      "--quiet",
      "--register=no",
      "--keep-unit",
      "--boot",
      "--console=pipe",
      `--machine=${this.name}`,
      `--directory=${this.tree}`,
      `--network-namespace-path=/run/netns/${this.link.netns}`,
      ...(this.kind === "full-tmp" ? ["--tmpfs=/tmp:size=64k,noexec,mode=1777"] : []),
    ];
  }

  private tinyBoot(): string[] {
    const isolate = [
      "unshare",
      "--mount",
      "--uts",
      "--pid",
      "--fork",
      "--kill-child",
      "--propagation",
      "private",
    ];
    return ["ip", "netns", "exec", this.link.netns, ...isolate, "chroot", this.tree, "/bin/busybox", "init"];
  }

  private async isBooted(entered: number): Promise<boolean> {
    // The program that entered the lab, what it launched, and the first process of that.
    const launched = await onlyChild(entered);
    this.init = launched === undefined ? undefined : await onlyChild(launched);
    if (this.init === undefined || !await this.isUp()) return false;
    if (this.kind === "tiny") return true;
    const { stdout } = await this.exec(["systemctl", "is-system-running"]);
    return /^(running|degraded)$/m.test(stdout);
  }

  async isUp(): Promise<boolean> {
    const signal = AbortSignal.timeout(1000);
    try {
      using connection = await Deno.connect({ hostname: this.address, port: 22, signal });
      const stop = () => connection.close();
      signal.addEventListener("abort", stop);
      try {
        return await connection.read(new Uint8Array(4)) !== null;
      } finally {
        signal.removeEventListener("abort", stop);
      }
    } catch {
      return false;
    }
  }

  async exec(command: readonly string[]): Promise<Executed> {
    if (this.init === undefined) throw new Error(`${this.name} is down`);
    const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    // The root of a tiny device is not that of its namespaces: chroot has changed it.
    const enter = ["nsenter", `--target=${this.init}`, "--all", "--root", "--wd"];
    return await execute([...enter, "env", "-i", path, "HOME=/root", ...command]);
  }

  async sh(script: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.exec(["sh", "-c", script, "sh", ...args]);
    if (code !== 0) throw new Error(`${this.name}: ${script}: exit code ${code}\n${stderr || stdout}`);
    return stdout.replace(/\n$/, "");
  }

  async cutLink(): Promise<void> {
    await this.link.cut();
  }

  async mendLink(): Promise<void> {
    await this.link.mend();
  }

  async kill(): Promise<void> {
    const { init, process } = this;
    if (init === undefined || process === undefined) throw new Error(`${this.name} is down`);
    const end = async () => {
      Deno.kill(init, "SIGKILL");
      await process.status;
    };
    this.init = undefined;
    this.process = undefined;
    if (this.kind === "ext4") await this.disk.losePower(end);
    else await end();
  }

  async rebooted(): Promise<void> {
    const { process } = this;
    if (process === undefined) throw new Error(`${this.name} is down`);
    // A reboot ends what runs the device: starting it again is what a machine's firmware does.
    await process.status;
    this.init = undefined;
    this.process = undefined;
    await this.boot();
  }

  async liveSet(): Promise<LiveSet | undefined> {
    return await readLiveSet(this);
  }

  async powerCut(): Promise<Picture> {
    if (this.kind !== "ext4") throw new Error(`${this.name} has no disk of its own`);
    return await this.disk.picture();
  }

  async console(): Promise<string> {
    return await Deno.readTextFile(this.log);
  }

  /** Waits until its process is gone, after the lab's namespaces. */
  async gone(): Promise<void> {
    await this.process?.status;
  }
}

/** The child of a process; undefined if it has none, or several. */
async function onlyChild(pid: number): Promise<number | undefined> {
  let children: string;
  try {
    children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const pids = children.trim().split(" ");
  return pids.length === 1 && pids[0] !== "" ? Number(pids[0]) : undefined;
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
