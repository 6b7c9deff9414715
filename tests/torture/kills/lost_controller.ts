/**
 * Lost controllers: a deploy of a set that never gets ready, or only late, whose controller is killed or cut off between the switch and the
 * confirmation. The device brings its old set back by itself: by systemd's timer where root deploys, by a shell of its own elsewhere.
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { type Artifacts, makeArtifacts } from "../../fleet/support/artifacts.ts";
import { assertWhole, backupsOf } from "../../fleet/support/live.ts";
import { errorOf, type FleetRun, runOn, startOn, statuses } from "../../fleet/support/program.ts";
import { type Lab, type LabDevice, makeLab } from "../../lab/lab.ts";
import { makeSickArtifacts } from "../../lab/sets.ts";
import {
  assertSettled,
  historyOf,
  isActive,
  journalField,
  leftovers,
  liftStartLimit,
  liveSlot,
  served,
  until,
} from "../lab_device.ts";
import { control } from "./request_faults.ts";

/**
 * - `armed`: killed when the device has been armed and before anything is switched: it has nothing to restore, and forgets it.
 * - `twice`: killed after the restart; the next controller takes its run over, and is killed when it has armed the device.
 * - `switched`: killed as soon as the live name leads to the new set; `restarted`: once the service has been restarted on it.
 * - `slow`: the same, while a good set takes its time to get ready.
 * - `reboot`: killed, and then the device loses its power before its time is up, and boots.
 * - `link`: the link is cut after the restart and mended once the device has restored itself and the controller has given up.
 * - `late`: the controller lives, but waits for health for longer than the device does.
 */
export const losses = ["armed", "twice", "switched", "restarted", "slow", "reboot", "link", "late"] as const;
export type Loss = typeof losses[number];

/** Seconds that a device waits, and what the promise allows on top of it. */
const confirmTimeout = 8;
const grace = 10;

/** Another one for the first controller: shorter than health takes, or long enough for a second controller to come in time. */
const firstTimeout: Readonly<Partial<Record<Loss, number>>> = { late: 5, twice: 60 };

const devices = [
  { name: "root", kind: "systemd", become: true },
  { name: "user", kind: "systemd" },
  { name: "tiny", kind: "tiny" },
] as const;

/** Three devices, or some of them: root on Debian, `iotuser` on Debian, and a tiny one. */
export class LostField implements AsyncDisposable {
  private made = 0;
  /** The set that is live on each device. */
  private readonly live = new Map<LabDevice, Artifacts>();

  private constructor(readonly lab: Lab, private readonly inventory: string) {}

  static async make(names: readonly string[] = ["root", "user", "tiny"]): Promise<LostField> {
    const lab = await makeLab({ devices: devices.filter(({ name }) => names.includes(name)) });
    const vars = {
      confirm_timeout: confirmTimeout,
      health_attempts: 60,
      restart_settle: 1,
      // A dead link is noticed after 3 s instead of 15.
      ansible_ssh_common_args: "-o ServerAliveInterval=1",
    };
    const field = new LostField(lab, await lab.inventory({ vars }));
    await Promise.all(lab.devices.map(async (device) => {
      if (device.kind !== "tiny") await liftStartLimit(device);
    }));
    const first = await field.makeSet();
    await Promise.all(lab.devices.map((device) => field.deployWell(device, first)));
    return field;
  }

  /**
   * Lets it happen on all devices at once, each with a controller of its own. Seconds from the switch until each was back on the old set, its
   * service active on it and nothing left waiting.
   */
  async lose(loss: Loss): Promise<{ device: string; seconds: number | null }[]> {
    const sick = loss === "slow"
      ? await makeSickArtifacts(this.folder(), { start_seconds: 40 }, { seed: this.made, files: 7 })
      : await makeSickArtifacts(this.folder(), { ready: false }, { seed: this.made, files: 7 });
    const next = await this.makeSet();
    return await Promise.all(this.lab.devices.map(async (device) => {
      try {
        const seconds = loss === "armed"
          ? await this.loseArmed(device, sick)
          : await this.loseOn(device, loss, sick);
        // Whatever was left, the next deploy settles it.
        await this.deployWell(device, next);
        return { device: device.name, seconds };
      } catch (error) {
        const console = (await device.console()).split("\n").slice(-5).join("\n");
        throw new Error(
          `${loss} on ${device.name}: ${error instanceof Error ? error.message : error}\n${console}`,
          { cause: error },
        );
      }
    }));
  }

