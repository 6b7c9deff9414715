/**
 * Sudoers as people write them, on a real systemd with a real sudo: what suffices is used, and the report says what was; and whose fault it
 * is where a restart cannot be tried.
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { makeArtifacts } from "../fleet/support/artifacts.ts";
import { errorOf, runOn } from "../fleet/support/program.ts";
import { longTestWhere } from "../support.ts";
import { makeLab, sudoers } from "./lab.ts";
import { makeSickArtifacts } from "./sets.ts";

const rule = (commands: string): string => `iotuser ALL=(root) ${commands}\n`;
const unit = "phase4-inference";
const EVERYTHING = "iotuser ALL=(ALL:ALL) ALL\n";

const suffices: readonly [rules: string, commands: readonly string[]][] = [
  [rule(`NOPASSWD: /usr/bin/systemctl restart ${unit}`), [`sudo systemctl restart ${unit}`]],
  [rule(`NOPASSWD: /bin/systemctl restart ${unit}.service`), [`sudo systemctl restart ${unit}.service`]],
  [rule(`NOPASSWD: /usr/bin/systemctl * ${unit}*`), [
    `sudo systemctl stop ${unit}`,
    `sudo systemctl start ${unit}`,
  ]],
  // Everything with a password, and one thing without.
  [EVERYTHING + rule(`NOPASSWD: /usr/bin/systemctl restart ${unit}`), [`sudo systemctl restart ${unit}`]],
];

longTestWhere(
  "deploy restarts the service by whatever form sudo allows, and blames no release for what it does not",
  {
    needs: ["lab"],
  },
  async (t) => {
    await using lab = await makeLab({ devices: [{ name: "a", kind: "systemd" }] });
    const device = lab.device("a");
    const allow = (rules: string) =>
      device.sh(`printf %s "$1" >/etc/sudoers.d/lockstep && visudo -cq`, rules);
    const inventory = await lab.inventory({
      vars: { restart_settle: 0, restart_timeout: 5, health_attempts: 3 },
    });
    let seed = 0;
    const newSet = () => makeArtifacts(join(lab.dir, `set-${++seed}`), { seed });
    const deploy = async (dir: string, ...more: string[]) => {
      const run = await runOn(lab, inventory, ["deploy", "--artifacts", dir, ...more]);
      return { ...run, report: await run.report() };
    };
    const pid = () => device.sh(`systemctl show -p MainPID ${unit}`);

    for (const [rules, commands] of suffices) {
      await t.step(`with ${JSON.stringify(rules)}`, async () => {
        await allow(rules);
        const run = await deploy((await newSet()).dir);
        assertEquals(run.code, 0, run.text);
        const restarted = run.report.hosts[0]?.tasks.find(({ task }) => task === "restart");
        assertEquals([restarted?.status, restarted?.detail?.commands], ["changed", commands], run.text);
      });
    }

    await t.step("stop alone, or a password, does not suffice", async () => {
      const { dir } = await newSet();
      for (
        const rules of [
          rule(`NOPASSWD: /usr/bin/systemctl stop ${unit}`),
          EVERYTHING + rule("NOPASSWD: /bin/ls"),
        ]
      ) {
        await allow(rules);
        const run = await deploy(dir);
        assertEquals([run.code, errorOf(run.report, "a").kind], [2, "privilege"], run.text);
        assertMatch(errorOf(run.report, "a").next ?? "", /^nothing changed; grant it in sudoers/);
      }
    });

    await t.step("a unit that does not start at all costs no release its name", async () => {
      await allow(sudoers);
      const before = await pid();
      const { dir } = await newSet();
      // It does not stop: the switch is undone, and the service was never touched.
      const systemctl = join(device.root, "usr/local/bin/systemctl");
      await Deno.writeTextFile(
        systemctl,
        `#!/bin/sh\nif [ "$1" = stop ] && [ "$2" = ${unit} ]; then echo "Job timed out" >&2; exit 1; fi\nexec /usr/bin/systemctl "$@"\n`,
        { mode: 0o755 },
      );
      await allow(rule(`NOPASSWD: /usr/local/bin/systemctl`));
      const stuck = await deploy(dir);
      assertEquals([stuck.code, stuck.report.hosts[0]?.status], [2, "rolled_back"], stuck.text);
      assertEquals(errorOf(stuck.report, "a").kind, "not-tried", stuck.text);
      assertEquals(await pid(), before);
      await Deno.remove(systemctl);
      await allow(sudoers);
      // The limit of starts is reached before we come.
      await device.sh(`
      mkdir -p /run/systemd/system/${unit}.service.d
      printf '[Unit]\\nStartLimitBurst=1\\nStartLimitIntervalSec=60\\n' >/run/systemd/system/${unit}.service.d/limit.conf
      systemctl daemon-reload; systemctl reset-failed ${unit}; systemctl restart ${unit}`);
      const limited = await deploy(dir);
      assertEquals([limited.code, errorOf(limited.report, "a").kind], [2, "not-tried"], limited.text);
      await device.sh(
        `rm -r /run/systemd/system/${unit}.service.d; systemctl daemon-reload; systemctl reset-failed ${unit}`,
      );
      assert(!(await device.sh("ls /opt/iot-inference/.lockstep")).split("\n").includes("failed"));
      const mended = await deploy(dir);
      assertEquals(mended.code, 0, mended.text);
    });

    await t.step("a release that fails is refused from then on, with when and why", async () => {
      const { dir } = await makeSickArtifacts(join(lab.dir, "sick"), { ready: false }, { seed: 99 });
      const failed = await deploy(dir);
      assertEquals([failed.code, failed.report.hosts[0]?.status], [2, "rolled_back"], failed.text);
      const refused = await deploy(dir);
      const { kind, evidence } = errorOf(refused.report, "a");
      assertEquals([refused.code, kind], [2, "unsuitable"], refused.text);
      assertStringIncludes(evidence, `its service did not become ready, in run ${failed.report.run} at 20`);
    });
  },
);
