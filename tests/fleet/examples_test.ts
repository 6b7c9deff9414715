/**
 * The examples, on devices over ssh: one with curl, and one with busybox alone. On simulated devices they run as their page says.
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { longTestWhere, testWhere } from "../support.ts";
import { makeArtifacts } from "./support/artifacts.ts";
import { makeFleet } from "./support/fleet.ts";
import { assertWhole } from "./support/live.ts";
import { errorOf, lockstep, readReport, runOn, statuses } from "./support/program.ts";
import { makeServices } from "./support/service.ts";
import { diffTrees } from "./support/tree.ts";

const example = (...names: string[]) =>
  fromFileUrl(new URL(`../../examples/${names.join("/")}`, import.meta.url));

longTestWhere("examples/smoke_test judges a release by an answer of its model, on real devices", {
  needs: ["sshd", "curl", "mounts", "dropbear", "busybox"],
}, async (t) => {
  await using fleet = await makeFleet({ devices: [{ name: "edge" }, { name: "tiny", kind: "tiny" }] });
  await using services = await makeServices(fleet);
  const hosts = Object.fromEntries(
    Object.entries(services.vars).map(([name, vars]) => [name, {
      ...vars,
      smoke_url: `${vars.health_url}/predict`,
      smoke_attempts: 2,
    }]),
  );
  const inventory = await fleet.inventory({ hosts });
  const [good, wrong] = [
    await makeArtifacts(join(fleet.dir, "good"), { version: "good" }),
    await makeArtifacts(join(fleet.dir, "wrong"), { version: "wrong", seed: 2 }),
  ];
  const run = async (command: readonly string[], set: { readonly dir: string }, code: number) => {
    const args = ["--project", example("smoke_test", "lockstep.ts"), "--artifacts", set.dir];
    const ran = await runOn(fleet, inventory, [...command, ...args]);
    assertEquals(ran.code, code, ran.text);
    return await ran.report();
  };
  const all = (status: string) => ({ edge: status, tiny: status });

  await t.step("changed, then ok; a dry run writes nothing", async () => {
    const before = await fleet.tree();
    assertEquals(statuses(await run(["deploy", "--dry-run"], good, 2)), all("failed"));
    assertEquals(diffTrees(before, await fleet.tree()), []);
    const first = await run(["deploy"], good, 0);
    assertEquals(statuses(first), all("changed"));
    assertEquals(first.hosts.map(({ tasks }) => tasks.at(-1)), [
      { ...first.hosts[0]!.tasks.at(-1)!, task: "smoke", status: "ok", detail: { label: "ok" } },
      { ...first.hosts[1]!.tasks.at(-1)!, task: "smoke", status: "ok", detail: { label: "ok" } },
    ]);
    assertEquals(statuses(await run(["deploy", "--dry-run"], good, 0)), all("ok"));
    assertEquals(statuses(await run(["deploy"], good, 0)), all("ok"));
  });
  await t.step("a wrong answer takes a guarded host back", async () => {
    const report = await run(["run", "guarded"], wrong, 2);
    assertEquals(statuses(report), all("rolled_back"));
    assertStringIncludes(errorOf(report, "edge").evidence, 'says "noise", expected "ok"');
    for (const device of fleet.devices) await assertWhole(device, good);
  });
  await t.step("a wrong answer of a confirmed release fails the host, which keeps it", async () => {
    const report = await run(["deploy", "--force"], wrong, 2);
    assertEquals(statuses(report), all("failed"));
    for (const device of fleet.devices) await assertWhole(device, wrong);
  });
});

testWhere("the examples run as they are, on simulated devices", { needs: [] }, async () => {
  const reports = await Deno.makeTempDir();
  const cases: readonly [folder: string, hosts: number, commands: readonly (readonly string[])[]][] = [
    ["smoke_test", 2, [["deploy"], ["run", "guarded"], ["plan"]]],
    ["rolling_reboot", 3, [["run", "reboot"], ["run", "modules"], ["run", "modules", "--dry-run"]]],
  ];
  try {
    for (const [folder, hosts, commands] of cases) {
      for (const command of commands) {
        const args = [...command, "-i", "inventory.yaml", "--reports", reports];
        const { code, text } = await lockstep(args, { cwd: example(folder) });
        assertEquals(code, 0, text);
        const all = Array.from({ length: hosts }, (_, i) => [`edge-${i + 1}`, "changed"]);
        assertEquals(statuses(await readReport(reports)), Object.fromEntries(all), text);
      }
    }
  } finally {
    await Deno.remove(reports, { recursive: true });
  }
});
