/**
 * Power cuts: at random moments of a deploy onto ext4 the disk is pictured as a power failure would leave it (see `tests/lab/disk.ts`), mounted
 * afresh with its journal replayed, and judged: the live name leads to the old set or to the new one, whole, and so is every backup.
 * Some devices really lose their power, boot from what is left and are deployed to again.
 *
 * The same cuts on devices whose `sync` does nothing must find torn sets: that shows that the cuts lose what was not synced.
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { type Artifacts, makeArtifacts } from "../../fleet/support/artifacts.ts";
import { assertSet, assertWhole, backupsOf, liveDir, namesIn } from "../../fleet/support/live.ts";
import { runOn, startOn } from "../../fleet/support/program.ts";
import { run } from "../../lab/command.ts";
import { users } from "../../lab/image.ts";
import { type Lab, type LabDevice, makeLab } from "../../lab/lab.ts";
import { assertSettled, delay, liftStartLimit, served, until } from "../lab_device.ts";
import { faultMatrix } from "../fault_matrix.ts";
import { seededRandom } from "../kills/random.ts";

/**
 * What is live before: a release of ours; a folder as the manual leaves it with a backup made by hand; or `former`, a release on a device as
 * an earlier version left it: staging open to everybody, what it restored devices with a link into the deploy path, and where root deploys,
 * deploy path and set belong to the service's user.
 */
export type Before = "release" | "folder" | "former";

export interface PowerOptions {
  readonly before: Before;
  /** How many deploys are cut, each on both devices. */
  readonly deploys: number;
  /** Moments of a deploy at which both disks are pictured. */
  readonly moments: number;
  readonly seed: number;
}

/** What the pictures showed. */
export interface PowerResult {
  readonly cuts: number;
  readonly old: number;
  readonly next: number;
  /** What was wrong with the others, where devices do not sync. */
  readonly torn: readonly string[];
}

/** Devices on ext4, one deployed to as `iotuser`, one as root. */
export class PowerField implements AsyncDisposable {
  /** The set that is live, on every device, and what each backup holds. */
  private live: Artifacts | undefined;
  private readonly backups = new Map<string, Map<string, Artifacts>>();
  private made = 0;
  /** How long a deploy takes that nobody cuts, in milliseconds. */
  private length: number | undefined;

  private constructor(
    readonly lab: Lab,
    private readonly inventory: string,
    /** Whether the devices' `sync` does what it says. */
    private readonly syncs: boolean,
  ) {}

  static async make(
    { syncs, as = ["user", "root"] }: { readonly syncs: boolean; readonly as?: readonly ("user" | "root")[] },
  ): Promise<PowerField> {
    const lab = await makeLab({
      devices: as.map((name) => ({ name, kind: "ext4", become: name === "root" })),
    });
    for (const device of lab.devices) {
      await liftStartLimit(device);
      if (!syncs) {
        // Before /usr/bin on every PATH of the device: of logins, of sudo and of systemd's own.
        const stub = join(device.root, "usr/local/bin/sync");
        await Deno.writeTextFile(stub, "#!/bin/sh\nexit 0\n");
        await Deno.chmod(stub, 0o755);
      }
    }
    const vars = {
      // With syncs every moment matters; without, the time after the switch, in which names reach the disk before data.
      restart_settle: syncs ? 1 : 3,
      keep_backups: 100,
    };
    return new PowerField(lab, await lab.inventory({ vars }), syncs);
  }

  /** Cuts the power at random moments of deploys. Throws if a picture is torn on devices that sync. */
  async cut({ before, deploys, moments, seed }: PowerOptions): Promise<PowerResult> {
    const random = seededRandom(seed);
    const torn: string[] = [];
    let [old, next] = [0, 0];
    const length = this.length ??= await this.measure(before);
    for (let deploy = 0; deploy < deploys; deploy++) {
      const [from, to] = [await this.prepare(before), await this.makeSet()];
      const at = Array.from({ length: moments }, (_, i) => (i + random()) / moments * 1.1 * length);
      let ended = false;
      const deploying = this.deploy(to).then(() => ended = true);
      const cuts = at.map(async (moment) => {
        await delay(moment);
        await Promise.all(this.lab.devices.map(async (device) => {
          const durable = ended;
          await using picture = await device.powerCut();
          const place = { name: device.name, deployPath: "", deployDir: picture.dir };
          try {
            const id = await this.judge(place, from, to);
            // What was confirmed before the cut stays.
            if (durable) assertEquals(id, to.id, "a confirmed set is lost");
            if (id === from.id) old++;
            else next++;
          } catch (error) {
            const why = `${device.name} over a ${before}, cut after ${Math.round(moment)} ms of ${
              Math.round(length)
            }: ${error instanceof Error ? error.message.trim() : error}`;
            if (this.syncs) throw new Error(`seed ${seed}: ${why}`, { cause: error });
            torn.push(why);
          }
        }));
      });
      const failures = (await Promise.allSettled([deploying, ...cuts])).filter((end) =>
        end.status === "rejected"
      );
      if (failures[0] !== undefined) throw failures[0].reason;
      await this.settle(to);
    }
    return { cuts: old + next + torn.length, old, next, torn };
  }

