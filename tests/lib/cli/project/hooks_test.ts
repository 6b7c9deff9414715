/**
 * Hooks: the user's commands at moments of a deploy, on hosts (folders of this machine) and on this machine.
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { readReport, statuses } from "../../../fleet/support/program.ts";
import { longTestWhere, testWhere } from "../../../support.ts";
import { type Desk, makeDesk } from "../desk.ts";

/** Every hook writes a line of what it is told into `log`. */
const NOTE = (moment: string) =>
  `echo "${moment} $LOCKSTEP_HOST \${LOCKSTEP_RELEASE:+release} $LOCKSTEP_STATUS" >>"$LOG"`;

async function setHooks(desk: Desk, hooks: unknown): Promise<void> {
  await Deno.writeTextFile(desk.path("hooks.json"), JSON.stringify({ hooks }));
}

const deploy = ["deploy", "-i", "prod.yaml", "-e", "@hooks.json", "-f", "1"];
const MOMENTS = ["before_deploy", "after_commit", "after_deploy", "on_failure"];
const everywhere = Object.fromEntries(
  MOMENTS.map((moment) => [moment, { host: NOTE(moment), controller: NOTE(`here: ${moment}`) }]),
);

async function ran(desk: Desk): Promise<string[]> {
  const log = desk.path("log");
  const text = await Deno.readTextFile(log).catch(() => "");
  await Deno.remove(log).catch(() => {});
  return text.split("\n").filter((line) => line !== "").map((line) => line.trim());
}

async function run(desk: Desk, args: readonly string[], code: number): Promise<Record<string, string>> {
  const outcome = await desk.run(args, { LOG: desk.path("log") });
  assertEquals(outcome.code, code, outcome.text);
  return statuses(await readReport(desk.path("reports")));
}

longTestWhere(
  "hooks are run at their moments, and not where nothing is deployed",
  { needs: ["linux"] },
  async () => {
    await using desk = await makeDesk();
    await setHooks(desk, everywhere);
    assertEquals(await run(desk, [...deploy, "--dry-run"], 0), { "edge-1": "changed", "edge-2": "changed" });
    assertEquals(await ran(desk), []);
    assertEquals(await run(desk, deploy, 0), { "edge-1": "changed", "edge-2": "changed" });
    assertEquals(await ran(desk), [
      "here: before_deploy  release",
      "before_deploy edge-1 release",
      "after_commit edge-1 release",
      "after_deploy edge-1 release",
      "before_deploy edge-2 release",
      "after_commit edge-2 release",
      "after_deploy edge-2 release",
      "here: after_commit  release ok",
      "here: after_deploy  release ok",
    ]);
    const report = await readReport(desk.path("reports"));
    assertEquals(report.hosts[0]!.tasks.map(({ task }) => task), [
      "preflight",
      "before-deploy",
      "backup",
      "stage",
      "verify",
      "commit",
      "after-commit",
      "restart",
      "health",
      "after-deploy",
    ]);
    assertEquals(await run(desk, deploy, 0), { "edge-1": "ok", "edge-2": "ok" });
    assertEquals(await ran(desk), ["here: before_deploy  release", "here: after_deploy  release ok"]);
  },
);

testWhere("hooks of --all-or-nothing are run once a host", { needs: ["linux"] }, async () => {
  await using desk = await makeDesk();
  await setHooks(desk, { before_deploy: NOTE("before_deploy"), after_deploy: NOTE("after_deploy") });
  await run(desk, [...deploy, "--all-or-nothing"], 0);
  assertEquals(await ran(desk), [
    "before_deploy edge-1 release",
    "before_deploy edge-2 release",
    "after_deploy edge-1 release",
    "after_deploy edge-2 release",
  ]);
});

testWhere(
  "a before_deploy that fails ends its host before anything has changed",
  { needs: ["linux"] },
  async () => {
    await using desk = await makeDesk();
    await setHooks(desk, {
      before_deploy: `if [ "$LOCKSTEP_HOST" = edge-1 ]; then echo "it is frozen" >&2; exit 3; fi`,
      on_failure: NOTE("on_failure"),
    });
    assertEquals(await run(desk, deploy, 2), { "edge-1": "failed", "edge-2": "skipped" });
    assertEquals(await ran(desk), ["on_failure edge-1 release failed"]);
    const [host] = (await readReport(desk.path("reports"))).hosts;
    assertEquals(host!.error!.evidence, "before_deploy exited with code 3: it is frozen");
    assertEquals(await Deno.stat(desk.path("device 1")).catch(() => null), null);
  },
);

