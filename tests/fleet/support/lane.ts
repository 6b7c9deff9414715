/**
 * Lanes: small fleets of five devices `h1` … `h5` on which one rollout after another is played. Before each, every device is put back on its
 * old set, and some of them are told how to misbehave.
 * @module
 */
import { join } from "@std/path";
import { stringify } from "yaml";
import { type Artifacts, makeArtifacts } from "./artifacts.ts";
import { type Device, type Fleet, makeFleet, type Vars } from "./fleet.ts";
import { type Links, makeLinks } from "./links.ts";
import { namesIn } from "./live.ts";
import { type FleetRun, runOn } from "./program.ts";
import { type FakeServices, makeServices } from "./service.ts";

/** What a device does in a rollout; each is told in `misdeeds`. */
export type Misdeed = keyof typeof misdeeds;

/** A misdeed is prepared on the device, and may need something in the inventory. */
type Prepare = (device: Device, lanes: Lanes) => void | Vars | Promise<void | Vars>;

const misdeeds = {
  /** Nothing listens on its port. */
  "refuses": (_, { fleet }) => ({ ansible_port: fleet.device("nobody").port }),
  /** The connection is accepted, and then nothing comes, not even the banner. */
  "is silent": (device, { links }) => {
    links.cut(device.name);
    return links.vars[device.name];
  },
  /** The link is dropped in the middle of a task before the switch, and is back at once. */
  "drops its link early": async (device, { links }) => {
    await replaceProgram(device, "sync", `curl -s '${links.url}/${device.name}?drop'`);
    return links.vars[device.name];
  },
  /** A program of a task before the switch never ends. */
  "hangs early": (device) => replaceProgram(device, "sync", "exec sleep 60"),
  /** There is no room for the new set. Needs mounts. */
  "is full": async (device) => {
    const room = await freeBytes(device.deployDir);
    await Deno.writeFile(join(device.deployDir, "ballast"), new Uint8Array(room - 16_384));
  },
  /** Staging fails, on a device that has passed preflight. */
  "cannot stage": async (device) => {
    await Deno.remove(join(device.deployDir, ".lockstep/staging"), { recursive: true }).catch(() => {});
    await Deno.writeTextFile(join(device.deployDir, ".lockstep/staging"), "a file\n");
  },
  /** The service gets never ready with the new set. */
  "is sick": (device, { services, next }) => services.dislike(device, next, "sick"),
  /** The service fails to start with the new set. */
  "cannot start": (device, { services, next }) => services.dislike(device, next, "unstartable"),
  /** The restart never ends with the new set. */
  "hangs late": (device, { services, next }) => services.dislike(device, next, "stuck"),
  /** The link is dropped after the switch, and is back at once. */
  "drops its link late": async (device, { links, services, next }) => {
    await services.dislike(device, next, { program: `curl -s '${links.url}/${device.name}?drop'` });
    return links.vars[device.name];
  },
  /** The link is cut after the switch and stays so; the device restores itself. */
  "vanishes late": async (device, { links, services, next }) => {
    await services.dislike(device, next, { program: `curl -s '${links.url}/${device.name}'` });
    return { ...links.vars[device.name], confirm_timeout: 3 };
  },
  /** Another run works on it. */
  "is locked": async (device, { atWork }) => {
    await Deno.symlink(
      `${await atWork()} 20240101T000000Z-other0+token 2024-01-01T00:00:00Z somebody@elsewhere`,
      join(device.deployDir, ".lockstep/lock"),
    );
  },
  /** No misdeed: the new set is live already. */
  "is done": async (device, { templates }) => await fill(device, join(templates, "next")),
} as const satisfies Record<string, Prepare>;

/** Which devices misbehave, by their number from 1. */
export type Misdeeds = Readonly<Record<number, Misdeed>>;

