/**
 * A device with dropbear and busybox alone, through every command that changes something.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere, testWhere } from "../support.ts";
import { makeArtifacts } from "./support/artifacts.ts";
import { makeFleet } from "./support/fleet.ts";
import { assertWhole, backupsOf } from "./support/live.ts";
import { errorOf, runOn, statuses } from "./support/program.ts";
import { makeServices } from "./support/service.ts";
import { diffTrees } from "./support/tree.ts";

longTestWhere(
  "every command works on a tiny device, when it has neither bash, sftp-server, scp, curl nor systemd",
  { needs: ["sshd", "mounts", "dropbear", "busybox"] },
  async (t) => {
    await using fleet = await makeFleet({ devices: [{ name: "tiny", kind: "tiny" }] });
    await using services = await makeServices(fleet);
    const tiny = fleet.device("tiny");
    const inventory = await fleet.inventory({ hosts: services.vars });
    const one = await makeArtifacts(join(fleet.dir, "one"), { seed: 1, bytes: 1_000_000, files: 7 });
    const two = await makeArtifacts(join(fleet.dir, "two"), { seed: 2, bytes: 1_000_000, files: 7 });
    const sick = await makeArtifacts(join(fleet.dir, "sick"), { seed: 3, extra: ["sick"] });
    const dryRun = async (status: string, ...args: string[]) => {
      const before = await fleet.tree();
      const run = await runOn(fleet, inventory, [...args, "--dry-run"]);
      assertEquals(diffTrees(before, await fleet.tree()), [], run.text);
      assertEquals([run.code, statuses(await run.report())], [0, { tiny: status }], run.text);
    };
    const run = async (code: number, status: string, ...args: string[]) => {
      const run = await runOn(fleet, inventory, args);
      assertEquals([run.code, statuses(await run.report())], [code, { tiny: status }], run.text);
      return await run.report();
    };

    await t.step("deploy", async () => {
      await dryRun("changed", "deploy", "--artifacts", one.dir);
      const report = await run(0, "changed", "deploy", "--artifacts", one.dir);
      assertEquals(report.hosts[0]!.bytesSent, one.bytes);
      const health = report.hosts[0]!.tasks.find(({ task }) => task === "health");
      assertStringIncludes(JSON.stringify(health?.detail), "phase4_memory_rss_bytes 1048576");
      await assertWhole(tiny, one);
    });
    await t.step("deploy again", async () => {
      await dryRun("ok", "deploy", "--artifacts", one.dir);
      const report = await run(0, "ok", "deploy", "--artifacts", one.dir);
      assertEquals([report.hosts[0]!.bytesSent, await services.restarts(tiny)], [0, 1]);
    });
    await t.step("deploy of another set", async () => {
      await dryRun("changed", "deploy", "--artifacts", two.dir);
      await run(0, "changed", "deploy", "--artifacts", two.dir);
      await assertWhole(tiny, two);
    });
    await t.step("verify-remote, health-check, status and backups", async () => {
      for (
        const args of [["verify-remote", "--artifacts", two.dir], ["health-check"], ["status"], ["backups"]]
      ) {
        const before = await fleet.tree();
        const outcome = await runOn(fleet, inventory, args);
        assertEquals(
          [outcome.code, diffTrees(before, await fleet.tree())],
          [0, []],
          `${args.join(" ")}: ${outcome.text}`,
        );
      }
    });
    await t.step("rollback", async () => {
      await dryRun("changed", "rollback");
      await run(0, "changed", "rollback");
      await assertWhole(tiny, one);
    });
    await t.step("deploy of a sick set", async () => {
      await run(2, "rolled_back", "deploy", "--artifacts", sick.dir);
      await assertWhole(tiny, one);
    });
    await t.step("cleanup", async () => {
      const backups = await backupsOf(tiny);
      const outcome = await runOn(fleet, inventory, ["cleanup", "-e", "keep_backups=1"]);
      assertEquals(outcome.code, 0, outcome.text);
      assertEquals(await backupsOf(tiny), backups.slice(-1));
      await assertWhole(tiny, one);
    });
    await t.step("exec", async () => {
      const outcome = await runOn(fleet, inventory, ["exec", "--", "echo", "$HOME", "a  b"]);
      assertEquals(outcome.code, 0, outcome.text);
      assertStringIncludes(outcome.stdout, "a  b");
    });
  },
);

for (
  const { trouble, kind } of [{ trouble: "read-only", kind: "not-writable" }, {
    trouble: "full",
    kind: "no-space",
  }] as const
) {
  testWhere(
    `deploy fails with ${kind} and leaves a tiny device as it was, when its folder is ${trouble}`,
    { needs: ["sshd", "mounts", "dropbear", "busybox"] },
    async () => {
      await using fleet = await makeFleet({ devices: [{ name: "tiny", kind: "tiny" }] });
      const tiny = fleet.device("tiny");
      if (trouble === "full") await fleet.mountTmpfs(tiny.deployDir, 200_000);
      else await fleet.mountReadOnly(tiny.deployDir);
      const set = await makeArtifacts(join(fleet.dir, "set"), { bytes: 500_000 });
      const run = await runOn(fleet, await fleet.inventory(), ["deploy", "--artifacts", set.dir]);
      const report = await run.report();
      assertEquals([run.code, statuses(report)], [2, { tiny: "failed" }], run.text);
      assertEquals(errorOf(report, "tiny").kind, kind, run.text);
      const left = await runOn(fleet, await fleet.inventory(), ["exec", "--", "find", `${tiny.deployPath}/`]);
      assert(!left.stdout.includes(".lockstep"), left.text);
    },
  );
}
