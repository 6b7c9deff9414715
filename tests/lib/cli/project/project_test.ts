import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { pipelineNamed, projectPipelines } from "../../../../lib/cli/project/project.ts";
import { UsageError } from "../../../../lib/errors.ts";
import * as tasks from "../../../../tasks/mod.ts";
import { testWhere } from "../../../support.ts";

const load = () => Promise.resolve(tasks);
const PROJECT = `
  import { defineProject, defineTask, pipelines } from "lockstep";
  const drain = defineTask({ name: "drain", observe: () => Promise.resolve(0), plan: () => ({ status: "ok" }) });
  export default defineProject({
    pipelines: { deploy: pipelines.deploy.before("commit", drain), drain: [drain] },
  });
`;

/** A folder with an inventory and a project, which is removed at the end. */
async function makeFolder(files: Readonly<Record<string, string>>) {
  const dir = await Deno.makeTempDir({ prefix: "project-" });
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(join(dir, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(dir, name), text);
  }
  return {
    dir,
    path: (name: string) => join(dir, name),
    of: (inventory: readonly string[], project?: string) =>
      projectPipelines({ inventory: inventory.map((name) => join(dir, name)), project }, load),
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}
const names = (all: Iterable<{ readonly name: string }>) => [...all].map(({ name }) => name).join(" ");

Deno.test("projectPipelines() finds lockstep.ts beside the inventory: a file, or in a folder of sources", async () => {
  await using folder = await makeFolder({ "lockstep.ts": PROJECT, "prod.yaml": "", "sources/hosts": "" });
  const { file, named, pipelines } = await folder.of(["prod.yaml"]);
  assertEquals(file, folder.path("lockstep.ts"));
  assertEquals(names(pipelines.deploy), "preflight backup stage verify drain commit restart health");
  assertEquals(names(named.get("drain")!), "drain");
  // What the project says nothing of stays.
  assertEquals(pipelines.undo, tasks.pipelines.undo);
  assertEquals((await folder.of(["sources"])).file, undefined);
  assertEquals((await folder.of([""])).file, folder.path("lockstep.ts"));
  assertEquals((await projectPipelines({ inventory: ["edge-1,edge-2,"] }, load)).file, undefined);
});

Deno.test("projectPipelines() takes the one that is named, wherever it is", async () => {
  await using folder = await makeFolder({ "lockstep.ts": "throw 1", "prod.yaml": "", "other/p.ts": PROJECT });
  assertEquals((await folder.of(["prod.yaml"], folder.path("other/p.ts"))).named.size, 2);
});

Deno.test("projectPipelines() says which of several is meant, when the sources lie beside several", async () => {
  await using folder = await makeFolder({
    "a/lockstep.ts": PROJECT,
    "a/hosts": "",
    "b/lockstep.ts": PROJECT,
    "b/hosts": "",
  });
  const error = await assertRejects(() => folder.of(["a/hosts", "b/hosts"]), UsageError);
  assertStringIncludes(error.message, "found several projects");
  assertStringIncludes(error.message, "--project FILE");
});

Deno.test("projectPipelines() names the file of what does not load, and what it expects", async () => {
  const cases: [text: string, says: string][] = [
    ["export default {}", "found no project in it"],
    ["export const x = 1", "found no project in it"],
    ["throw new Error('boom')", "cannot be loaded: boom"],
    ["import './gone.ts'", "gone.ts"],
    ["export default (", "cannot be loaded"],
    [
      `import { defineProject } from "lockstep"; export default defineProject({ pipelines: { a: [] } })`,
      "pipelines.a: found no task",
    ],
    [
      `import { defineProject, pipelines } from "lockstep";
       export default defineProject({ pipelines: { a: pipelines.deploy.without("comit") } })`,
      'did you mean "commit"?',
    ],
  ];
  for (const [text, says] of cases) {
    await using folder = await makeFolder({ "lockstep.ts": text, "prod.yaml": "" });
    const error = await assertRejects(() => folder.of(["prod.yaml"]), UsageError);
    assertStringIncludes(error.message, folder.path("lockstep.ts"), text);
    assertStringIncludes(error.message, says, text);
  }
  await using folder = await makeFolder({});
  await assertRejects(() => folder.of([], folder.path("gone.ts")), UsageError, "found no");
});

testWhere(
  "projectPipelines() runs no code that somebody else could have written",
  { needs: ["root"] },
  async () => {
    const shared = 0o1777;
    const cases: [what: string, change: (path: (name: string) => string) => Promise<void>, says: string][] = [
      ["a file of another", (path) => Deno.chown(path("x/lockstep.ts"), 6001, 6001), "belongs to uid 6001"],
      ["a folder of another", (path) => Deno.chown(path("x"), 6001, 6001), "belongs to uid 6001"],
      ["a file for everybody", (path) => Deno.chmod(path("x/lockstep.ts"), 0o666), "written by everybody"],
      ["a file for its group", (path) => Deno.chmod(path("x/lockstep.ts"), 0o664), "written by its group"],
      ["a folder for everybody", (path) => Deno.chmod(path("x"), 0o777), "written by everybody"],
      ["a folder like /tmp", (path) => Deno.chmod(path("x"), shared), "written by everybody"],
      ["a link to a file of another", async (path) => {
        await Deno.rename(path("x/lockstep.ts"), path("y/p.ts"));
        await Deno.chown(path("y/p.ts"), 6001, 6001);
        await Deno.symlink(path("y/p.ts"), path("x/lockstep.ts"));
      }, "belongs to uid 6001"],
      ["a link into a folder for everybody", async (path) => {
        await Deno.rename(path("x/lockstep.ts"), path("y/p.ts"));
        await Deno.chmod(path("y"), 0o777);
        await Deno.symlink(path("y/p.ts"), path("x/lockstep.ts"));
      }, "written by everybody"],
    ];
    for (const [what, change, says] of cases) {
      const marker = join(await Deno.makeTempDir(), "ran");
      const text = `import { writeFileSync } from "node:fs"; writeFileSync(${
        JSON.stringify(marker)
      }, ""); ${PROJECT}`;
      await using folder = await makeFolder({ "x/lockstep.ts": text, "x/prod.yaml": "", "y/z": "" });
      await change(folder.path);
      const error = await assertRejects(() => folder.of(["x/prod.yaml"]), UsageError, says, what);
      assertStringIncludes(error.message, "--project");
      assertEquals(await exists(marker), false, what);
      // Anyone who names it has decided.
      assertEquals((await folder.of(["x/prod.yaml"], folder.path("x/lockstep.ts"))).named.size, 2, what);
      assert(await exists(marker), what);
      await Deno.remove(join(marker, ".."), { recursive: true });
    }
  },
);

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("pipelineNamed() says what there is, when there is no such pipeline", async () => {
  await using folder = await makeFolder({ "lockstep.ts": PROJECT, "prod.yaml": "" });
  const project = await folder.of(["prod.yaml"]);
  assertEquals(names(pipelineNamed("drain", project)), "drain");
  const wrong = await assertRejects(() => Promise.try(() => pipelineNamed("drian", project)), UsageError);
  assertStringIncludes(wrong.message, "expected one of deploy, drain");
  assertStringIncludes(wrong.message, 'did you mean "drain"?');
  const none = await projectPipelines({ inventory: [] }, load);
  const error = await assertRejects(() => Promise.try(() => pipelineNamed("drain", none)), UsageError);
  assertStringIncludes(error.message, "write lockstep.ts beside the inventory");
});
