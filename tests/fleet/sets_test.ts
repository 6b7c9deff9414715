/**
 * Several sets on one device: one session, each whole at every moment, switched in one order and undone together.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { Event } from "../../lib/events.ts";
import { longTestWhere } from "../support.ts";
import { type Artifacts, makeArtifacts } from "./support/artifacts.ts";
import { type Device, type Fleet, makeFleet } from "./support/fleet.ts";
import { assertWhole, liveDir, namesIn, type Placed } from "./support/live.ts";
import { lockstep, runOn, startLockstep, startOn, statuses } from "./support/program.ts";
import { type FakeServices, makeServices } from "./support/service.ts";

/** Where a set of a device lies. */
function place(device: Device, set: string): Placed {
  return {
    name: `${device.name}:${set}`,
    deployPath: `${device.deployPath}/${set}`,
    deployDir: join(device.deployDir, set),
  };
}

/** An inventory whose devices have two sets: a model that nobody loads, and a config with the device's service. */
async function twoSets(
  fleet: Fleet,
  services: FakeServices,
  { model, config }: { readonly model: Artifacts; readonly config: Artifacts },
  vars: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const hosts = Object.fromEntries(fleet.devices.map((device) => {
    const { restart_command: command, ...service } = services.vars[device.name]!;
    const sets = [
      { name: "model", deploy_path: place(device, "model").deployPath, artifacts_dir: model.dir },
      {
        name: "config",
        deploy_path: place(device, "config").deployPath,
        artifacts_dir: config.dir,
        ...service,
        restart_command: String(command).replace("/artifacts_phase2", "/config/artifacts_phase2"),
      },
    ];
    return [device.name, { sets }];
  }));
  return await fleet.inventory({ vars: { restart_settle: 0, ...vars }, hosts });
}

async function assertSets(device: Device, model: Artifacts, config: Artifacts): Promise<void> {
  await assertWhole(place(device, "model"), model);
  await assertWhole(place(device, "config"), config);
}

longTestWhere("several sets go live in one session, and all go back when one is sick", {
  needs: ["sshd", "curl"],
}, async () => {
  await using fleet = await makeFleet({ count: 2 });
  await using services = await makeServices(fleet);
  const [model, config, newModel, sick] = await Promise.all([
    makeArtifacts(join(fleet.dir, "model"), { seed: 1 }),
    makeArtifacts(join(fleet.dir, "config"), { seed: 2 }),
    makeArtifacts(join(fleet.dir, "new-model"), { seed: 3 }),
    makeArtifacts(join(fleet.dir, "sick"), { seed: 4, extra: ["sick"] }),
  ]);
  const inventory = await twoSets(fleet, services, { model, config });
  const before = await fleet.tree();
  const plan = await runOn(fleet, inventory, ["plan"]);
  assertEquals(statuses(await plan.report()), { "edge-01": "changed", "edge-02": "changed" }, plan.text);
  assertEquals(await fleet.tree(), before, "a plan writes nothing");

  const logins = await fleet.devices[0]!.logins();
  const first = await runOn(fleet, inventory, ["deploy"]);
  const report = await first.report();
  assertEquals(statuses(report), { "edge-01": "changed", "edge-02": "changed" }, first.text);
  assertEquals(await fleet.devices[0]!.logins(), logins + 1, "one session for all sets");
  for (const device of fleet.devices) await assertSets(device, model, config);
  assertEquals(report.hosts[0]!.sets?.map(({ set, release }) => [set, release]), [
    ["model", model.id],
    ["config", config.id],
  ]);
  const steps = report.hosts[0]!.tasks.filter(({ status }) => status === "changed")
    .map(({ set, task }) => `${set} ${task}`);
  assert(steps.indexOf("config verify") < steps.indexOf("model commit"), steps.join());
  assert(steps.indexOf("config restart") < steps.indexOf("model health"), steps.join());

  const second = await runOn(fleet, inventory, ["deploy"]);
  assertEquals(statuses(await second.report()), { "edge-01": "ok", "edge-02": "ok" }, second.text);
  assertEquals((await runOn(fleet, inventory, ["verify-remote"])).code, 0);
  const status = await lockstep(["status", "-i", inventory, "--ssh-config", fleet.sshConfig]);
  assertStringIncludes(status.stdout, `edge-02:config  ${config.id}`);

  const bad = await twoSets(fleet, services, { model: newModel, config: sick });
  const failed = await runOn(fleet, bad, ["deploy"]);
  const sorry = await failed.report();
  assertEquals(statuses(sorry), { "edge-01": "rolled_back", "edge-02": "rolled_back" }, failed.text);
  assertStringIncludes(failed.text, "(set config)");
  for (const device of fleet.devices) {
    await assertSets(device, model, config);
    const marks = await Promise.all(
      ["model", "config"].map((set) => namesIn(join(place(device, set).deployDir, ".lockstep", "failed"))),
    );
    assertEquals(marks, [[], [sick.id]], "only what was sick is marked");
    assertEquals(await namesIn(join(place(device, "model").deployDir, ".lockstep", "restore")), []);
  }
  assertEquals(sorry.hosts[0]!.sets?.map(({ release }) => release), [model.id, config.id]);

  // Each set has backups of its own, and goes back to them.
  const next = await twoSets(fleet, services, { model: newModel, config });
  const again = await runOn(fleet, next, ["deploy", "--limit", "edge-01"]);
  assertEquals(again.code, 0, again.text);
  await assertSets(fleet.devices[0]!, newModel, config);
});