  /** Takes the power from a device at random moments of deploys, for good: it boots from what is left and is deployed to again. */
  async cutAndBoot(
    { before, deploys, seed }: Omit<PowerOptions, "moments">,
  ): Promise<{ old: number; next: number }> {
    const random = seededRandom(seed);
    const length = this.length ??= await this.measure(before);
    const moments = new Map<LabDevice, number>();
    let sets: readonly [from: Artifacts, to: Artifacts];
    const tried = await faultMatrix({
      fault: {
        name: `seed ${seed}: the power fails over a ${before}`,
        at: (moment) => `${Math.round(moment)} ms`,
        arm: (device, moment) => void moments.set(device, moment),
        fired: () => true,
      },
      places: this.lab.devices,
      points: Array.from({ length: deploys * this.lab.devices.length }, () => random() * 1.1 * length),
      prep: async () => void (sets = [await this.prepare(before), await this.makeSet()]),
      body: async (devices) => {
        const runs = await Promise.all(devices.map(async (device) => {
          const args = ["deploy", "--artifacts", sets[1].dir, "--limit", device.name];
          const deploying = startOn(this.lab, this.inventory, args);
          await delay(moments.get(device)!);
          deploying.kill();
          await device.kill();
          return await deploying.ended;
        }));
        return { text: runs.map(({ text }) => text).join("\n") };
      },
      check: async (device) => {
        const [from, to] = sets;
        try {
          const live = await this.judge(device, from, to);
          await device.boot();
          // A service that was told to start at boot is up, on whichever set; and a set that nobody confirmed is settled by the next run.
          await until("the service starts", 10, () => served(device));
          await this.judge(device, from, to);
          const again = await this.deploy(to, device);
          assertEquals(await this.judge(device, to), to.id, again);
          await assertSettled(device);
          assertEquals(await served(device), to.id, again);
          return live === from.id;
        } catch (error) {
          const said = await device.exec(["journalctl", "--no-pager", "-n", "60", "-u", "lockstep*"]);
          throw new Error(
            `${device.name}: ${error instanceof Error ? error.message : error}\n${said.stdout}`,
            {
              cause: error,
            },
          );
        }
      },
      after: () => this.settle(sets[1]),
    });
    const old = tried.filter(({ seen }) => seen).length;
    return { old, next: tried.length - old };
  }

  private async measure(before: Before): Promise<number> {
    await this.prepare(before);
    const set = await this.makeSet();
    const started = performance.now();
    await this.deploy(set);
    const length = performance.now() - started;
    await this.settle(set);
    return length;
  }

  private async makeSet(): Promise<Artifacts> {
    const seed = ++this.made;
    return await makeArtifacts(join(this.lab.dir, `set-${seed}`), { seed, files: 7, bytes: 300_000 });
  }

  /** Deploys a set to all devices or one; what the program said. */
  private async deploy(set: Artifacts, device?: LabDevice): Promise<string> {
    const limit = device === undefined ? [] : ["--limit", device.name];
    const outcome = await runOn(this.lab, this.inventory, ["deploy", "--artifacts", set.dir, ...limit]);
    assertEquals(outcome.code, 0, outcome.text);
    return outcome.text;
  }

  /** Brings the devices to what should be live before, on their disks; the set that is live then. */
  private async prepare(before: Before): Promise<Artifacts> {
    if (before === "folder") {
      const [set, older] = [await this.makeSet(), await this.makeSet()];
      for (const device of this.lab.devices) {
        await device.sh("systemctl stop phase4-inference");
        const at = (name: string) => join(device.deployDir, name);
        for (const name of await namesIn(device.deployDir)) {
          if (name !== "lost+found") await Deno.remove(at(name), { recursive: true });
        }
        await Deno.mkdir(at("backup"));
        await run(["cp", "-a", set.dir, at("artifacts_phase2")]);
        await run(["cp", "-a", older.dir, at("backup/20240101-120000")]);
        const owner = device.name === "user" ? users.iotuser : users.phase4;
        await run(["chown", "-R", `${owner}:${owner}`, at("artifacts_phase2"), at("backup")]);
        await device.sh("systemctl start phase4-inference");
        this.backups.set(device.name, new Map([["20240101-120000", older]]));
      }
      this.live = set;
    } else if (this.live === undefined) {
      const set = await this.makeSet();
      await this.deploy(set);
      await this.settle(set);
    }
    assert(this.live !== undefined);
    if (before === "former") { for (const device of this.lab.devices) await makeFormer(device); }
    for (const device of this.lab.devices) await run(["sync", "-f", device.deployDir]);
    return this.live;
  }

