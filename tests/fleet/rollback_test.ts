/**
 * What a device does when the new set turns out bad after it went live, and going back by hand.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { sampled } from "../sampled.ts";
import { longTestWhere, testWhere } from "../support.ts";
import { makeArtifacts } from "./support/artifacts.ts";
import { makeFleet } from "./support/fleet.ts";
import { assertSet, assertWhole, backupsOf } from "./support/live.ts";
import { errorOf, runOn, statuses } from "./support/program.ts";
import { makeServices } from "./support/service.ts";

for (
  const { file, kinds, task } of sampled([
    { file: "sick", kinds: ["unhealthy"], task: "health" },
    { file: "unstartable", kinds: ["service", "exit"], task: "restart" },
  ])
) {
  testWhere(`deploy brings the old set back on every host, when the new one is ${file}`, {
    needs: ["sshd", "curl"],
  }, async () => {
    await using fleet = await makeFleet({ count: 3 });
    await using services = await makeServices(fleet);
    const inventory = await fleet.inventory({ hosts: services.vars });
    const good = await makeArtifacts(join(fleet.dir, "good"), { seed: 1 });
    const bad = await makeArtifacts(join(fleet.dir, "bad"), { seed: 2, extra: [file] });
    const first = await runOn(fleet, inventory, ["deploy", "--artifacts", good.dir]);
    assertEquals(first.code, 0, first.text);
    const health = (await first.report()).hosts[0]!.tasks.find(({ task }) => task === "health");
    assert(JSON.stringify(health?.detail).includes("phase4_uptime_seconds 12.5"), JSON.stringify(health));
    assert(!JSON.stringify(health?.detail).includes("other_metric"), JSON.stringify(health));

    const run = await runOn(fleet, inventory, ["deploy", "--artifacts", bad.dir]);
    const report = await run.report();
    assertEquals(statuses(report), {
      "edge-01": "rolled_back",
      "edge-02": "rolled_back",
      "edge-03": "rolled_back",
    }, run.text);
    assertEquals([run.code, report.exitCode], [2, 2], run.text);
    for (const device of fleet.devices) {
      await assertWhole(device, good);
      assert(kinds.includes(errorOf(report, device.name).kind), JSON.stringify(errorOf(report, device.name)));
      const outcome = report.hosts.find(({ host }) => host === device.name)!;
      assertEquals([outcome.release, outcome.rollbackError], [good.id, undefined], run.text);
      assertEquals(outcome.tasks.find(({ status }) => status === "failed")?.task, task);
      assert(
        outcome.tasks.some(({ rollback }) => rollback === true),
        "the report has the tasks of the rollback",
      );
      // Once for the first set, once for the bad one, once for the way back.
      assertEquals(await services.restarts(device), 3, run.text);
    }
    const again = await runOn(fleet, inventory, ["deploy", "--artifacts", good.dir]);
    assertEquals([again.code, (await again.report()).summary.ok], [0, 3], again.text);
  });
}

longTestWhere("deploy says that there is nothing to go back to, when the first set of a device is sick", {
  needs: ["sshd", "curl"],
}, async () => {
  await using fleet = await makeFleet({ count: 1 });
  await using services = await makeServices(fleet);
  const inventory = await fleet.inventory({ hosts: services.vars });
  const sick = await makeArtifacts(join(fleet.dir, "sick"), { extra: ["sick"] });
  const run = await runOn(fleet, inventory, ["deploy", "--artifacts", sick.dir]);
  const report = await run.report();
  assertEquals(run.code, 2, run.text);
  assert(["failed", "rolled_back"].includes(report.hosts[0]!.status), run.text);
  assertEquals(errorOf(report, "edge-01").kind, "unhealthy");
  const good = await makeArtifacts(join(fleet.dir, "good"), { seed: 2 });
  const again = await runOn(fleet, inventory, ["deploy", "--artifacts", good.dir]);
  assertEquals([again.code, statuses(await again.report())], [0, { "edge-01": "changed" }], again.text);
  await assertWhole(fleet.devices[0]!, good);
});

longTestWhere("rollback puts the newest or the named backup live, when there are several", {
  needs: ["sshd", "curl"],
}, async () => {
  await using fleet = await makeFleet({ count: 2 });
  await using services = await makeServices(fleet);
  const inventory = await fleet.inventory({ hosts: services.vars });
  const sets = [];
  for (const seed of [1, 2, 3]) {
    const set = await makeArtifacts(join(fleet.dir, `set-${seed}`), { seed });
    sets.push(set);
    const run = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir]);
    assertEquals(run.code, 0, run.text);
  }
  const [one, two, three] = sets;
  const [device] = fleet.devices;
  const backups = await backupsOf(device!);
  assertEquals(backups.length, 2);
  await assertSet(join(device!.deployDir, "backup", backups[0]!), "the older backup", one!);
  await assertSet(join(device!.deployDir, "backup", backups[1]!), "the newer backup", two!);
  const listed = await runOn(fleet, inventory, ["backups"]);
  assertEquals(listed.code, 0, listed.text);
  for (const name of backups) assert(listed.stdout.includes(name), listed.text);

  const dry = async (...args: string[]) => {
    const before = await fleet.tree();
    const run = await runOn(fleet, inventory, ["rollback", "--dry-run", ...args]);
    assertEquals([run.code, [...before].join("\n")], [0, [...await fleet.tree()].join("\n")], run.text);
  };
  await dry();
  const newest = await runOn(fleet, inventory, ["rollback"]);
  assertEquals([newest.code, statuses(await newest.report())], [0, {
    "edge-01": "changed",
    "edge-02": "changed",
  }], newest.text);
  for (const device of fleet.devices) await assertWhole(device, two!);
  assertEquals(await services.restarts(device!), 4);

  await dry("--to", backups[0]!, "--limit", "edge-01");
  const named = await runOn(fleet, inventory, ["rollback", "--to", backups[0]!, "--limit", "edge-01"]);
  assertEquals([named.code, statuses(await named.report())], [0, { "edge-01": "changed" }], named.text);
  await assertWhole(fleet.device("edge-01"), one!);
  await assertWhole(fleet.device("edge-02"), two!);
  const still = await backupsOf(device!);
  for (const name of backups) assert(still.includes(name), `backup ${name} is kept: ${still.join(" ")}`);

  const unknown = await runOn(fleet, inventory, [
    "rollback",
    "--to",
    "20010101-000000",
    "--limit",
    "edge-01",
  ]);
  assertEquals(unknown.code, 2, unknown.text);
  const outside = await runOn(fleet, inventory, ["rollback", "--to", "../../etc", "--limit", "edge-01"]);
  assert([2, 64].includes(outside.code), outside.text);
  await assertWhole(fleet.device("edge-01"), one!);
  const forward = await runOn(fleet, inventory, ["deploy", "--artifacts", three!.dir]);
  assertEquals(forward.code, 0, forward.text);
  for (const device of fleet.devices) await assertWhole(device, three!);
});

longTestWhere(
  "rollback fails and changes nothing, when a device has no backup",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ count: 1 });
    const inventory = await fleet.inventory();
    const set = await makeArtifacts(join(fleet.dir, "set"));
    assertEquals((await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir])).code, 0);
    const run = await runOn(fleet, inventory, ["rollback"]);
    assertEquals(run.code, 2, run.text);
    assertEquals(errorOf(await run.report(), "edge-01").kind, "not-found", run.text);
    await assertWhole(fleet.devices[0]!, set);
  },
);

longTestWhere(
  "cleanup keeps keep_backups backups and the live set, when there are more",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ count: 1 });
    const [device] = fleet.devices;
    const inventory = await fleet.inventory({ vars: { keep_backups: 2 } });
    const sets = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      const set = await makeArtifacts(join(fleet.dir, `set-${seed}`), { seed });
      sets.push(set);
      const run = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir, "-e", "keep_backups=9"]);
      assertEquals(run.code, 0, run.text);
    }
    const all = await backupsOf(device!);
    assertEquals(all.length, 4);
    const leftover = join(device!.deployDir, ".lockstep", "staging", "0123456789abcdef");
    await Deno.mkdir(leftover, { recursive: true });
    await Deno.writeTextFile(join(leftover, "half"), "half a file");

    const before = await fleet.tree();
    const dry = await runOn(fleet, inventory, ["cleanup", "--check"]);
    assertEquals([dry.code, [...before].join("\n")], [0, [...await fleet.tree()].join("\n")], dry.text);
    const run = await runOn(fleet, inventory, ["cleanup"]);
    assertEquals([run.code, statuses(await run.report())], [0, { "edge-01": "changed" }], run.text);
    assertEquals(await backupsOf(device!), all.slice(-2));
    for (const [i, name] of all.slice(-2).entries()) {
      await assertSet(join(device!.deployDir, "backup", name), name, sets[i + 2]!);
    }
    await assertWhole(device!, sets[4]!);
    assertEquals(await Deno.stat(leftover).then(() => "there", () => "gone"), "gone");
    const again = await runOn(fleet, inventory, ["cleanup"]);
    assertEquals(statuses(await again.report()), { "edge-01": "ok" }, again.text);
    const back = await runOn(fleet, inventory, ["rollback"]);
    assertEquals(back.code, 0, back.text);
    await assertWhole(device!, sets[3]!);
  },
);
