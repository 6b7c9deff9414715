/**
 * `run NAME`, and the pipelines of a project in the other commands. Hosts are folders of this machine.
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { readReport, statuses } from "../../../fleet/support/program.ts";
import { longTestWhere, testWhere } from "../../../support.ts";
import { type Desk, makeDesk } from "../desk.ts";

/** A pipeline that keeps a file beside the set as `motd` says, one that deploys with it, and one that fails if there is a `broken`. */
const PROJECT = `
import { defineProject, defineTask, pipelines, program } from "lockstep";
import { z } from "zod";

const read = program("read-motd", 'if [ -e "$1/motd" ]; then cat "$1/motd"; fi; [ ! -e "$1/broken" ]');
const write = program("write-motd", 'cat >"$1/motd"');
const motd = defineTask({
  name: "motd",
  variables: z.object({ motd: z.string().min(1), motd_token: z.string().meta({ secret: true }).optional() }),
  observe: (host) => host.ask(read, [host.settings.deployPath]),
  plan: ({ code, stdout }, { settings }, { motd, motd_token }) =>
    code !== 0
      ? { status: "failed", failure: { kind: "unsuitable", evidence: "it is broken" } }
      : stdout === motd
      ? { status: "ok", detail: { motd_token: motd_token ?? null } }
      : {
        status: "change",
        why: "it says " + JSON.stringify(stdout),
        steps: [{
          title: "write motd",
          program: write,
          args: [settings.deployPath],
          input: new TextEncoder().encode(motd),
        }],
      },
});
export default defineProject({
  pipelines: { motd: [motd], deploy: pipelines.deploy.before("commit", motd), guarded: pipelines.deploy.before("health", motd) },
});
`;

async function makeProject(hosts = 2): Promise<Desk> {
  const desk = await makeDesk(hosts);
  await Deno.writeTextFile(desk.path("lockstep.ts"), PROJECT);
  for (let i = 1; i <= hosts; i++) await Deno.mkdir(desk.path(`device ${i}`));
  return desk;
}
const inventory = ["-i", "prod.yaml"];
const MOTD = `hello "$(id)"; 'x' \\ é`;
const motd = ["-e", JSON.stringify({ motd: MOTD })];
const report = (desk: Desk) => readReport(desk.path("reports"));

testWhere("run takes the hosts through a pipeline: dry, changed, ok", { needs: ["linux"] }, async () => {
  await using desk = await makeProject();
  const run = async (...args: string[]) => {
    const { code, text } = await desk.run(["run", "motd", ...inventory, ...motd, ...args]);
    assertEquals(code, 0, text);
    return statuses(await report(desk));
  };
  assertEquals(await run("--dry-run"), { "edge-1": "changed", "edge-2": "changed" });
  assertEquals(await Array.fromAsync(Deno.readDir(desk.path("device 1"))), []);
  assertEquals(await run("--waves", "1,rest"), { "edge-1": "changed", "edge-2": "changed" });
  assertEquals(await Deno.readTextFile(desk.path("device 1", "motd")), MOTD);
  assertEquals(await run(), { "edge-1": "ok", "edge-2": "ok" });
  const { command, hosts } = await report(desk);
  assertEquals([command, hosts[0]!.tasks.map(({ task }) => task)], ["run motd", ["motd"]]);
});

longTestWhere(
  "run is stopped by its failure budget, and resume goes on with it",
  { needs: ["linux"] },
  async () => {
    await using desk = await makeProject(3);
    await Deno.writeTextFile(desk.path("device 2", "broken"), "");
    const stopped = await desk.run(["run", "motd", ...inventory, ...motd, "-f", "1"]);
    assertEquals([stopped.code, statuses(await report(desk))], [2, {
      "edge-1": "changed",
      "edge-2": "failed",
      "edge-3": "skipped",
    }], stopped.text);
    await Deno.remove(desk.path("device 2", "broken"));
    const resumed = await desk.run(["resume"]);
    assertEquals([resumed.code, statuses(await report(desk))], [0, {
      "edge-1": "changed",
      "edge-2": "changed",
      "edge-3": "changed",
    }], resumed.text);
    assertStringIncludes(resumed.stderr, "a run motd started");
  },
);

