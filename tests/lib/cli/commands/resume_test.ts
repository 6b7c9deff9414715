import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { Event } from "../../../../lib/events.ts";
import { readReport, statuses } from "../../../fleet/support/program.ts";
import { writeSet } from "../../../local_device.ts";
import { longTestWhere } from "../../../support.ts";
import { type Desk, makeDesk } from "../desk.ts";

/** The hosts that a run was at work on. */
async function touched(desk: Desk): Promise<string[]> {
  const text = await Deno.readTextFile(desk.path("reports", "latest", "events.ndjson"));
  const events = text.trimEnd().split("\n").map((line) => JSON.parse(line) as Event);
  return events.flatMap((event) => event.type === "host-started" ? [event.host] : []).sort();
}

const deploy = ["deploy", "-i", "prod.yaml", "-f", "1"];
const report = (desk: Desk) => readReport(desk.path("reports"));

/** A run of four hosts of which the third cannot take the set, so that the fourth is not started. */
async function partlyFailed(): Promise<Desk> {
  const desk = await makeDesk(4);
  await Deno.writeTextFile(desk.path("device 3"), "in the way");
  const { code, text } = await desk.run([...deploy, "--waves", "2,rest"]);
  assertEquals(code, 2, text);
  return desk;
}

longTestWhere(
  "resume goes on with what is not done, under the same waves",
  { needs: ["linux"] },
  async () => {
    await using desk = await partlyFailed();
    const first = await report(desk);
    // What is not mended fails again, and stops the run again.
    const again = await desk.run(["resume"]);
    assertEquals(again.code, 2, again.text);
    assertEquals(await touched(desk), ["edge-3"]);
    await Deno.remove(desk.path("device 3"));
    // Other commands keep runs too; a look is none to go on with.
    await desk.run(["verify-remote", "-i", "prod.yaml"]);
    await desk.run(["plan", "-i", "prod.yaml"]);
    const rest = await desk.run(["resume"]);
    assertEquals(rest.code, 0, rest.text);
    assertEquals(await touched(desk), ["edge-3", "edge-4"]);
    const whole = await report(desk);
    assertEquals(statuses(whole), Object.fromEntries([1, 2, 3, 4].map((i) => [`edge-${i}`, "changed"])));
    assertEquals(whole.hosts.map(({ wave }) => wave), [1, 1, 2, 2]);
    assertEquals(whole.command, "deploy");
    assertEquals(whole.hosts[0]!.startedAt, first.hosts[0]!.startedAt);
    const nothing = await desk.run(["resume"]);
    assertEquals(nothing.code, 0, nothing.text);
    assertMatch(nothing.stdout, /^nothing left to do: every host is done in run \S+\n$/);
    // A run is named, too: the first one is still partly failed, and its hosts are found as they should be.
    const named = await desk.run(["resume", first.run]);
    assertEquals(named.code, 0, named.text);
    assertEquals(await touched(desk), ["edge-3", "edge-4"]);
    assertEquals(statuses(await report(desk))["edge-4"], "ok");
  },
);

longTestWhere(
  "resume leaves out sources that cannot be read, where the run did",
  { needs: ["linux"] },
  async () => {
    await using desk = await makeDesk(2);
    await Deno.writeTextFile(desk.path("cloud.yml"), "plugin: no.such.plugin\n");
    await Deno.writeTextFile(desk.path("device 2"), "in the way");
    const refused = await desk.run([...deploy, "-i", "cloud.yml"]);
    assertEquals(refused.code, 64, refused.text);
    assertStringIncludes(refused.text, "cloud.yml:1:1");
    const run = await desk.run([...deploy, "-i", "cloud.yml", "--skip-unreadable-sources"]);
    assertEquals(run.code, 2, run.text);
    assertStringIncludes(run.text, "left out 1 source");
    await Deno.remove(desk.path("device 2"));
    const rest = await desk.run(["resume"]);
    assertEquals(rest.code, 0, rest.text);
    assertStringIncludes(rest.text, "left out 1 source");
    assertEquals(await touched(desk), ["edge-2"]);
  },
);

longTestWhere("resume --retry-failed begins no host that was not begun", { needs: ["linux"] }, async () => {
  await using desk = await partlyFailed();
  await Deno.remove(desk.path("device 3"));
  const { code, text } = await desk.run(["resume", "--retry-failed"]);
  assertEquals(code, 0, text);
  assertEquals(await touched(desk), ["edge-3"]);
  assertEquals(statuses(await report(desk))["edge-4"], "skipped");
  const none = await desk.run(["resume", "--retry-failed"]);
  assertMatch(none.stdout, /^nothing left to do: no host has failed/);
  assertEquals((await desk.run(["resume"])).code, 0);
  assertEquals(await touched(desk), ["edge-4"]);
});