testWhere(
  "a before_deploy that fails on this machine ends the run before any host is contacted",
  { needs: ["linux"] },
  async () => {
    await using desk = await makeDesk();
    await setHooks(desk, {
      before_deploy: { controller: "echo no deploys on Fridays; exit 9", host: NOTE("before_deploy") },
      on_failure: { controller: NOTE("here: on_failure") },
    });
    assertEquals(await run(desk, deploy, 2), { "edge-1": "skipped", "edge-2": "skipped" });
    assertEquals(await ran(desk), ["here: on_failure  release failed"]);
    const events = await Deno.readTextFile(desk.path("reports", "latest", "events.ndjson"));
    assertStringIncludes(events, "before_deploy exited with code 9");
    assertStringIncludes(events, "no deploys on Fridays");
    assertEquals(await Deno.stat(desk.path("device 1")).catch(() => null), null);
  },
);

longTestWhere(
  "an after_commit that fails takes its host back, and on_failure says so",
  { needs: ["linux"] },
  async () => {
    await using desk = await makeDesk(1);
    assertEquals(await run(desk, ["deploy", "-i", "prod.yaml"], 0), { "edge-1": "changed" });
    await Deno.writeTextFile(desk.path("artifacts_phase2", "model.onnx"), "another");
    assertEquals((await desk.run(["manifest", "artifacts_phase2"])).code, 0);
    await setHooks(desk, {
      after_commit: "exit 1",
      on_failure: NOTE("on_failure"),
      after_deploy: NOTE("no"),
    });
    assertEquals(await run(desk, deploy, 2), { "edge-1": "rolled_back" });
    assertEquals(await ran(desk), ["on_failure edge-1 release rolled_back"]);
    assertEquals(await Deno.readTextFile(desk.path("device 1", "artifacts_phase2", "model.onnx")), "model");
  },
);

testWhere("an after_deploy that fails on this machine is no good run", { needs: ["linux"] }, async () => {
  await using desk = await makeDesk(1);
  await setHooks(desk, { after_deploy: { controller: "exit 4" } });
  const { code, stderr } = await desk.run(deploy);
  assertEquals(code, 1, stderr);
  assertStringIncludes(stderr, "the hook after_deploy exited with code 4: exit 4");
});

longTestWhere(
  "hooks of this machine are one for the run, and nobody else's",
  { needs: ["root"] },
  async () => {
    await using desk = await makeDesk();
    const inventory = await Deno.readTextFile(desk.path("prod.yaml"));
    const write = (text: string) => Deno.writeTextFile(desk.path("prod.yaml"), text);
    const hook = (text: string) => `hooks: { before_deploy: { controller: '${text}' } }`;
    await write(
      inventory.replace("device 1' }", `device 1', ${hook("true")} }`).replace(
        "device 2' }",
        `device 2', ${hook("false")} }`,
      ),
    );
    const args = ["deploy", "-i", "prod.yaml"];
    const differ = await desk.run(args);
    assertEquals(differ.code, 64, differ.text);
    assertStringIncludes(differ.stderr, "edge-1 and edge-2 have different ones");
    await write(inventory.replace("vars: {", `vars: { ${hook("touch ran")}, `));
    await Deno.chmod(desk.path("prod.yaml"), 0o666);
    const open = await desk.run(args);
    assertEquals(open.code, 64, open.text);
    assertStringIncludes(
      open.stderr,
      "can be written by everybody, so its hooks are not run on this machine",
    );
    assertEquals(await Deno.stat(desk.path("ran")).catch(() => null), null);
    await Deno.chmod(desk.path("prod.yaml"), 0o644);
    assertEquals((await desk.run(args)).code, 0);
    await Deno.stat(desk.path("ran"));
    await write(inventory.replace("vars: {", "vars: { hooks: { befor_deploy: x }, "));
    const wrong = await desk.run(args);
    assertEquals(wrong.code, 64, wrong.text);
    assertStringIncludes(wrong.stderr, "expected a mapping of before_deploy, after_commit");
  },
);
