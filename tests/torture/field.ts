/**
 * The field that the torture takes place in: loopback devices of one kind, each with a service, brought to a scene (what was deployed before)
 * as often as needed; and the contract's invariants, judged from outside.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { basename, join } from "@std/path";
import { type Artifacts, makeArtifacts } from "../fleet/support/artifacts.ts";
import { type Device, type DeviceOptions, type Fleet, makeFleet, type Vars } from "../fleet/support/fleet.ts";
import { assertSet, assertWhole, backupsOf, liveDir, namesIn } from "../fleet/support/live.ts";
import { type FleetRun, runOn, statuses } from "../fleet/support/program.ts";
import { type FakeServices, makeServices } from "../fleet/support/service.ts";
import { diffTrees, snapshotTree, type Tree } from "../fleet/support/tree.ts";
import type { Need } from "../support.ts";
import { type Links, makeLinks } from "../fleet/support/links.ts";

/**
 * What the devices are: `exchange` has python3 or perl, so that a folder and a link can change places at once; `plain` has neither; `tiny`
 * is dropbear and busybox.
 */
export type Kind = "exchange" | "plain" | "tiny";

/**
 * What is live before: a release of ours with two backups; a folder as the manual leaves it with one backup made by hand; or `former`, a
 * release as an earlier version left it, where root deployed for a service whose user owns the deploy path and the set, and was cut in the
 * middle of an upload: staging was open to everybody then.
 */
export type Scene = "release" | "folder" | "former";

/** The user of the service in the scene `former`. */
export const serviceUser = 6001;

export const kinds: readonly Kind[] = ["exchange", "plain", "tiny"];

export function needsOf(kind: Kind): readonly Need[] {
  return kind === "tiny" ? ["sshd", "mounts", "dropbear", "busybox"] : ["sshd", "curl"];
}

/** Programs that can exchange two names. */
const exchangers = ["python3", "perl", "python"];

export interface FieldOptions {
  readonly kind: Kind;
  readonly devices: number;
  /** For every host, over the services' and the links'. */
  readonly vars?: Vars;
  /** Bytes of a set. */
  readonly bytes?: number;
  /** Whether each device has a folder of programs of its own, `bin`, that may be changed; `plain` ones always do. */
  readonly ownPrograms?: boolean;
  /** The sets that new backups may be of. Default: `old` alone. */
  readonly backedUp?: readonly ("old" | "next")[];
}

export class Field implements AsyncDisposable {
  private readonly templates = new Map<Scene, string>();
  private outside = new Map<string, Tree>();
  private backups = new Map<string, Tree>();

  private constructor(
    readonly kind: Kind,
    readonly fleet: Fleet,
    readonly services: FakeServices,
    readonly links: Links,
    private readonly vars: Vars,
    /** What is live in a scene, what is deployed over it, and one whose service never gets ready. */
    readonly sets: Readonly<Record<"zero" | "first" | "old" | "next" | "sick", Artifacts>>,
    private readonly backedUp: readonly Artifacts[],
  ) {}

  static async make(
    { kind, devices, vars = {}, bytes = 200_000, ownPrograms = false, backedUp = ["old"] }: FieldOptions,
  ): Promise<Field> {
    const options: Readonly<Record<Kind, DeviceOptions>> = {
      tiny: { kind: "tiny" },
      plain: { without: exchangers },
      exchange: ownPrograms ? { without: [] } : {},
    };
    const fleet = await makeFleet({ devices: Array.from({ length: devices }, () => options[kind]) });
    const set = (name: string, seed: number, extra: readonly string[] = []) =>
      makeArtifacts(join(fleet.dir, name), { seed, bytes, files: 7, extra });
    const sets = {
      zero: await set("zero", 5),
      first: await set("first", 1),
      old: await set("old", 2),
      next: await set("next", 3),
      sick: await set("sick", 4, ["sick"]),
    };
    return new Field(
      kind,
      fleet,
      await makeServices(fleet),
      await makeLinks(fleet),
      vars,
      sets,
      backedUp.map((name) => sets[name]),
    );
  }