/** Five devices. */
export interface Lane {
  readonly devices: readonly Device[];
  /** Puts the devices back on the old set, tells them how to behave and runs `deploy` of the new one. */
  deploy(misdeeds: Misdeeds, options: readonly string[], inventory?: Inventory): Promise<FleetRun>;
  /** The same up to the inventory, which it returns: for those who start the program themselves. */
  prepare(misdeeds: Misdeeds, inventory?: Inventory): Promise<string>;
}

/** What an inventory says beside where the devices are. */
export interface Inventory {
  /** How many of the hosts it has; all five where it is left out. */
  readonly hosts?: number;
  readonly vars?: Vars;
  readonly groups?: Readonly<Record<string, readonly string[]>>;
}

const hostsOfLane = 5;

/** Several lanes in one fleet, until disposed of. */
export class Lanes implements AsyncDisposable {
  private readonly free: Device[][] = [];
  private readonly waiting: ((devices: Device[]) => void)[] = [];
  private readonly busy: Deno.ChildProcess[] = [];
  private readonly misbehaved = new Set<Device>();
  private inventories = 0;

  private constructor(
    readonly fleet: Fleet,
    readonly services: FakeServices,
    readonly links: Links,
    readonly old: Artifacts,
    readonly next: Artifacts,
    private readonly mounted: boolean,
  ) {
    const devices = fleet.devices.filter(({ name }) => name !== "nobody");
    while (devices.length > 0) this.free.push(devices.splice(0, hostsOfLane));
  }

  /** `mounted`: the deploy path of every device is a small file system of its own, so that it can be full (as root). */
  static async make(count: number, { mounted = false } = {}): Promise<Lanes> {
    const names = Array.from({ length: count * hostsOfLane }, (_, at) => ({ name: `device-${at + 1}` }));
    const fleet = await makeFleet({ devices: [...names, { name: "nobody", kind: "refusing" }] });
    const old = await makeArtifacts(join(fleet.dir, "old"), { seed: 1, bytes: 40_000 });
    const next = await makeArtifacts(join(fleet.dir, "next"), { seed: 2, bytes: 40_000 });
    const lanes = new Lanes(fleet, await makeServices(fleet), await makeLinks(fleet), old, next, mounted);
    try {
      await lanes.buildTemplates();
    } catch (error) {
      await lanes[Symbol.asyncDispose]();
      throw error;
    }
    return lanes;
  }

  /** Pictures of a device on the old set and on the new one. */
  get templates(): string {
    return join(this.fleet.dir, "templates");
  }

  /** Works on a lane as soon as one is free. */
  async with<T>(work: (lane: Lane) => Promise<T>): Promise<T> {
    const devices = this.free.shift() ?? await new Promise<Device[]>((resolve) => this.waiting.push(resolve));
    const lane: Lane = {
      devices,
      prepare: (misdeeds, inventory = {}) => this.prepare(devices, misdeeds, inventory),
      deploy: async (misdeeds, options, inventory = {}) => {
        const path = await this.prepare(devices, misdeeds, inventory);
        return await runOn(this.fleet, path, ["deploy", "--artifacts", this.next.dir, ...options]);
      },
    };
    try {
      return await work(lane);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free.push(devices);
      else next(devices);
    }
  }

  /** A process that works, as the text of a lock names it: its id, its start and the boot. */
  readonly atWork = async (): Promise<string> => {
    const child = new Deno.Command("sh", { args: ["-c", "cat; :"], stdin: "piped" }).spawn();
    this.busy.push(child);
    const boot = (await Deno.readTextFile("/proc/sys/kernel/random/boot_id")).trim();
    const stat = await Deno.readTextFile(`/proc/${child.pid}/stat`);
    return `${child.pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]} ${boot}`;
  };