  private async loseOn(device: LabDevice, loss: Loss, sick: Artifacts): Promise<number | null> {
    const old = this.live.get(device)!;
    const backups = await backupsOf(device);
    const deploying = startOn(this.lab, this.inventory, [
      ...["deploy", "--artifacts", sick.dir],
      ...["--limit", device.name],
      ...["-e", `confirm_timeout=${firstTimeout[loss] ?? confirmTimeout}`],
      // A killed controller's ssh stays on a dropbear server until the program there has ended, and so does the lock.
      ...(loss === "twice" ? ["-e", "health_attempts=5"] : []),
    ]);
    await until("the switch", 60, async () => (await liveSlot(device)) === sick.id);
    let switched = Date.now();
    await assertWhole(device, sick);
    if (loss !== "switched") {
      await until("the restart", 60, async () => (await journalField(device, "restarted")) === "yes");
    }
    if (loss === "link") await device.cutLink();
    else if (loss !== "late") deploying.kill();

    if (loss === "twice") {
      await deploying.ended;
      await this.killOnceArmed(device, await this.makeSet());
      await assertWhole(device, sick);
      switched = Date.now();
    }
    if (loss === "reboot") {
      await device.kill();
      await deploying.ended;
      await device.boot();
      if (!await this.settlesAtBoot(device, old, sick)) return null;
    }
    const limit = confirmTimeout + grace;
    await until(`back on the old set within ${limit} s`, limit - (Date.now() - switched) / 1000, async () => {
      // The watch must not be what keeps it: nothing is asked of a device that is not back yet.
      if (await liveSlot(device) === sick.id) return false;
      return await served(device) === old.id && await isActive(device) &&
        (await waiting(device)).length === 0;
    }).catch(async (cause) => {
      const found = {
        live: await liveSlot(device),
        served: await served(device),
        active: await isActive(device),
        left: await waiting(device),
      };
      throw new Error(`${cause.message}: ${JSON.stringify(found)}`, { cause });
    });
    const seconds = (Date.now() - switched) / 1000;
    assertEquals(await device.liveSet().then((set) => [set?.id, set?.problems]), [old.id, []]);
    assertEquals((await backupsOf(device)).slice(0, backups.length), backups, "earlier backups");
    const last = (await historyOf(device)).at(-1);
    assertEquals([last?.event, last?.release.replace(/\.b$/, "")], ["restored", old.id]);
    if (loss === "link") await this.assertTellsOfRestore(device, await deploying.ended);
    if (loss === "late") await this.assertRolledBack(device, old, await deploying.ended);
    await deploying.ended;
    return seconds;
  }

  /** Seconds until nothing waits any more on a device whose controller was killed between arming it and the switch. */
  private async loseArmed(device: LabDevice, sick: Artifacts): Promise<number> {
    const good = this.live.get(device)!;
    await this.killOnceArmed(device, sick);
    const began = Date.now();
    const found = await waiting(device);
    assert(found.some((name) => name.startsWith(".lockstep/armed.")), found.join(", "));
    const limit = confirmTimeout + grace;
    await until(`nothing waits within ${limit} s`, limit, async () => (await waiting(device)).length === 0);
    await assertWhole(device, good);
    assertEquals(await served(device), good.id);
    return (Date.now() - began) / 1000;
  }

