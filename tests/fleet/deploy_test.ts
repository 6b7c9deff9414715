import { assert, assertEquals } from "@std/assert";
import { basename, dirname, join } from "@std/path";
import { everyTest } from "../sampled.ts";
import { longTestWhere, testWhere } from "../support.ts";
import { changeFile, makeArtifacts, writeMetadata } from "./support/artifacts.ts";
import { makeFleet } from "./support/fleet.ts";
import { assertSet, assertWhole, backupsOf, liveDir, namesIn } from "./support/live.ts";
import { errorOf, type FleetRun, type Report, runOn, startOn } from "./support/program.ts";
import { makeServices } from "./support/service.ts";
import { diffTrees } from "./support/tree.ts";

/** What every host would do or did: "TASK: STEP", with times and host ports out of the way. */
function stepsOf(report: Report): Record<string, string[]> {
  return Object.fromEntries(
    report.hosts.map(({ host, tasks }) => [
      host,
      tasks.flatMap(({ task, steps }) =>
        steps.map((step) => `${task}: ${step.replace(/\d{8}[T-]\d{6}Z?/g, "TIME")}`)
      ),
    ]),
  );
}

/** Exit code, counts and bytes of a run, for `assertEquals`. */
async function gist(run: FleetRun): Promise<Record<string, unknown>> {
  const { summary, exitCode, dryRun, hosts } = await run.report();
  const sent = [...new Set(hosts.map(({ bytesSent }) => bytesSent))];
  return { code: run.code, exitCode, dryRun, ...summary, sent };
}

/** How many devices a fleet has. */
const count = everyTest ? 50 : 3;

const none = { ok: 0, changed: 0, failed: 0, rolled_back: 0, unreachable: 0, skipped: 0 };

testWhere(
  "deploy changes every device of a fleet once, sends what differs and leaves them as they were in a dry run, when run again and again",
  { needs: ["sshd", "curl"] },
  async (t) => {
    await using fleet = await makeFleet({ count });
    await using services = await makeServices(fleet);
    const inventory = await fleet.inventory({ hosts: services.vars });
    const dir = join(fleet.dir, "artifacts");
    const first = await makeArtifacts(dir, { bytes: 50_000 });
    const deploy = async (...more: string[]) =>
      await runOn(fleet, inventory, ["deploy", "--artifacts", dir, ...more]);
    const restarts = async () => [...new Set(await Promise.all(fleet.devices.map(services.restarts)))];

    /** A dry run: ends as told and touches nothing; returns its steps. */
    const dryRun = async (expected: Partial<typeof none>): Promise<Record<string, string[]>> => {
      const before = await fleet.tree();
      const run = await deploy("--dry-run");
      assertEquals(diffTrees(before, await fleet.tree()), [], run.text);
      assertEquals(await gist(run), {
        code: 0,
        exitCode: 0,
        dryRun: true,
        hosts: count,
        ...none,
        ...expected,
        sent: [0],
      }, run.text);
      return stepsOf(await run.report());
    };
    let steps: Record<string, string[]> = {};

    await t.step("a dry run before the first", async () => {
      steps = await dryRun({ changed: count });
      assert(Object.values(steps).every((list) => list.length > 0));
      assertEquals(await restarts(), [0]);
    });
    await t.step("first run: changed", async () => {
      const run = await deploy();
      assertEquals(
        await gist(run),
        { code: 0, exitCode: 0, dryRun: false, hosts: count, ...none, changed: count, sent: [first.bytes] },
        run.text,
      );
      for (const device of fleet.devices) await assertWhole(device, first);
      assertEquals(await restarts(), [1]);
      const report = await run.report();
      assertEquals(stepsOf(report), steps);
      assertEquals(report.artifacts, {
        id: first.id,
        version: "1.0.1",
        files: 5,
        bytes: report.artifacts.bytes,
      });
      const [host] = report.hosts;
      assertEquals(host!.tasks.map(({ task }) => task), [
        "preflight",
        "backup",
        "stage",
        "verify",
        "commit",
        "restart",
        "health",
      ]);
      assertEquals([host!.release, host!.previousRelease], [first.id, null]);
    });
    await t.step("a dry run before the second", async () => {
      steps = await dryRun({ ok: count });
      assertEquals(Object.values(steps).flat(), []);
    });
    await t.step("second run: ok, nothing sent, no restart", async () => {
      const logins = await Promise.all(fleet.devices.map((device) => device.logins()));
      const run = await deploy();
      assertEquals(
        await gist(run),
        { code: 0, exitCode: 0, dryRun: false, hosts: count, ...none, ok: count, sent: [0] },
        run.text,
      );
      assertEquals(await restarts(), [1]);
      assertEquals(stepsOf(await run.report()), steps);
      const now = await Promise.all(fleet.devices.map((device) => device.logins()));
      assertEquals(now, logins.map((count) => count + 1), "one ssh a host");
    });

    const second = await changeFile(first, "scaler.pkl", "another scaler\n", "1.0.2");
    await t.step("a dry run after one file of five has changed", async () => {
      steps = await dryRun({ changed: count });
    });
    await t.step("third run: that file and metadata.json are sent", async () => {
      const run = await deploy();
      const sent = await second.size("scaler.pkl") + await second.size("metadata.json");
      assertEquals(
        await gist(run),
        { code: 0, exitCode: 0, dryRun: false, hosts: count, ...none, changed: count, sent: [sent] },
        run.text,
      );
      assertEquals(stepsOf(await run.report()), steps);
      assertEquals(await restarts(), [2]);
      const before = await makeArtifacts(join(fleet.dir, "before"), { bytes: 50_000 });
      for (const device of fleet.devices) {
        await assertWhole(device, second);
        const backups = await backupsOf(device);
        assertEquals(backups.length, 1);
        await assertSet(join(device.deployDir, "backup", backups[0]!), device.name, before);
      }
      const [host] = (await run.report()).hosts;
      assertEquals([host!.release, host!.previousRelease], [second.id, first.id]);
    });
    await t.step("a dry run in the end", async () => {
      steps = await dryRun({ ok: count });
    });
  },
);