longTestWhere(
  "deploy runs the project's pipeline, and takes a host back if its task fails",
  { needs: ["linux"] },
  async () => {
    await using desk = await makeProject(1);
    const first = await desk.run(["deploy", ...inventory, ...motd]);
    assertEquals(first.code, 0, first.text);
    assertEquals((await report(desk)).hosts[0]!.tasks.map(({ task }) => task), [
      "preflight",
      "backup",
      "stage",
      "verify",
      "motd",
      "commit",
      "restart",
      "health",
    ]);
    const live = desk.path("device 1", "artifacts_phase2", "model.onnx");
    await Deno.writeTextFile(desk.path("artifacts_phase2", "model.onnx"), "another");
    assertEquals((await desk.run(["manifest", "artifacts_phase2"])).code, 0);
    await Deno.writeTextFile(desk.path("device 1", "broken"), "");
    const guarded = await desk.run(["run", "guarded", ...inventory, ...motd]);
    assertEquals(
      [guarded.code, statuses(await report(desk))],
      [2, { "edge-1": "rolled_back" }],
      guarded.text,
    );
    assertEquals(await Deno.readTextFile(live), "model");
  },
);

longTestWhere(
  "--list-tasks, --only, --skip and --start-at know the project's tasks",
  { needs: [] },
  async () => {
    await using desk = await makeProject(1);
    const tasks = async (...args: string[]) => {
      const { code, stdout, text } = await desk.run([...args, ...inventory, "--list-tasks"]);
      assertEquals(code, 0, text);
      return stdout.trimEnd().split("\n").join(" ");
    };
    assertEquals(await tasks("deploy"), "preflight backup stage verify motd commit restart health");
    assertEquals(await tasks("plan", "--start-at", "motd"), "motd commit restart health");
    assertEquals(
      await tasks("run", "guarded", "--skip", "motd,backup"),
      "preflight stage verify commit restart health",
    );
    assertEquals(await tasks("run", "guarded", "--only", "motd", "--skip", "backup"), "motd");
    const cases: [args: string[], says: string][] = [
      [["deploy", "--only", "mtod"], 'did you mean "motd"?'],
      [["deploy", "--start-at", "motd,commit"], "found 2 tasks"],
      [["run", "motd", "--skip", "motd"], "no task is left"],
      [["run", "mtod"], 'did you mean "motd"?'],
    ];
    for (const [args, says] of cases) {
      const { code, stderr } = await desk.run([...args, ...inventory, ...motd]);
      assertEquals(code, 64, stderr);
      assertStringIncludes(stderr, says);
    }
  },
);

longTestWhere("a task's variables are checked before any host is contacted, and secret ones are masked", {
  needs: ["linux"],
}, async () => {
  await using desk = await makeProject();
  const missing = await desk.run(["deploy", ...inventory]);
  assertEquals(missing.code, 64, missing.text);
  assertStringIncludes(missing.stderr, "edge-1: motd: found no motd, which a task needs");
  assertEquals(await Array.fromAsync(Deno.readDir(desk.path("device 1"))), []);
  const ran = await desk.run(["run", "motd", ...inventory, ...motd, "-e", "motd_token=open-sesame-1", "-vv"]);
  assertEquals(ran.code, 0, ran.text);
  const again = await desk.run([
    "run",
    "motd",
    ...inventory,
    ...motd,
    "-e",
    "motd_token=open-sesame-1",
    "-vv",
  ]);
  assertStringIncludes(again.text, "motd_token");
  const kept = await Deno.readTextFile(desk.path("reports", "latest", "report.json"));
  for (const text of [ran.text, again.text, kept]) assertEquals(text.includes("open-sesame-1"), false, text);
  const { stdout } = await desk.run(["inventory", "--schema", ...inventory]);
  assertEquals(JSON.parse(stdout).$defs.variables.properties.motd.anyOf[0], { type: "string", minLength: 1 });
});