  get devices(): readonly Device[] {
    return this.fleet.devices;
  }

  /** An inventory; `through` leads through the links, which can be cut. */
  async inventory(
    devices: readonly Device[],
    through: "directly" | "links",
    vars: Vars = {},
  ): Promise<string> {
    const hosts = Object.fromEntries(
      this.devices.map(({ name }) => [name, {
        ...this.services.vars[name],
        ...(through === "links" ? this.links.vars[name] : {}),
        health_attempts: 1,
        keep_backups: 20,
        ...this.vars,
        ...vars,
      }]),
    );
    const names = devices.map(({ name }) => name);
    return await this.fleet.inventory({ hosts, groups: { some: names } });
  }

  /** Runs a command of the program on some devices. */
  async run(devices: readonly Device[], args: readonly string[], vars: Vars = {}): Promise<FleetRun> {
    const inventory = await this.inventory(devices, "directly", vars);
    return await runOn(this.fleet, inventory, [...args, "--limit", "some"]);
  }

  async deploy(devices: readonly Device[], set: Artifacts, vars: Vars = {}): Promise<FleetRun> {
    const all = ["--max-failures", "100%", "--forks", String(devices.length)];
    return await this.run(devices, ["deploy", "--artifacts", set.dir, ...all], vars);
  }

  /** Brings devices to a scene, whatever they were left in, and remembers what must not change any more. */
  async reset(devices: readonly Device[], scene: Scene): Promise<void> {
    const template = this.templates.get(scene) ?? await this.build(scene);
    await Promise.all(devices.map(async (device) => {
      await replace(join(template, "deploy"), device.deployDir);
      await replace(join(template, "service"), join(device.homeDir, "service"));
      this.outside.set(device.name, await this.outsideOf(device));
      this.backups.set(device.name, await snapshotTree(join(device.deployDir, "backup")));
    }));
  }

  /** Makes a scene by real deploys on the first device, and keeps a copy. */
  private async build(scene: Scene): Promise<string> {
    const [device] = this.devices;
    const template = join(this.fleet.dir, `scene-${scene}`);
    const service = join(device!.homeDir, "service");
    await emptyFolder(device!.deployDir);
    if (scene === "folder") {
      await copy(this.sets.old.dir, join(device!.deployDir, "artifacts_phase2"));
      await copy(this.sets.first.dir, join(device!.deployDir, "backup/20240101-120000"));
      await Deno.copyFile(join(this.sets.old.dir, "metadata.json"), join(service, "version"));
    } else {
      for (const set of [this.sets.zero, this.sets.first, this.sets.old]) {
        const run = await this.deploy([device!], set);
        assertEquals(run.code, 0, run.text);
      }
    }
    if (scene === "former") await this.makeFormer(device!);
    await copy(device!.deployDir, join(template, "deploy"));
    await copy(service, join(template, "service"));
    this.templates.set(scene, template);
    return template;
  }

  /** Makes a device one that an earlier version has left. */
  private async makeFormer(device: Device): Promise<void> {
    const at = (...names: string[]) => join(device.deployDir, ".lockstep", ...names);
    // Where its service is, its user can go.
    await Deno.chmod(this.fleet.dir, 0o711);
    await Deno.mkdir(at("staging"), { recursive: true });
    await Deno.chmod(at("staging"), 0o755);
    for (const { id, dir, files } of [this.sets.next, this.sets.sick]) {
      const [whole = "", half = ""] = Object.keys(files).filter((name) => !name.includes("/"));
      await Deno.mkdir(at("staging", id));
      await Deno.copyFile(join(dir, whole), at("staging", id, whole));
      const bytes = await Deno.readFile(join(dir, half));
      await Deno.writeFile(at("staging", id, half), bytes.subarray(0, bytes.length / 2));
    }
    // One that was cut while it was given away.
    await Deno.mkdir(at("staging", this.sets.first.id, "labels"), { recursive: true });
    await Deno.chown(at("staging", this.sets.first.id), serviceUser, serviceUser);
    await Deno.writeTextFile(at("restart.log"), "started\n", { mode: 0o644 });
    await Deno.writeTextFile(at("journal.next"), "release=");
    const owner = `${serviceUser}:${serviceUser}`;
    const { success } = await new Deno.Command("chown", {
      args: ["-hR", owner, await liveDir(device) ?? "", join(device.deployDir, "backup")],
    }).output();
    assert(success, "chown");
    await Deno.chown(device.deployDir, serviceUser, serviceUser);
  }