testWhere(
  "deploy writes nothing but under the deploy path, when it changes a device",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ count: 1 });
    const [device] = fleet.devices;
    const set = await makeArtifacts(join(fleet.dir, "artifacts"));
    const before = await device!.tree();
    const temporary = await namesUnderTmp();
    const run = await runOn(fleet, await fleet.inventory(), ["deploy", "--artifacts", set.dir]);
    assertEquals(run.code, 0, run.text);
    const outside = diffTrees(before, await device!.tree()).filter((line) =>
      !line.includes(device!.deployDir)
    );
    assertEquals(outside, []);
    assertEquals(
      (await namesUnderTmp()).filter((name) => !temporary.includes(name) && /\.new\.|lockstep/i.test(name)),
      [],
    );
  },
);

async function namesUnderTmp(): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir("/tmp"))).map(({ name }) => name);
}

longTestWhere(
  "deploy sends nothing but metadata.json, when the live set has the same files under other names",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ count: 1 });
    const [device] = fleet.devices;
    const inventory = await fleet.inventory();
    const one = await makeArtifacts(join(fleet.dir, "one"), { bytes: 100_000 });
    const deploy = async (dir: string) => await runOn(fleet, inventory, ["deploy", "--artifacts", dir]);
    assertEquals((await deploy(one.dir)).code, 0);
    const renamed = join(fleet.dir, "renamed");
    await Deno.mkdir(renamed);
    for (const name of Object.keys(one.files)) {
      await Deno.copyFile(join(one.dir, name), join(renamed, `new-${basename(name)}`));
    }
    const two = await writeMetadata(
      renamed,
      Object.keys(one.files).map((name) => `new-${basename(name)}`),
      "2.0.0",
    );
    const run = await deploy(two.dir);
    assertEquals(
      [run.code, (await run.report()).hosts[0]!.bytesSent],
      [0, await two.size("metadata.json")],
      run.text,
    );
    await assertWhole(device!, two);
  },
);

longTestWhere(
  "deploy and rollback share no file between the live set and a backup, when both hold the same",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ count: 1 });
    const [device] = fleet.devices;
    const inventory = await fleet.inventory();
    const one = await makeArtifacts(join(fleet.dir, "one"), { seed: 1 });
    const two = await makeArtifacts(join(fleet.dir, "two"), { seed: 2 });
    for (
      const args of [["deploy", "--artifacts", one.dir], ["deploy", "--artifacts", two.dir], ["rollback"]]
    ) {
      const run = await runOn(fleet, inventory, args);
      assertEquals(run.code, 0, run.text);
      // Who edits the live set in place must not change a backup by it.
      for (const name of await backupsOf(device!)) {
        const [backup, live] = await Promise.all(
          [join(device!.deployDir, "backup", name), (await liveDir(device!))!].map((dir) =>
            Deno.stat(join(dir, "scaler.pkl"))
          ),
        );
        assert(
          backup!.ino !== live!.ino,
          `after ${args[0]}, backup/${name}/scaler.pkl is the live file itself`,
        );
      }
    }
  },
);

