/**
 * Units as systemd has them: which of them a deploy restarts, by which name, and which it refuses before anything is written.
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import { makeArtifacts } from "../fleet/support/artifacts.ts";
import { diffTrees, snapshotTree } from "../fleet/support/tree.ts";
import { errorOf, runOn } from "../fleet/support/program.ts";
import { longTestWhere } from "../support.ts";
import { makeLab } from "./lab.ts";

const SLEEPS = "[Service]\nExecStart=/bin/sleep infinity\n";

/** Files below /etc/systemd/system; what begins with `->` is a link. */
const units: Readonly<Record<string, string>> = {
  "plain.service": SLEEPS,
  "other-name.service": "-> plain.service",
  "made.service": "-> /dev/null",
  "manual.service": `[Unit]\nRefuseManualStart=yes\n${SLEEPS}`,
  "forever.service": `[Unit]\nRefuseManualStop=yes\n${SLEEPS}`,
  "empty.service": "[Service]\nUser=root\n",
  "many@.service": SLEEPS,
  "phase4-extra.service": SLEEPS,
};

longTestWhere("deploy restarts the unit that is meant, or refuses it in words of its own", {
  needs: ["lab"],
}, async (t) => {
  await using lab = await makeLab({ devices: [{ name: "a", kind: "systemd", become: true }] });
  const device = lab.device("a");
  for (const [name, text] of Object.entries(units)) {
    const path = join(device.root, "etc/systemd/system", name);
    if (text.startsWith("-> ")) await Deno.symlink(text.slice(3), path);
    else await Deno.writeTextFile(path, text);
  }
  await device.sh("systemctl daemon-reload; systemctl start plain many@1");
  const inventory = await lab.inventory({ vars: { health_url: "", restart_settle: 0 } });
  let seed = 0;
  const deploy = async (service: string) => {
    const { dir } = await makeArtifacts(join(lab.dir, `set-${++seed}`), { seed });
    return await runOn(lab, inventory, [
      "deploy",
      "--artifacts",
      dir,
      "-e",
      JSON.stringify({ service }),
    ]);
  };
  const started = (unit: string) => device.sh(`systemctl show -p InvocationID -p ActiveState "$1"`, unit);

  const served: [service: string, unit: string, shown: string | undefined][] = [
    ["plain.service", "plain", undefined],
    ["other-name", "plain", "plain.service"],
    ["many@1", "many@1", undefined],
  ];
  for (const [service, unit, shown] of served) {
    await t.step(`${service} is restarted`, async () => {
      const before = await started(unit);
      const run = await deploy(service);
      assertEquals(run.code, 0, run.text);
      const restarted = (await run.report()).hosts[0]?.tasks.find(({ task }) => task === "restart");
      assertEquals([restarted?.status, restarted?.detail?.unit], ["changed", shown], run.text);
      const after = await started(unit);
      assertMatch(after, /ActiveState=active/);
      assertNotEquals(after, before);
    });
  }

  const refused: [service: string, words: RegExp][] = [
    ["made", /made is masked on the device.*systemctl unmask made/s],
    ["manual", /manual cannot be started manually/],
    ["forever", /forever cannot be stopped manually/],
    ["empty", /systemd cannot read the unit empty/],
    ["many@", /many@ is a template.*many@INSTANCE/s],
    ["many@.service", /many@.service is a template.*many@INSTANCE\.service/s],
  ];
  for (const [service, words] of refused) {
    await t.step(`${service} is refused, and nothing is written`, async () => {
      const before = await snapshotTree(device.deployDir);
      const run = await deploy(service);
      const report = await run.report();
      assertEquals([run.code, report.hosts[0]?.status], [2, "failed"], run.text);
      const { kind, evidence, next } = errorOf(report, "a");
      assertEquals(kind, "unsuitable", run.text);
      assertMatch(`${evidence}\n${next}`, words);
      assertMatch(next ?? "", /^nothing changed/);
      const changed = diffTrees(before, await snapshotTree(device.deployDir));
      assertEquals(changed.filter((line) => !line.startsWith("~ .lockstep:")), []);
    });
  }

  await t.step("a pattern or a space is refused before any host is contacted", async () => {
    for (const service of ["phase4*", "phase4 extra"]) {
      const run = await deploy(service);
      assertEquals(run.code, 64, run.text);
      assertMatch(run.text, /the name of one unit, not a pattern/);
    }
    assertMatch(await started("phase4-extra"), /ActiveState=inactive/);
  });

  await t.step("a unit that nobody knows is reported, and no failure", async () => {
    const run = await deploy("nobody");
    assertEquals(run.code, 0, run.text);
    assert(run.text.includes("the device does not know the service nobody"), run.text);
  });
});