  /**
   * The invariants, at this instant: the live name leads to one complete set, one of those named; no earlier backup is lost or altered, and
   * a new one is complete; nothing was written outside of the deploy path. Returns the id of the live set.
   */
  async judge(device: Device, ...sets: readonly Artifacts[]): Promise<string> {
    const id = await assertWhole(device, ...sets);
    await this.judgeRest(device);
    return id;
  }

  /**
   * The same where a device cannot exchange two names: between two renames of a first deploy its live name may be missing, but then its journal
   * tells so and the old set is whole where the journal says. Undefined where it is missing.
   */
  async judgeWindow(device: Device, old: Artifacts, next: Artifacts): Promise<string | undefined> {
    if (await liveDir(device) !== undefined) return await this.judge(device, old, next);
    const journal = await Deno.readTextFile(join(device.deployDir, ".lockstep/journal"));
    const previous = /^previous=(.+)$/m.exec(journal)?.[1];
    assert(
      previous !== undefined,
      `${device.name}'s live name is missing, and its journal knows no old set: ${journal}`,
    );
    await assertSet(join(device.deployDir, previous), `${device.name}'s ${previous}`, old);
    await this.judgeRest(device);
    return undefined;
  }

  private async judgeRest(device: Device): Promise<void> {
    const before = this.backups.get(device.name)!;
    const folder = join(device.deployDir, "backup");
    const after = await snapshotTree(folder);
    const kept = new Map([...after].filter(([path]) => path !== "" && before.has(path)));
    const expected = new Map([...before].filter(([path]) => path !== ""));
    assertEquals(diffTrees(expected, kept), [], `${device.name}'s backups were touched`);
    for (const name of await backupsOf(device)) {
      if (!before.has(name)) {
        await assertSet(join(folder, name), `${device.name}'s new backup ${name}`, ...this.backedUp);
      }
    }
    const outside = diffTrees(this.outside.get(device.name)!, await this.outsideOf(device));
    assertEquals(outside, [], `${device.name}: written outside of the deploy path`);
  }

