/**
 * Retention that never betrays, releases that failed, and the way back: exact, twice, to a damaged backup, and when it fails itself.
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { type Artifacts, makeArtifacts } from "../../fleet/support/artifacts.ts";
import type { Device } from "../../fleet/support/fleet.ts";
import { assertSet, assertWhole, backupsOf, liveDir, namesIn } from "../../fleet/support/live.ts";
import { errorOf, statuses } from "../../fleet/support/program.ts";
import { longTestWhere } from "../../support.ts";
import { sampled } from "../../sampled.ts";
import { Field } from "../field.ts";

const needs = ["sshd", "curl"] as const;

/** Every file of a folder with its mode, owner and bytes. */
async function bytesOf(dir: string): Promise<string> {
  const script =
    'cd "$1" && find . -printf "%P %y %m %U:%G\\n" | sort && find . -type f -exec sha256sum {} + | sort';
  const { success, stdout } = await new Deno.Command("sh", { args: ["-c", script, "sh", dir] }).output();
  assert(success, `cannot read ${dir}`);
  return new TextDecoder().decode(stdout);
}

async function deployed(
  field: Field,
  device: Device,
  set: Artifacts,
  status: string,
  code = 0,
  ...args: string[]
) {
  const run = await field.run([device], ["deploy", "--artifacts", set.dir, ...args]);
  const report = await run.report();
  assertEquals([run.code, statuses(report)[device.name]], [code, status], run.text);
  return { run, report };
}

longTestWhere(
  "a release that fails never evicts a backup, when keep_backups is full",
  { needs },
  async () => {
    await using field = await Field.make({ kind: "exchange", devices: 1, vars: { keep_backups: 2 } });
    const [device] = field.devices;
    await field.reset([device!], "release");
    const { old, next } = field.sets;
    const before = await backupsOf(device!);
    assertEquals(before.length, 2);
    for (const seed of sampled([11, 12, 13])) {
      const sick = await makeArtifacts(join(field.fleet.dir, `sick-${seed}`), { seed, extra: ["sick"] });
      await deployed(field, device!, sick, "rolled_back", 2);
      await field.judge(device!, old);
    }
    // Of the set that was live all the time there may be a backup now, and nothing else is new.
    const now = await backupsOf(device!);
    assertEquals(
      before.filter((name) => !now.includes(name)),
      [],
      "a good backup was pushed out by a failed release",
    );
    for (const name of now.filter((name) => !before.includes(name))) {
      await assertSet(join(device!.deployDir, "backup", name), name, old);
    }
    // Nor does cleanup remove the last good ones.
    await field.run([device!], ["cleanup"]);
    await deployed(field, device!, next, "changed");
    const after = await backupsOf(device!);
    assertEquals(after.length, 2);
    await assertSet(join(device!.deployDir, "backup", after.at(-1)!), "the newest backup", old);
    await deployed(field, device!, next, "ok");
  },
);

longTestWhere(
  "a release that failed is refused at preflight, until it is forced and gets well",
  { needs },
  async () => {
    await using field = await Field.make({ kind: "exchange", devices: 1 });
    const [device] = field.devices;
    await field.reset([device!], "folder");
    const { sick, old } = field.sets;
    const failed = () => namesIn(join(device!.deployDir, ".lockstep/failed"));
    await deployed(field, device!, sick, "rolled_back", 2);
    assertEquals(await failed(), [sick.id]);
    const restarts = await field.services.restarts(device!);

    const { run, report } = await deployed(field, device!, sick, "failed", 2);
    assertEquals(
      report.hosts[0]!.tasks.map(({ task, status }) => [task, status]),
      [["preflight", "failed"]],
      run.text,
    );
    assertStringIncludes(run.text, "--force");
    assertEquals([report.hosts[0]!.bytesSent, await field.services.restarts(device!)], [0, restarts]);
    await field.judge(device!, old);
    const dry = await deployed(field, device!, sick, "failed", 2, "--dry-run");
    assertStringIncludes(dry.run.text, "--force");

    // Forced, it is tried, and fails again.
    await deployed(field, device!, sick, "rolled_back", 2, "--force");
    await field.judge(device!, old);
    assertEquals(await failed(), [sick.id]);
    // What was wrong with the service is mended: the service does not mind any more.
    const restart = join(device!.homeDir, "service/restart");
    const text = await Deno.readTextFile(restart);
    assert(text.includes("$2/sick"));
    await Deno.writeTextFile(restart, text.replace("$2/sick", "$2/none"));
    await deployed(field, device!, sick, "changed", 0, "--force");
    await field.judge(device!, sick);
    assertEquals(await failed(), [], "a success takes the mark away");
  },
);

