/**
 * Sick sets: the service never gets ready, ends after two seconds, refuses a digest, or ends at once, again and again. The old set is brought
 * back and the service runs on it; the report has the service's own words; the set is not offered again without --force.
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { type Artifacts, makeArtifacts } from "../../fleet/support/artifacts.ts";
import { assertWhole } from "../../fleet/support/live.ts";
import { errorOf, runOn, statuses } from "../../fleet/support/program.ts";
import { type Lab, type LabDevice, makeLab } from "../../lab/lab.ts";
import { makeSickArtifacts, type Sickness } from "../../lab/sets.ts";
import { assertSettled, isActive, served } from "../lab_device.ts";

export interface Illness {
  readonly name: string;
  readonly sickness: Sickness;
  readonly kind: "service" | "unhealthy";
  /** What the service says, which the report must have. */
  readonly words: RegExp;
  /** The unit checks the set before it starts, and is started again at once, as systemd does where a unit does not say otherwise. */
  readonly checks?: true;
}

export const illnesses: readonly Illness[] = [
  {
    name: "never ready",
    sickness: { ready: false },
    kind: "unhealthy",
    words: /phase4-inference: serving sick ready/,
  },
  {
    name: "starts and dies after 2 s",
    sickness: { die_after: 2 },
    kind: "service",
    words: /phase4-inference: the model has run out of memory/,
  },
  {
    name: "a wrong digest noticed by the service",
    sickness: { expect: { "scaler.pkl": "0".repeat(64) } },
    kind: "service",
    words: /phase4-inference: scaler\.pkl: expected 0{64} != actual [0-9a-f]{64}/,
  },
  {
    // systemd gives up after five starts in ten seconds, and then refuses to start the service on the old set as well.
    name: "ends at once, as often as systemd starts it",
    sickness: { refuse: "no such model" },
    kind: "service",
    words: /phase4-inference: no such model/,
    checks: true,
  },
];

/** Debian devices, one for each illness and way of logging in. */
export class SickField implements AsyncDisposable {
  private constructor(
    readonly lab: Lab,
    private readonly inventory: string,
    private readonly old: Artifacts,
    private readonly some: readonly Illness[],
  ) {}

  static async make(ways: readonly ("root" | "user")[], some = illnesses): Promise<SickField> {
    const lab = await makeLab({
      devices: some.flatMap((_, i) =>
        ways.map((way) => ({ name: `${way}-${i}`, kind: "systemd" as const, become: way === "root" }))
      ),
    });
    const old = await makeArtifacts(join(lab.dir, "old"), { seed: 1, files: 7 });
    const inventory = await lab.inventory({ vars: { health_attempts: 3, restart_settle: 4 } });
    const run = await runOn(lab, inventory, ["deploy", "--artifacts", old.dir, "-e", "restart_settle=1"]);
    assertEquals(run.code, 0, run.text);
    return new SickField(lab, inventory, old, some);
  }

  /** Deploys each illness to its devices, all at once. */
  async run(): Promise<number> {
    const ends = await Promise.allSettled(this.some.map(async (illness, i) => {
      const devices = this.lab.devices.filter(({ name }) => name.endsWith(`-${i}`));
      if (illness.checks) { for (const device of devices) await letUnitCheck(device); }
      await this.fallIll(devices, illness, i);
    }));
    const failures = ends.flatMap((end) => end.status === "rejected" ? [end.reason] : []);
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("\n"));
    return this.lab.devices.length;
  }

  private async fallIll(devices: readonly LabDevice[], illness: Illness, i: number): Promise<void> {
    const set = await makeSickArtifacts(join(this.lab.dir, `sick-${i}`), illness.sickness, {
      seed: 10 + i,
      files: 7,
    });
    const limit = ["--limit", devices.map(({ name }) => name).join(":")];
    const deploy = async (...more: string[]) => {
      const args = ["deploy", "--artifacts", set.dir, ...limit, ...more];
      const run = await runOn(this.lab, this.inventory, args);
      return { text: `${illness.name}: ${run.text}`, code: run.code, report: await run.report() };
    };
    const all = (status: string) => Object.fromEntries(devices.map(({ name }) => [name, status]));

    const first = await deploy();
    assertEquals([first.code, statuses(first.report)], [2, all("rolled_back")], first.text);
    for (const device of devices) {
      const error = errorOf(first.report, device.name);
      assertEquals(error.kind, illness.kind, first.text);
      assertMatch(error.log ?? "", illness.words, `${device.name}'s log: ${JSON.stringify(error, null, 2)}`);
      await this.assertWell(device, first.text);
      assertEquals(first.report.hosts.find(({ host }) => host === device.name)?.release, this.old.id);
    }

    const second = await deploy();
    assertEquals([second.code, statuses(second.report)], [2, all("failed")], second.text);
    for (const device of devices) {
      const { kind, evidence, next } = errorOf(second.report, device.name);
      assertEquals(kind, "unsuitable", second.text);
      assertMatch(`${evidence} ${next}`, /failed on this host before.*--force/, second.text);
      await this.assertWell(device, second.text);
    }

    const forced = await deploy("--force");
    assertEquals([forced.code, statuses(forced.report)], [2, all("rolled_back")], forced.text);
    for (const device of devices) {
      assertEquals(errorOf(forced.report, device.name).kind, illness.kind, forced.text);
      await this.assertWell(device, forced.text);
    }
  }

  /** The old set is live and whole, the service active and on it, and nothing of a run is left. */
  private async assertWell(device: LabDevice, text: string): Promise<void> {
    await assertWhole(device, this.old);
    assertEquals(await served(device), this.old.id, `${device.name}: ${text}`);
    assert(await isActive(device), `${device.name}: ${text}`);
    await assertSettled(device);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]();
  }
}

async function letUnitCheck(device: LabDevice): Promise<void> {
  const folder = join(device.root, "etc/systemd/system/phase4-inference.service.d");
  await Deno.mkdir(folder, { recursive: true });
  const check = join(device.root, "usr/local/lib/check.sh");
  await Deno.writeTextFile(
    check,
    `if grep -q refuse "${device.deployPath}/artifacts_phase2/sick.json" 2>/dev/null; then
      echo "phase4-inference: no such model" >&2
      exit 1
    fi
    `,
  );
  await Deno.writeTextFile(
    join(folder, "check.conf"),
    "[Service]\nRestartSec=0.1\nExecStartPre=/bin/sh /usr/local/lib/check.sh\n",
  );
  await device.sh("systemctl daemon-reload");
}