  /** All that the device has beside its deploy path and its service: a write shows in the time of a change at least. */
  private async outsideOf(device: Device): Promise<Tree> {
    const root = this.kind === "tiny" ? join(device.dir, "tree") : device.dir;
    const ignored = [device.deployDir, join(device.homeDir, "service"), join(device.dir, "log")];
    // The server's own.
    if (this.kind === "tiny") ignored.push(...["proc", "var/run", "dev"].map((name) => join(root, name)));
    const prune = ignored.flatMap((path, i) => [...(i > 0 ? ["-o"] : []), "-path", path]);
    const told = "%P\\0%y %m %U:%G inode %i ctime %C@ -> %l\\0";
    const { success, stdout, stderr } = await new Deno.Command("find", {
      args: [root, "(", ...prune, ")", "-prune", "-o", "-printf", told],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const fields = new TextDecoder().decode(stdout).split("\0");
    return new Map(
      fields.flatMap((path, i) => i % 2 === 0 && fields[i + 1] ? [[path, fields[i + 1]!] as const] : []),
    );
  }

  /** Asserts that no run is unfinished on a device: no journal, no lock, nothing that waits to restore it. */
  async assertSettled(device: Device): Promise<void> {
    const names = (await namesIn(join(device.deployDir, ".lockstep"))).filter((name) =>
      !["backups", "failed", "history", "releases", "restart.log", "staging"].includes(name)
    );
    assertEquals(names, [], `${device.name} has leftovers`);
    assertEquals(await waiting(device), [], `${device.name} still waits to restore itself`);
  }

  /** What only takes room on a device: staging folders, and releases that are not live. */
  private async leftovers(device: Device): Promise<string[]> {
    const live = basename(await liveDir(device) ?? "");
    const [staging, releases] = await Promise.all(
      ["staging", "releases"].map((name) => namesIn(join(device.deployDir, ".lockstep", name))),
    );
    return [...staging!, ...releases!.filter((name) => name !== live)];
  }

  /** The id of the set that the service of a device has loaded. */
  async served(device: Device): Promise<string> {
    const text = await Deno.readTextFile(join(device.homeDir, "service", "version")).catch(() => "");
    const set = Object.values(this.sets);
    for (const { dir, id } of set) {
      if (await Deno.readTextFile(join(dir, "metadata.json")) === text) return id;
    }
    return text === "" ? "nothing" : "an unknown set";
  }

  /**
   * Asserts that the devices converge: a deploy of `set` ends well within `seconds`, the service runs on it, no run is unfinished; that
   * the deploy after that finds nothing to do; and that cleanup removes what only took room. Returns how each device ended the first one.
   */
  async assertConverges(
    devices: readonly Device[],
    set: Artifacts,
    seconds: number,
  ): Promise<Record<string, string>> {
    const started = performance.now();
    // That it comes in time to confirm is not the question here.
    const inTime = { confirm_timeout: 120 };
    const run = await this.deploy(devices, set, inTime);
    const took = (performance.now() - started) / 1000;
    assertEquals(run.code, 0, run.text);
    assert(took < seconds, `it took ${took} s to converge: ${run.text}`);
    const first = statuses(await run.report());
    for (const device of devices) {
      await this.judge(device, set);
      assertEquals(
        await this.served(device),
        set.id,
        `${device.name}'s service runs on another set: ${run.text}`,
      );
      await this.assertSettled(device);
    }
    const again = await this.deploy(devices, set, inTime);
    assertEquals(
      [again.code, statuses(await again.report())],
      [0, Object.fromEntries(devices.map(({ name }) => [name, "ok"]))],
      again.text,
    );
    const messy = [];
    for (const device of devices) if ((await this.leftovers(device)).length > 0) messy.push(device);
    if (messy.length > 0) {
      const cleanup = await this.run(messy, ["cleanup"]);
      assertEquals(cleanup.code, 0, cleanup.text);
      for (const device of messy) {
        assertEquals(await this.leftovers(device), [], `${device.name} after cleanup: ${cleanup.text}`);
        await this.judge(device, set);
      }
    }
    return first;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.links[Symbol.asyncDispose]();
    await this.services[Symbol.asyncDispose]();
    await this.fleet[Symbol.asyncDispose]();
  }
}

/** The processes that wait on a device to restore it. */
export async function waiting(device: Device): Promise<number[]> {
  const script = `${device.deployPath}/.lockstep/restore/script`;
  const pids: number[] = [];
  for (const name of await namesIn("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const words = (await Deno.readTextFile(`/proc/${name}/cmdline`)).split("\0");
      if (!words.includes(script)) continue;
      // Tiny devices have the same path inside their roots.
      const root = await Deno.readLink(`/proc/${name}/root`);
      if ((root === "/" ? "" : root) + device.deployPath === device.deployDir) pids.push(Number(name));
    } catch (error) {
      // ESRCH: it has ended while it was read.
      const gone = error instanceof Error && /os error 3\)/.test(error.message);
      if (!gone && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return pids;
}

async function emptyFolder(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) await Deno.remove(join(folder, name), { recursive: true });
}

async function replace(from: string, to: string): Promise<void> {
  await emptyFolder(to);
  await copy(from, to);
}

/** Copies what is in a folder, with modes, owners, times and links. */
async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  const { success, stderr } = await new Deno.Command("cp", { args: ["-a", `${from}/.`, to] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