  /** Notes what is on the devices after a deploy that ended well. */
  private async settle(live: Artifacts): Promise<void> {
    for (const device of this.lab.devices) {
      const known = this.backups.get(device.name) ?? new Map<string, Artifacts>();
      for (const name of await backupsOf(device)) {
        if (!known.has(name)) known.set(name, this.live!);
      }
      this.backups.set(device.name, known);
    }
    this.live = live;
  }

  /** Asserts that one of the sets is live, whole, and every backup; the id of the live one. */
  private async judge(
    place: Pick<LabDevice, "name" | "deployPath" | "deployDir">,
    ...sets: readonly Artifacts[]
  ): Promise<string> {
    const id = await assertWhole(place, ...sets);
    const known = this.backups.get(place.name) ?? new Map<string, Artifacts>();
    const found = await backupsOf(place);
    for (const [name, set] of known) {
      assert(found.includes(name), `backup ${name} is lost`);
      await assertSet(join(place.deployDir, "backup", name), `backup ${name}`, set);
    }
    for (const name of found) {
      if (!known.has(name)) {
        await assertSet(join(place.deployDir, "backup", name), `new backup ${name}`, this.live!);
      }
    }
    await assertRemembers(place, id, this.live!);
    return id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]();
  }
}

/**
 * Asserts that a device has not forgotten what is under way: where another set than the old one is live, either its journal leads back to
 * the old one, or its history says that the new one was confirmed. And what it would restore itself with is whole.
 */
async function assertRemembers(
  { deployDir }: Pick<LabDevice, "deployDir">,
  id: string,
  old: Artifacts,
): Promise<void> {
  const journal = await readText(join(deployDir, ".lockstep/journal"));
  if (journal !== undefined) {
    const [, release, previous, rest = ""] =
      /^release=(.+)\nprevious=(.*)\nrun=.+\nsince=.+\n([^]*)$/.exec(journal) ?? [];
    // The restart writes its line again, behind the other. A device on its way back does not know what ran before.
    const isWhole = /^(restarted=.*\nserving=.*|serving=.*\nrestarted=.*)\n$/.test(rest) ||
      (release === previous && /^restarted=.*\n$/.test(rest));
    assert(previous !== undefined && isWhole, `the journal is torn: ${JSON.stringify(journal)}`);
    if (id !== old.id) await assertSet(join(deployDir, previous), "what the journal leads back to", old);
  } else if (id !== old.id) {
    const history = await readText(join(deployDir, ".lockstep/history")) ?? "";
    assertStringIncludes(history.trimEnd().split("\n").at(-1) ?? "", id, "the switch is forgotten");
  }
  const names = await namesIn(join(deployDir, ".lockstep"));
  if (names.some((name) => name.startsWith("armed."))) {
    for (const name of ["script", "restart"]) {
      assertMatch(
        await readText(join(deployDir, ".lockstep/restore", name)) ?? "",
        /\S\n$/,
        `restore/${name}`,
      );
    }
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function makeFormer(device: LabDevice): Promise<void> {
  const at = (...names: string[]) => join(device.deployDir, ".lockstep", ...names);
  const root = device.name === "root";
  const owner = root ? 0 : users.iotuser;
  await Deno.mkdir(at("staging/0123456789abcdef/labels"), { recursive: true });
  await Deno.writeTextFile(at("staging/0123456789abcdef/model_hybrid.onnx"), "half");
  await Deno.chmod(at("staging"), 0o755);
  await Deno.writeTextFile(at("journal.next"), "release=");
  await run(["chown", "-R", `${owner}:${owner}`, at("staging"), at("journal.next")]);
  if (!root) return;
  const service = `${users.phase4}:${users.phase4}`;
  await run(["chown", service, device.deployDir]);
  await run(["chown", "-hR", service, await liveDir(device) ?? "", at("staging/0123456789abcdef")]);
  const unit = (await device.sh(`printf %s '${device.deployPath}' | cksum`)).split(" ")[0]!;
  const name = `lockstep-restore-${unit}.service`;
  await device.sh(
    `ln -sf '${device.deployPath}/.lockstep/restore/${name}' /etc/systemd/system/multi-user.target.wants/${name}
     ln -sf '${device.deployPath}/.lockstep/restore/${name}' /etc/systemd/system/${name}`,
  );
}