longTestWhere(
  "resume goes on from the folder of the run, wherever it is called",
  { needs: ["linux"] },
  async () => {
    await using desk = await partlyFailed();
    await Deno.remove(desk.path("device 3"));
    await Deno.mkdir(desk.path("elsewhere"));
    const { code, text } = await desk.run(["resume", "--reports", "../reports"], {}, desk.path("elsewhere"));
    assertEquals(code, 0, text);
    assertEquals(await touched(desk), ["edge-3", "edge-4"]);
  },
);

longTestWhere("resume refuses another set, a host that is gone, and what is no deploy", {
  needs: ["linux"],
}, async () => {
  await using desk = await partlyFailed();
  const before = (await report(desk)).run;
  const refused = async (args: readonly string[], says: string): Promise<void> => {
    const { code, stderr, text } = await desk.run(["resume", ...args]);
    assertEquals(code, 64, text);
    assertStringIncludes(stderr, says);
  };
  await writeSet(desk.path("artifacts_phase2"), { "model.onnx": "other" }, "2.4.2");
  await refused([], `in run ${before}`);
  await refused(["nix"], "there is no run nix");
  const inventory = await Deno.readTextFile(desk.path("prod.yaml"));
  await Deno.writeTextFile(desk.path("prod.yaml"), inventory.replace(/.*edge-4.*\n/, ""));
  await refused([], "edge-4");
  await Deno.writeTextFile(desk.path("prod.yaml"), inventory);
  await desk.run(["verify-remote", "-i", "prod.yaml"]);
  await refused([(await report(desk)).run], "is neither a deploy nor a pipeline run");
  await refused(["--reports", join(desk.dir, "nowhere")], "there is no deploy");
});

longTestWhere("resume says what it runs from where, and refuses options that a deploy cannot have", {
  needs: ["linux"],
}, async () => {
  await using desk = await partlyFailed();
  const before = (await report(desk)).run;
  const events = desk.path("reports", before, "events.ndjson");
  const whole = await Deno.readTextFile(events);
  const [first = "", ...rest] = whole.split("\n");
  const spoiled: [change: (given: Record<string, unknown>) => void, says: string][] = [
    [(given) => given.proxyCommand = "touch pwned", "proxyCommand"],
    [(given) => given.inventory = "prod.yaml", "options.given.inventory"],
    [(given) => given.forks = "20", "options.given.forks"],
    [(given) => given.onFailure = "explode", "options.given.onFailure"],
    [(given) => given.force = "yes", "options.given.force"],
  ];
  for (const [change, says] of spoiled) {
    const start = JSON.parse(first);
    change(start.options.given);
    await Deno.writeTextFile(events, [JSON.stringify(start), ...rest].join("\n"));
    const { code, stderr, text } = await desk.run(["resume"]);
    assertEquals(code, 64, text);
    assertStringIncludes(stderr, says);
  }
  await Deno.writeTextFile(events, whole);
  await Deno.remove(desk.path("device 3"));
  const { code, stderr, text } = await desk.run(["resume"]);
  assertEquals(code, 0, text);
  const said = stderr.split("\n");
  assertMatch(said[0]!, new RegExp(`^resume of run ${before}, a deploy started \\S+ in ${desk.dir}$`));
  assertEquals(said[1], "  inventory: prod.yaml");
  assertMatch(said[2]!, new RegExp(`^  set: ${desk.path("artifacts_phase2")} \\(release [0-9a-f]{16}\\)$`));
  assertEquals(said[3], "  hosts: 2 of 4: edge-3, edge-4");
});

longTestWhere(
  "resume takes up no run of another user, with a name or without",
  { needs: ["linux", "root"] },
  async () => {
    await using desk = await partlyFailed();
    const before = (await report(desk)).run;
    const forged = desk.path("reports", "29991231T000000Z-ffffff");
    await Deno.mkdir(forged);
    await Deno.copyFile(desk.path("reports", before, "events.ndjson"), join(forged, "events.ndjson"));
    await Deno.chown(forged, 6001, 6001);
    await Deno.remove(desk.path("device 3"));
    const named = await desk.run(["resume", "29991231T000000Z-ffffff"]);
    assertEquals(named.code, 64, named.text);
    assertStringIncludes(named.stderr, "belongs to uid 6001");
    assertStringIncludes(named.stderr, "chown -R 0");
    const { code, stderr, text } = await desk.run(["resume"]);
    assertEquals(code, 0, text);
    assertStringIncludes(stderr, "warning: run 29991231T000000Z-ffffff is skipped");
    assertStringIncludes(stderr, `resume of run ${before}`);
  },
);