  private async prepare(
    devices: readonly Device[],
    who: Misdeeds,
    { hosts: count = devices.length, vars = {}, groups = {} }: Inventory,
  ): Promise<string> {
    await Promise.all(devices.map((device) => this.reset(device)));
    const hosts: Record<string, Vars> = {};
    for (const [at, device] of devices.slice(0, count).entries()) {
      if (who[at + 1] !== undefined) this.misbehaved.add(device);
      const prepare: Prepare | undefined = who[at + 1] && misdeeds[who[at + 1]!];
      hosts[`h${at + 1}`] = {
        ansible_port: device.port,
        deploy_path: device.deployPath,
        ...this.services.vars[device.name],
        health_attempts: 1,
        ...await prepare?.(device, this) ?? {},
      };
    }
    const path = join(this.fleet.dir, `lane-${++this.inventories}.yaml`);
    await Deno.writeTextFile(
      path,
      stringify({
        all: {
          vars: {
            ansible_host: "127.0.0.1",
            restart_settle: 0,
            confirm_timeout: 0,
            ...vars,
          },
          hosts,
          children: Object.fromEntries(
            Object.entries(groups).map(([group, names]) => [
              group,
              { hosts: Object.fromEntries(names.map((name) => [name, null])) },
            ]),
          ),
        },
      }),
    );
    return path;
  }

  /** Back to the old set, whatever the last rollout has left; no session and no misdeed stays. */
  private async reset(device: Device): Promise<void> {
    if (this.misbehaved.delete(device)) {
      this.links.mend(device.name, "reset");
      await device.drop();
      for (const name of await namesIn(device.binDir)) await Deno.remove(join(device.binDir, name));
    }
    await fill(device, join(this.templates, "old"));
  }

  private async buildTemplates(): Promise<void> {
    const devices = this.free[0]!;
    if (this.mounted) {
      for (const { deployDir } of this.free.flat()) await this.fleet.mountTmpfs(deployDir, 1_000_000);
    }
    await Deno.mkdir(join(this.templates, "old"), { recursive: true });
    await Deno.mkdir(join(this.templates, "next"));
    const [device] = devices;
    const inventory = await this.fleet.inventory({
      hosts: { [device!.name]: { ...this.services.vars[device!.name], restart_settle: 0 } },
    });
    for (const [name, set] of [["old", this.old], ["next", this.next]] as const) {
      const deploy = ["deploy", "--artifacts", set.dir, "--limit", device!.name];
      const run = await runOn(this.fleet, inventory, deploy);
      if (run.code !== 0) throw new Error(run.text);
      await copy(device!.deployDir, join(this.templates, name, "deploy"));
      await copy(join(device!.homeDir, "service"), join(this.templates, name, "service"));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.busy.splice(0)) {
      await child.stdin.close();
      await child.status;
    }
    await this.links[Symbol.asyncDispose]();
    await this.services[Symbol.asyncDispose]();
    await this.fleet[Symbol.asyncDispose]();
  }
}

/** Makes a device what a template is. */
async function fill(device: Device, template: string): Promise<void> {
  const service = join(device.homeDir, "service");
  for (const folder of [device.deployDir, service]) {
    for (const name of await namesIn(folder)) await Deno.remove(join(folder, name), { recursive: true });
  }
  await copy(join(template, "deploy"), device.deployDir);
  await copy(join(template, "service"), service);
}

/** Copies what is in a folder, with modes, owners, times and links. */
async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  const { success, stderr } = await new Deno.Command("cp", { args: ["-a", `${from}/.`, to] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Runs something in the place of a program of the device, and then the program. */
async function replaceProgram(device: Device, name: string, script: string): Promise<void> {
  const text = `#!/bin/sh\n${script}\nexec /usr/bin/${name} "$@"\n`;
  await Deno.writeTextFile(join(device.binDir, name), text, { mode: 0o755 });
}

async function freeBytes(folder: string): Promise<number> {
  const { stdout } = await new Deno.Command("stat", { args: ["-f", "-c", "%a %S", folder] }).output();
  const [blocks, size] = new TextDecoder().decode(stdout).split(" ").map(Number);
  return blocks! * size!;
}
