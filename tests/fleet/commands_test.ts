/**
 * The commands that look, and those that take a part of the fleet.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere, testWhere } from "../support.ts";
import { makeArtifacts } from "./support/artifacts.ts";
import { makeFleet } from "./support/fleet.ts";
import { assertWhole, liveDir } from "./support/live.ts";
import { errorOf, lockstep, runOn, statuses } from "./support/program.ts";
import { makeServices } from "./support/service.ts";
import { diffTrees } from "./support/tree.ts";

longTestWhere("commands that look tell what is live and write nothing, when one device has drifted", {
  needs: ["sshd", "curl"],
}, async (t) => {
  await using fleet = await makeFleet({
    devices: [{ name: "good" }, { name: "drifted" }, { name: "empty" }, { name: "gone", kind: "refusing" }],
  });
  await using services = await makeServices(fleet);
  const inventory = await fleet.inventory({ hosts: services.vars });
  const set = await makeArtifacts(join(fleet.dir, "set"), { version: "7.8.9" });
  const deployed = await runOn(fleet, inventory, [
    "deploy",
    "--artifacts",
    set.dir,
    "--limit",
    "good,drifted",
  ]);
  assertEquals([deployed.code, statuses(await deployed.report())], [0, {
    good: "changed",
    drifted: "changed",
  }], deployed.text);
  await Deno.writeTextFile(join((await liveDir(fleet.device("drifted")))!, "scaler.pkl"), "edited by hand");
  const before = await fleet.tree();

  await t.step("status", async () => {
    const run = await runOn(fleet, inventory, ["status", "--limit", "!gone"]);
    assertEquals(run.code, 0, run.text);
    const lines = run.stdout.split("\n");
    assert(lines.some((line) => line.includes("good") && line.includes("7.8.9")), run.text);
    assert(
      lines.some((line) => line.includes("drifted") && /drift/.test(line.replace("drifted", ""))),
      run.text,
    );
    assert(lines.some((line) => line.includes("empty")), run.text);
    assert(lines.some((line) => line.startsWith(`${set.id}  7.8.9    2      20`)), run.text);
    assertStringIncludes(run.stdout, "\ndrifted (1 host): drifted\n");
  });
  await t.step("status as JSON", async () => {
    const run = await runOn(fleet, inventory, ["status", "--output", "json"]);
    const { releases, drifted, unfinished, unreachable, hosts } = JSON.parse(run.stdout);
    assertEquals(
      releases.map(({ release, version, names }: Record<string, unknown>) => [release, version, names]),
      [[set.id, "7.8.9", ["good", "drifted"]], [null, null, ["empty"]]],
    );
    assertEquals([drifted, unfinished, unreachable, hosts.length], [["drifted"], [], ["gone"], 4]);
  });
  await t.step("status of a device that is gone", async () => {
    assertEquals((await runOn(fleet, inventory, ["status"])).code, 4);
  });
  await t.step("verify-remote", async () => {
    const run = await runOn(fleet, inventory, [
      "verify-remote",
      "--artifacts",
      set.dir,
      "--limit",
      "good:drifted",
    ]);
    const report = await run.report();
    assertEquals([run.code, statuses(report)], [2, { good: "ok", drifted: "failed" }], run.text);
    assertEquals(errorOf(report, "drifted").kind, "mismatch");
    assertStringIncludes(run.text, "scaler.pkl");
    assertStringIncludes(run.text, `${set.id}  7.8.9    2\n`);
    assertEquals(report.releases, [{ release: set.id, version: "7.8.9", hosts: 2 }]);
  });
  await t.step("verify-remote as JSON is the report", async () => {
    const asked = ["verify-remote", "--artifacts", set.dir, "--limit", "good:drifted", "--output", "json"];
    const run = await runOn(fleet, inventory, asked);
    assertEquals(JSON.parse(run.stdout), await run.report(), run.text);
  });
  await t.step("health-check", async () => {
    const run = await runOn(fleet, inventory, ["health-check", "--limit", "good,empty,gone"]);
    const report = await run.report();
    assertEquals(
      [run.code, statuses(report)],
      [2, { good: "ok", empty: "failed", gone: "unreachable" }],
      run.text,
    );
    assertEquals(errorOf(report, "empty").kind, "unhealthy");
  });
  await t.step("exec", async () => {
    const run = await runOn(fleet, inventory, [
      "exec",
      "--limit",
      "good",
      "--",
      "printf",
      "%s|",
      "a b",
      "$(touch x)",
    ]);
    assertEquals(run.code, 0, run.text);
    const failing = await runOn(fleet, inventory, ["exec", "--limit", "good,empty", "--", "false"]);
    assertEquals(
      [failing.code, statuses(await failing.report())],
      [2, { good: "failed", empty: "failed" }],
      failing.text,
    );
  });
  await t.step("exec of a command that exits with 255 is no lost connection", async () => {
    const run = await runOn(fleet, inventory, ["exec", "--limit", "good", "--", "exit", "255"]);
    const report = await run.report();
    assertEquals([run.code, statuses(report)], [2, { good: "failed" }], run.text);
  });
  await t.step("inventory", async () => {
    const run = await lockstep(["inventory", "--hosts", "--inventory", inventory]);
    assertEquals([run.code, run.stdout], [0, "good\ndrifted\nempty\ngone\n"], run.text);
  });
  assertEquals(diffTrees(before, await fleet.tree()), []);
});

longTestWhere(
  "deploy takes the hosts of the pattern alone, when it is limited",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ count: 6 });
    const inventory = await fleet.inventory({
      groups: { web: ["edge-01", "edge-02", "edge-03"], prod: ["edge-02", "edge-03", "edge-04"] },
    });
    const set = await makeArtifacts(join(fleet.dir, "set"));
    const patterns: Record<string, string[]> = {
      "web:&prod:!edge-3": ["edge-02", "edge-03"],
      "web:&prod:!edge-03": ["edge-02"],
      "web,prod": ["edge-01", "edge-02", "edge-03", "edge-04"],
      "*-05": ["edge-05"],
      "~edge-0[16]": ["edge-01", "edge-06"],
      "web[0:1]": ["edge-01", "edge-02"],
    };
    for (const [pattern, hosts] of Object.entries(patterns)) {
      const run = await runOn(fleet, inventory, ["plan", "--artifacts", set.dir, "--limit", pattern]);
      assertEquals(
        [run.code, Object.keys(statuses(await run.report())).sort()],
        [0, hosts],
        `${pattern}: ${run.text}`,
      );
    }
    const nobody = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir, "--limit", "edge-99"]);
    assertEquals(nobody.code, 64, nobody.text);
  },
);

testWhere("deploy works without ssh, when a host says ansible_connection: local", {
  needs: ["linux", "sshd"],
}, async () => {
  await using fleet = await makeFleet({ devices: [{ name: "here", kind: "refusing" }] });
  const inventory = await fleet.inventory({ vars: { ansible_connection: "local" } });
  const set = await makeArtifacts(join(fleet.dir, "set"));
  for (const status of ["changed", "ok"]) {
    const run = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir]);
    assertEquals([run.code, statuses(await run.report())], [0, { here: status }], run.text);
  }
  await assertWhole(fleet.devices[0]!, set);
});