  /** Kills the controller of a deploy between arming the device and the switch. */
  private async killOnceArmed(device: LabDevice, set: Artifacts): Promise<void> {
    const orders = {
      fate: "controller",
      moments: { [device.name]: { name: "arm", when: "after" } },
    } as const;
    const { code, words, text } = await control(orders, [
      ...["--inventory", this.inventory, "--limit", device.name],
      ...["--ssh-config", this.lab.sshConfig, "--artifacts", set.dir],
    ]);
    const last = words.findLast((word) => word.type === "request");
    assertEquals([code, last?.name], [128 + 9, "arm"], text);
  }

  /**
   * After a reboot: where root deploys on systemd, the old set was live before the service was started. Elsewhere the new one is live,
   * unconfirmed, and `status` says so; false.
   */
  private async settlesAtBoot(device: LabDevice, old: Artifacts, sick: Artifacts): Promise<boolean> {
    if (device.name === "root") {
      assertEquals(await liveSlot(device), old.id, "live after the boot");
      await until("the service serves", 10, () => served(device));
      // It may have kept what earlier boots said.
      const said = await device.sh("journalctl -b -u phase4-inference -o cat | grep serving");
      const { version } = JSON.parse(await Deno.readTextFile(join(old.dir, "metadata.json")));
      assertEquals(
        said,
        `phase4-inference: serving ${version}`,
        "what the service has served since the boot",
      );
      return true;
    }
    await assertWhole(device, sick);
    const status = await runOn(this.lab, this.inventory, [
      ...["status", "--output", "json"],
      ...["--limit", device.name],
    ]);
    const [host] = (JSON.parse(status.stdout) as { hosts: { unfinished: string | null }[] }).hosts;
    assertEquals(host?.unfinished, await journalField(device, "run"), status.text);
    assert(host?.unfinished, status.text);
    return false;
  }

  /** The report of a controller that was cut off: it is told what the device does by itself, beside what failed first. */
  private async assertTellsOfRestore(device: LabDevice, run: FleetRun): Promise<void> {
    await device.mendLink();
    const report = await run.report();
    assertEquals([run.code, statuses(report)], [2, { [device.name]: "failed" }], run.text);
    const { rollbackError } = report.hosts[0]!;
    assertEquals(rollbackError?.action, "connect", run.text);
    assertMatch(rollbackError?.next ?? "", /brings the old set back by itself/);
    assertEquals(errorOf(report, device.name).kind, "dropped", run.text);
  }

  /** The report of a controller that was too late. */
  private async assertRolledBack(device: LabDevice, old: Artifacts, run: FleetRun): Promise<void> {
    const report = await run.report();
    assertEquals([run.code, statuses(report)], [2, { [device.name]: "rolled_back" }], run.text);
    assertEquals(report.hosts[0]?.release, old.id, run.text);
    assertStringIncludes(errorOf(report, device.name).evidence, "brought the old set back by itself");
    assertStringIncludes(run.text, "brought the old set back by itself");
  }

  /** Deploys a set that is well; the device ends on it, settled, and the deploy after that has nothing to do. */
  private async deployWell(device: LabDevice, set: Artifacts): Promise<void> {
    const args = ["deploy", "--artifacts", set.dir, "--limit", device.name];
    const run = await runOn(this.lab, this.inventory, args);
    assertEquals([run.code, statuses(await run.report())], [0, { [device.name]: "changed" }], run.text);
    const again = await runOn(this.lab, this.inventory, args);
    assertEquals([again.code, statuses(await again.report())], [0, { [device.name]: "ok" }], again.text);
    await assertWhole(device, set);
    assertEquals(await served(device), set.id, run.text);
    await assertSettled(device);
    this.live.set(device, set);
  }

  private async makeSet(): Promise<Artifacts> {
    const dir = this.folder();
    return await makeArtifacts(dir, { seed: this.made, files: 7 });
  }

  private folder(): string {
    return join(this.lab.dir, `set-${++this.made}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]();
  }
}

/** What is left on a device but the lock of the controller that is gone, which the next run takes over. */
async function waiting(device: LabDevice): Promise<string[]> {
  return (await leftovers(device)).filter((name) => name !== ".lockstep/lock");
}