longTestWhere(
  "a controller that dies between two sets leaves each whole; the device goes back, and resume finishes",
  {
    needs: ["sshd", "curl"],
  },
  async () => {
    await using fleet = await makeFleet({ count: 1 });
    await using services = await makeServices(fleet);
    const [device] = fleet.devices as [Device];
    const sets = await Promise.all(
      ["model", "config", "new-model", "new-config"].map((name, at) =>
        makeArtifacts(join(fleet.dir, name), { seed: at + 1 })
      ),
    );
    const [model, config, newModel, newConfig] = sets as [Artifacts, Artifacts, Artifacts, Artifacts];
    const first = await runOn(fleet, await twoSets(fleet, services, { model, config }), ["deploy"]);
    assertEquals(first.code, 0, first.text);

    const inventory = await twoSets(
      fleet,
      services,
      { model: newModel, config: newConfig },
      { confirm_timeout: 5 },
    );
    const run = startOn(fleet, inventory, ["deploy"]);
    await untilEvent(
      run.reports,
      (event) => event.type === "task-finished" && event.set === "model" && event.task === "commit",
    );
    run.kill();
    await run.ended;
    await assertWhole(place(device, "model"), model, newModel);
    await assertWhole(place(device, "config"), config, newConfig);
    for (let i = 0; i < 600 && !await isBack(device, model); i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await assertSets(device, model, config);

    await Deno.writeTextFile(
      inventory,
      (await Deno.readTextFile(inventory)).replace("confirm_timeout: 5", "confirm_timeout: 120"),
    );
    const resumed = await startLockstep(["resume", "--reports", run.reports]).ended;
    assertEquals(resumed.code, 0, resumed.text);
    await assertSets(device, newModel, newConfig);
    for (const set of ["model", "config"]) {
      assertEquals(
        (await namesIn(join(place(device, set).deployDir, ".lockstep"))).filter((name) =>
          /^(journal|armed|restore)/.test(name)
        ),
        [],
      );
    }
  },
);

/** Whether the device has brought the old model back, and is through with it. */
async function isBack(device: Device, model: Artifacts): Promise<boolean> {
  const dir = await liveDir(place(device, "model"));
  const metadata = await Deno.readTextFile(join(dir ?? "", "metadata.json"));
  const names = await namesIn(join(place(device, "model").deployDir, ".lockstep"));
  return metadata === await Deno.readTextFile(join(model.dir, "metadata.json")) &&
    !names.includes("firing") &&
    !names.includes("restore");
}

/** Waits until the only run under a reports folder has told about such an event. */
async function untilEvent(reports: string, wanted: (event: Event) => boolean): Promise<void> {
  for (let i = 0; i < 12_000; i++) {
    const [run] = (await namesIn(reports)).filter((name) => name !== "latest");
    const text = run === undefined
      ? ""
      : await Deno.readTextFile(join(reports, run, "events.ndjson")).catch(() => "");
    const events = text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Event);
    if (events.some(wanted)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("what it is to be killed at does not happen");
}