longTestWhere("rollback restores the very bytes, modes and owners, when it is done once and twice", {
  needs: [...needs, "root"],
}, async () => {
  await using field = await Field.make({ kind: "exchange", devices: 1 });
  const [device] = field.devices;
  await field.reset([device!], "folder");
  const live = join(device!.deployDir, "artifacts_phase2");
  const { old, next } = field.sets;
  const rights = [["scaler.pkl", 0o600, 1234], ["best_model_hybrid.pth", 0o640, 0], [
    "labels",
    0o750,
    1234,
  ]] as const;
  for (const [name, mode, owner] of rights) {
    await Deno.chmod(join(live, name), mode);
    await Deno.chown(join(live, name), owner, owner);
  }
  const bytes = await bytesOf(live);
  await deployed(field, device!, next, "changed");
  const backups = await backupsOf(device!);
  assertEquals(await bytesOf(join(device!.deployDir, "backup", backups.at(-1)!)), bytes, "the backup");

  for (const status of ["changed", "ok"]) {
    const run = await field.run([device!], ["rollback"]);
    assertEquals([run.code, statuses(await run.report())[device!.name]], [0, status], run.text);
    assertEquals(await field.judge(device!, old), old.id);
    assertEquals(await bytesOf((await liveDir(device!))!), bytes, `after the rollback that ended ${status}`);
    assertEquals(await field.served(device!), old.id);
    assertEquals(await backupsOf(device!), backups);
  }
  await field.assertSettled(device!);
});

longTestWhere(
  "rollback is refused and changes nothing, when the backup is damaged or there is none",
  { needs },
  async () => {
    await using field = await Field.make({ kind: "exchange", devices: 1 });
    const [device] = field.devices;
    await field.reset([device!], "folder");
    const [name] = await backupsOf(device!);
    const backup = join(device!.deployDir, "backup", name!);
    const refused = async (...args: string[]) => {
      const run = await field.run([device!], ["rollback", ...args]);
      assertEquals([run.code, statuses(await run.report())[device!.name]], [2, "failed"], run.text);
      await assertWhole(device!, field.sets.old);
      return run;
    };
    const file = join(backup, "scaler.pkl");
    const whole = await Deno.readFile(file);
    await Deno.writeFile(file, whole.slice(0, -1));
    assertMatch((await refused("--to", name!)).text, /scaler\.pkl/);
    await Deno.remove(file);
    assertMatch((await refused("--to", name!)).text, /scaler\.pkl/);
    await Deno.writeTextFile(join(backup, "metadata.json"), "{}");
    await refused("--to", name!);
    await Deno.remove(backup, { recursive: true });
    const none = await refused();
    assertEquals(errorOf(await none.report(), device!.name).kind, "not-found");
  },
);

longTestWhere(
  "a rollback that fails is louder than what led to it, and both are told",
  { needs },
  async () => {
    await using field = await Field.make({ kind: "exchange", devices: 1, vars: { confirm_timeout: 300 } });
    const [device] = field.devices;
    await field.reset([device!], "folder");
    const { old, sick } = field.sets;
    // The service starts on the new set, is not well, and does not start again on the old one.
    const once = `sh -c 'if [ -e "$0/artifacts_phase2/sick" ]; then :; else exit 9; fi' '${
      device!.deployPath
    }'`;
    const command = String(field.services.vars[device!.name]!.restart_command);
    const run = await field.deploy([device!], sick, { restart_command: `${command} && ${once}` });
    const report = await run.report();
    const outcome = report.hosts[0]!;
    assertEquals([run.code, outcome.status], [2, "failed"], run.text);
    assertEquals(outcome.error?.kind, "unhealthy", "the first failure stays the host's error");
    assertEquals(outcome.rollbackError?.kind, "service", run.text);
    assertMatch(run.text, /ROLLBACK FAILED on edge-01/);
    const loud = run.text.indexOf("ROLLBACK FAILED on edge-01");
    assert(
      run.text.indexOf("is not ready after", loud) > loud,
      `the first failure is told below it: ${run.text}`,
    );
    await field.judge(device!, old);
    // What was wrong is mended by hand; the next run settles it.
    await field.assertConverges([device!], field.sets.next, 60);
  },
);