longTestWhere("deploy converges and keeps what it has, when the live set was changed by hand", {
  needs: ["sshd"],
}, async () => {
  await using fleet = await makeFleet({ count: 1 });
  const [device] = fleet.devices;
  const inventory = await fleet.inventory();
  const set = await makeArtifacts(join(fleet.dir, "artifacts"));
  const deploy = async () => await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir]);
  assertEquals((await deploy()).code, 0);
  await Deno.writeTextFile(join(device!.deployDir, "artifacts_phase2", "scaler.pkl"), "edited in place\n");
  const run = await deploy();
  assertEquals(run.code, 0, run.text);
  assertEquals((await run.report()).hosts[0]!.status, "changed", run.text);
  await assertWhole(device!, set);
  assertEquals((await (await deploy()).report()).hosts[0]!.status, "ok");
});

longTestWhere("deploy takes over the manual's folder as a backup, when the live name is a real folder", {
  needs: ["sshd"],
}, async () => {
  await using fleet = await makeFleet({ count: 1 });
  const [device] = fleet.devices;
  const inventory = await fleet.inventory();
  const old = await makeArtifacts(join(device!.deployDir, "artifacts_phase2"), { seed: 7 });
  await makeArtifacts(join(device!.deployDir, "backup", "20240101-120000"), { seed: 6 });
  const six = await makeArtifacts(join(fleet.dir, "six"), { seed: 6 });
  const set = await makeArtifacts(join(fleet.dir, "artifacts"), { seed: 8 });

  const before = await fleet.tree();
  const plan = await runOn(fleet, inventory, ["plan", "--artifacts", set.dir]);
  assertEquals([plan.code, diffTrees(before, await fleet.tree())], [0, []], plan.text);

  const run = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir]);
  assertEquals(run.code, 0, run.text);
  assertEquals((await Deno.lstat(join(device!.deployDir, "artifacts_phase2"))).isSymlink, true);
  await assertWhole(device!, set);
  const backups = await backupsOf(device!);
  assertEquals(backups.length, 2, backups.join(" "));
  await assertSet(join(device!.deployDir, "backup", "20240101-120000"), "the manual's backup", six);
  const ours = backups.find((name) => name !== "20240101-120000")!;
  await assertSet(join(device!.deployDir, "backup", ours), "our backup", old);

  const back = await runOn(fleet, inventory, ["rollback"]);
  assertEquals(back.code, 0, back.text);
  await assertWhole(device!, old);
});

testWhere("deploy keeps the reports of the contract, when it has ended", { needs: ["sshd"] }, async () => {
  await using fleet = await makeFleet({ count: 2 });
  const set = await makeArtifacts(join(fleet.dir, "artifacts"));
  const run = await runOn(fleet, await fleet.inventory(), [
    "deploy",
    "--artifacts",
    set.dir,
    "--output",
    "json",
  ]);
  assertEquals(run.code, 0, run.text);
  const report = await run.report();
  assertEquals(JSON.parse(run.stdout), report);
  for (
    const key of [
      "schema",
      "run",
      "command",
      "dryRun",
      "startedAt",
      "finishedAt",
      "exitCode",
      "artifacts",
      "summary",
      "hosts",
    ]
  ) {
    assert(key in report, key);
  }
  const folder = join(run.reports, report.run);
  const events = (await Deno.readTextFile(join(folder, "events.ndjson"))).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals([events[0].type, events.at(-1).type], ["run-started", "run-finished"]);
  for (const host of report.hosts) {
    const alone = JSON.parse(await Deno.readTextFile(join(folder, "hosts", `${host.host}.json`)));
    assertEquals(alone, host);
  }
  const ndjson = await runOn(fleet, await fleet.inventory(), [
    "deploy",
    "--artifacts",
    set.dir,
    "--output",
    "ndjson",
  ]);
  const types = ndjson.stdout.trimEnd().split("\n").map((line) => JSON.parse(line).type);
  assertEquals([types[0], types.at(-1)], ["run-started", "run-finished"], ndjson.text);
});

