/**
 * Sets with templates: each device gets what they come to with its own variables, and every command goes by that.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere } from "../support.ts";
import { makeFleet } from "./support/fleet.ts";
import { namesIn } from "./support/live.ts";
import { lockstep, runOn, startLockstep, startOn, statuses } from "./support/program.ts";

const hostile = `'; touch /tmp/owned; $(id) \`id\` "\n{{ 7 * 7 }} %s \\`;

longTestWhere("a set with templates is made for each device, and every command goes by what it came to", {
  needs: ["sshd"],
}, async () => {
  await using fleet = await makeFleet({ count: 3 });
  const set = join(fleet.dir, "set");
  await Deno.mkdir(set);
  const template = "{{ inventory_hostname }} {{ value | to_json }} {{ db_password }}\n";
  await Deno.writeTextFile(join(set, "it's a.json.tmpl"), template);
  await Deno.writeTextFile(join(set, "model.bin"), "a model");
  const made = await lockstep(["manifest", set, "--templates"]);
  assertEquals(made.code, 0, made.text);
  const inventory = (value: string, waves = "100%") =>
    fleet.inventory({
      vars: { artifacts_dir: set, value, rollout: waves, db_password: "s3cret-of-all" },
      hosts: { "edge-03": { value: { __ansible_unsafe: hostile } } },
    });
  const one = await inventory("one");
  const before = await fleet.tree();
  const plan = await runOn(fleet, one, ["plan"]);
  assertEquals([plan.code, (await plan.report()).summary.changed], [0, 3], plan.text);
  assertEquals(await fleet.tree(), before, "a plan writes nothing");

  const first = await runOn(fleet, one, ["deploy"]);
  assertEquals((await first.report()).summary.changed, 3, first.text);
  const textOn = (at: number) =>
    Deno.readTextFile(join(fleet.devices[at]!.deployDir, "artifacts_phase2", "it's a.json"));
  assertEquals(await textOn(0), 'edge-01 "one" s3cret-of-all\n');
  assertEquals(await textOn(2), `edge-03 ${JSON.stringify(hostile)} s3cret-of-all\n`);
  for (const device of fleet.devices) {
    const names = await namesIn(join(device.deployDir, "artifacts_phase2"));
    assertEquals(names, ["it's a.json", "metadata.json", "model.bin"]);
  }
  const report = await first.report();
  assertEquals(new Set(report.hosts.map(({ release }) => release)).size, 3);
  assertEquals(
    report.artifacts.rendered,
    Object.fromEntries(report.hosts.map(({ host, release }) => [host, release])),
  );
  const kept = new Deno.Command("grep", { args: ["-rl", "s3cret-of-all", first.reports] });
  assertEquals(
    new TextDecoder().decode((await kept.output()).stdout),
    "",
    "a secret in a file is in no report",
  );

  const second = await runOn(fleet, one, ["deploy"]);
  assertEquals(
    statuses(await second.report()),
    { "edge-01": "ok", "edge-02": "ok", "edge-03": "ok" },
    second.text,
  );
  assertEquals((await second.report()).hosts.map(({ bytesSent }) => bytesSent), [0, 0, 0]);
  assertEquals((await runOn(fleet, one, ["verify-remote"])).code, 0);

  // Another value is another release, where that value counts.
  const two = await inventory("two");
  const stale = await runOn(fleet, two, ["verify-remote"]);
  assertEquals(statuses(await stale.report()), { "edge-01": "failed", "edge-02": "failed", "edge-03": "ok" });
  const changed = await runOn(fleet, two, ["deploy"]);
  assertEquals(statuses(await changed.report()), {
    "edge-01": "changed",
    "edge-02": "changed",
    "edge-03": "ok",
  });
  assertEquals(await textOn(1), 'edge-02 "two" s3cret-of-all\n');
  const back = await runOn(fleet, two, ["rollback", "--limit", "edge-02"]);
  assertEquals((await back.report()).summary.changed, 1, back.text);
  assertEquals(await textOn(1), 'edge-02 "one" s3cret-of-all\n');

  // What a template cannot be rendered for is told before any device is contacted.
  const logins = await Promise.all(fleet.devices.map((device) => device.connections()));
  await Deno.writeTextFile(join(set, "it's a.json.tmpl"), "fine\n{{ valu }}\n");
  await lockstep(["manifest", set]);
  const refused = await runOn(fleet, two, ["deploy"]);
  assertEquals(refused.code, 64, refused.text);
  assertStringIncludes(
    refused.stderr,
    "it's a.json.tmpl:2: for edge-01, edge-02, edge-03: found the variable",
  );
  assertStringIncludes(refused.stderr, 'did you mean "value"?');
  assertEquals(await Promise.all(fleet.devices.map((device) => device.connections())), logins);
});

longTestWhere(
  "resume renders templates again, and refuses hosts for which they have come to something else",
  {
    needs: ["sshd"],
  },
  async () => {
    await using fleet = await makeFleet({ count: 2 });
    const set = join(fleet.dir, "set");
    await Deno.mkdir(set);
    await Deno.writeTextFile(join(set, "a.tmpl"), "{{ value }}");
    await lockstep(["manifest", set, "--templates"]);
    const inventory = await fleet.inventory({ vars: { artifacts_dir: set, value: "first-value" } });
    const run = startOn(fleet, inventory, ["deploy", "--waves", "1,100%", "--pause", "60"]);
    for (let i = 0; i < 1200; i++) {
      const [name] = (await namesIn(run.reports)).filter((name) => name !== "latest");
      const events = name === undefined
        ? ""
        : await Deno.readTextFile(join(run.reports, name, "events.ndjson")).catch(() => "");
      if (events.includes('"wave-waiting"')) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    run.kill();
    await run.ended;
    const text = await Deno.readTextFile(inventory);
    assert(text.includes("first-value"));
    await Deno.writeTextFile(inventory, text.replace("first-value", "other-value"));
    const resume = ["resume", "--reports", run.reports];
    const refused = await startLockstep(resume).ended;
    assertEquals(refused.code, 64, refused.text);
    assertStringIncludes(refused.stderr, "templates of the set come to something else than in run");
    assertStringIncludes(refused.stderr, "for edge-02");
    await Deno.writeTextFile(inventory, text);
    const resumed = await startLockstep(resume).ended;
    assertEquals(resumed.code, 0, resumed.text);
    for (const device of fleet.devices) {
      assertEquals(await Deno.readTextFile(join(device.deployDir, "artifacts_phase2", "a")), "first-value");
    }
  },
);
