/**
 * Runs that end in the middle: by Ctrl-C, by a killed controller, by a device that loses its power. Every device is whole at every
 * moment, and the same command converges.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere, testWhere } from "../support.ts";
import { makeArtifacts } from "./support/artifacts.ts";
import { type Fleet, makeFleet } from "./support/fleet.ts";
import { assertSet, assertWhole, liveDir, namesIn } from "./support/live.ts";
import { runOn, startOn, statuses } from "./support/program.ts";

const delay = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function untilLogins(fleet: Fleet, count: number): Promise<void> {
  const logins = async () =>
    (await Promise.all(fleet.devices.map((device) => device.logins()))).reduce((a, b) => a + b);
  while (await logins() < count) await delay(10);
}

longTestWhere(
  "deploy ends with 130, writes its reports and leaves every device whole, when it is interrupted",
  {
    needs: ["sshd"],
  },
  async () => {
    await using fleet = await makeFleet({ devices: Array.from({ length: 6 }, () => ({ slowSeconds: 1 })) });
    const inventory = await fleet.inventory();
    const one = await makeArtifacts(join(fleet.dir, "one"), { seed: 1 });
    const two = await makeArtifacts(join(fleet.dir, "two"), { seed: 2, bytes: 5_000_000 });
    const first = await runOn(fleet, inventory, ["deploy", "--artifacts", one.dir]);
    assertEquals(first.code, 0, first.text);

    const running = startOn(fleet, inventory, ["deploy", "--artifacts", two.dir, "--forks", "2"]);
    await untilLogins(fleet, 6 + 3);
    await delay(200);
    running.interrupt();
    const run = await running.ended;
    const report = await run.report();
    assertEquals([run.code, report.exitCode], [130, 130], run.text);
    assertEquals(report.summary.hosts, 6);
    assertEquals(Object.keys(statuses(report)).length, 6, run.text);
    assert(report.summary.skipped > 0, `the hosts that were not begun are skipped: ${run.text}`);
    for (const device of fleet.devices) {
      const live = await assertWhole(device, one, two);
      const { status, release } = report.hosts.find(({ host }) => host === device.name)!;
      if (status === "changed") assertEquals([device.name, live, release], [device.name, two.id, two.id]);
      else assertEquals([device.name, live], [device.name, one.id], `${status}: ${run.text}`);
    }
    const again = await runOn(fleet, inventory, ["deploy", "--artifacts", two.dir]);
    assertEquals(again.code, 0, again.text);
    for (const device of fleet.devices) await assertWhole(device, two);
  },
);

testWhere(
  "deploy gives up a connection that is not there yet, when it is interrupted",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ devices: [{ name: "slow", slowSeconds: 20 }] });
    const set = await makeArtifacts(join(fleet.dir, "set"));
    const running = startOn(fleet, await fleet.inventory(), ["deploy", "--artifacts", set.dir]);
    await untilLogins(fleet, 1);
    running.interrupt();
    const started = performance.now();
    const run = await running.ended;
    assertEquals(run.code, 130, run.text);
    assert(performance.now() - started < 5000, `it took ${performance.now() - started} ms`);
    await run.report();
  },
);

longTestWhere(
  "deploy lets a commit that has begun finish when it is interrupted, and ends at once when it is interrupted again",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ count: 2 });
    // The device switches, and is then busy with the restart.
    const vars = { service: "slow", service_manager: "command", restart_command: "sleep 4" };
    const inventory = await fleet.inventory({ vars });
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map((seed) => makeArtifacts(join(fleet.dir, `set-${seed}`), { seed })),
    );
    const quick = await runOn(fleet, inventory, [
      "deploy",
      "--artifacts",
      one!.dir,
      "-e",
      "restart_command=true",
    ]);
    assertEquals(quick.code, 0, quick.text);
    const untilLive = async (id: string) => {
      for (const device of fleet.devices) while (!(await liveDir(device))?.includes(id)) await delay(10);
      await delay(200);
    };

    const once = startOn(fleet, inventory, ["deploy", "--artifacts", two!.dir]);
    await untilLive(two!.id);
    once.interrupt();
    const finished = await once.ended;
    assertEquals(finished.code, 130, finished.text);
    assertEquals(
      statuses(await finished.report()),
      { "edge-01": "changed", "edge-02": "changed" },
      finished.text,
    );
    for (const device of fleet.devices) await assertWhole(device, two!);

    const twice = startOn(fleet, inventory, ["deploy", "--artifacts", three!.dir]);
    await untilLive(three!.id);
    twice.interrupt();
    // Two at once count as one: a terminal sends Ctrl-C to a runner (`deno task`) and its program, and the runner passes it on.
    await delay(800);
    const started = performance.now();
    twice.interrupt();
    const given = await twice.ended;
    assertEquals(given.code, 130, given.text);
    assert(performance.now() - started < 1500, `it took ${performance.now() - started} ms`);
    for (const device of fleet.devices) await assertWhole(device, two!, three!);
    // What was going on on the devices ends by itself.
    await delay(4500);
    const again = await runOn(fleet, inventory, [
      "deploy",
      "--artifacts",
      three!.dir,
      "-e",
      "restart_command=true",
    ]);
    assertEquals(again.code, 0, again.text);
    for (const device of fleet.devices) await assertWhole(device, three!);
  },
);

longTestWhere("deploy converges, when its controller was killed at any moment of the run before", {
  needs: ["sshd"],
}, async () => {
  await using fleet = await makeFleet({ count: 3 });
  const inventory = await fleet.inventory();
  const one = await makeArtifacts(join(fleet.dir, "one"), { seed: 1 });
  const two = await makeArtifacts(join(fleet.dir, "two"), { seed: 2, bytes: 3_000_000 });
  assertEquals((await runOn(fleet, inventory, ["deploy", "--artifacts", one.dir])).code, 0);
  let logins = 3;
  // From the first word of the session to after the end of a whole run.
  for (const milliseconds of [0, 60, 150, 300, 500, 800]) {
    const running = startOn(fleet, inventory, ["deploy", "--artifacts", two.dir]);
    await untilLogins(fleet, logins + 1);
    await delay(milliseconds);
    running.kill();
    await running.ended;
    await delay(100);
    for (const device of fleet.devices) await assertWhole(device, one, two);
    const recovered = await runOn(fleet, inventory, ["deploy", "--artifacts", one.dir]);
    assertEquals(recovered.code, 0, `killed after ${milliseconds} ms: ${recovered.text}`);
    for (const device of fleet.devices) {
      await assertWhole(device, one);
      for (const name of await namesIn(join(device.deployDir, "backup"))) {
        await assertSet(join(device.deployDir, "backup", name), `${device.name}'s backup ${name}`, one, two);
      }
    }
    logins = (await Promise.all(fleet.devices.map((device) => device.logins()))).reduce((a, b) => a + b);
  }
});