longTestWhere(
  "deploy ends with 75 and changes nothing, when another run holds the lock",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ count: 1 });
    const [device] = fleet.devices;
    const inventory = await fleet.inventory({
      vars: { service: "slow", service_manager: "command", restart_command: "sleep 3" },
    });
    const one = await makeArtifacts(join(fleet.dir, "one"), { seed: 1 });
    const two = await makeArtifacts(join(fleet.dir, "two"), { seed: 2 });
    const running = startOn(fleet, inventory, ["deploy", "--artifacts", one.dir]);
    while ((await namesIn(device!.deployDir)).includes("artifacts_phase2") === false) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const other = await runOn(fleet, inventory, ["deploy", "--artifacts", two.dir]);
    const first = await running.ended;
    assertEquals([first.code, other.code], [0, 75], first.text + other.text);
    assertEquals(errorOf(await other.report(), device!.name).kind, "locked");
    await assertWhole(device!, one);
    const last = await runOn(fleet, inventory, [
      "deploy",
      "--artifacts",
      two.dir,
      "-e",
      "restart_command=true",
    ]);
    assertEquals(last.code, 0, last.text);
    await assertWhole(device!, two);
  },
);

longTestWhere(
  "deploy never leaves the live name without a complete set, when somebody reads it all the time",
  {
    needs: ["sshd"],
  },
  async () => {
    await using fleet = await makeFleet({ count: 1 });
    const [device] = fleet.devices;
    const live = join(device!.deployDir, "artifacts_phase2");
    const inventory = await fleet.inventory();
    const old = await makeArtifacts(live, { seed: 1 });
    const names = ["metadata.json", ...Object.keys(old.files)];
    const missed: string[] = [];
    let looks = 0;
    let reading = true;
    const reader = (async () => {
      for (; reading; looks++) {
        for (const name of names) {
          await Deno.stat(join(live, name)).catch((error) => missed.push(`${name}: ${error.message}`));
        }
      }
    })();
    const deploy = async (seed: number) => {
      const set = await makeArtifacts(join(fleet.dir, `set-${seed}`), { seed });
      const run = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir]);
      assertEquals(run.code, 0, run.text);
      await assertWhole(device!, set);
    };
    // From the manual's folder to a link, to the next release, to the same one put together again, and back.
    await deploy(2);
    await deploy(3);
    await Deno.writeTextFile(join((await liveDir(device!))!, "scaler.pkl"), "drifted");
    await deploy(3);
    await deploy(4);
    const back = await runOn(fleet, inventory, ["rollback"]);
    assertEquals(back.code, 0, back.text);
    reading = false;
    await reader;
    assert(looks > 100, `${looks} looks`);
    assertEquals(missed, []);
  },
);

longTestWhere(
  "deploy sends files as they are named, when their names are strange",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ count: 1 });
    const [device] = fleet.devices;
    const inventory = await fleet.inventory();
    const dir = join(fleet.dir, "strange");
    const names = [
      "a space",
      " leading and trailing ",
      "quotes ' and \"",
      "$(touch marker) `touch marker` ${HOME}",
      "star * question ? [bracket]",
      "semi;colon&and|pipe>redirect",
      "ünïcödé/日本語.onnx",
      "deep/er/and/deeper/file",
      "~",
      "#hash",
      "=",
      ".hidden",
      "empty",
    ];
    for (const name of names) {
      await Deno.mkdir(dirname(join(dir, name)), { recursive: true });
      await Deno.writeTextFile(join(dir, name), name === "empty" ? "" : name);
    }
    const set = await writeMetadata(dir, names, "1.0.0");
    for (const status of ["changed", "ok"]) {
      const run = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir]);
      assertEquals([run.code, (await run.report()).hosts[0]!.status], [0, status], run.text);
      await assertWhole(device!, set);
    }
    const verified = await runOn(fleet, inventory, ["verify-remote", "--artifacts", set.dir]);
    assertEquals(verified.code, 0, verified.text);
    const other = await makeArtifacts(join(fleet.dir, "other"));
    for (const args of [["deploy", "--artifacts", other.dir], ["rollback"]]) {
      const run = await runOn(fleet, inventory, args);
      assertEquals(run.code, 0, run.text);
    }
    await assertWhole(device!, set);
  },
);
