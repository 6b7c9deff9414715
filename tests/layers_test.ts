/**
 * Imports run one way: `mod.ts → lib/cli → lib/rollout → lib/*`, and `tasks/* → lib/*`; nothing in `lib` knows a task, and only
 * `lib/remote` knows zx. The module graph is deno's own.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, toFileUrl } from "@std/path";

/** A module of ours and what it imports: paths from the root, or `npm:` specifiers. */
interface Module {
  readonly path: string;
  readonly imports: readonly string[];
}

/** A room, and the rooms that its modules may import from, beside itself. */
interface Room {
  readonly has: (path: string) => boolean;
  readonly mayImport: readonly string[];
}

const below = ["lib/settings", "lib/ansible", "plain"];

const rooms: Readonly<Record<string, Room>> = {
  "mod.ts": {
    has: (path) => path === "mod.ts",
    mayImport: ["lib/cli", "lib/rollout", "lib", "tasks", ...below],
  },
  "lib/cli": { has: (path) => path.startsWith("lib/cli/"), mayImport: ["lib/rollout", "lib", ...below] },
  "lib/rollout": { has: (path) => path.startsWith("lib/rollout/"), mayImport: ["lib", ...below] },
  "tasks": { has: (path) => path.startsWith("tasks/"), mayImport: ["lib", ...below] },
  // Ansible's inventory: could be published by itself.
  "lib/ansible": { has: (path) => path.startsWith("lib/ansible/"), mayImport: ["plain"] },
  "lib/settings": {
    has: (path) => path.startsWith("lib/settings/"),
    mayImport: ["lib/ansible", "plain", "lib"],
  },
  // Vocabulary that every room may use, and that imports nothing else of ours.
  "plain": { has: (path) => path === "lib/errors.ts" || path.startsWith("lib/plain/"), mayImport: [] },
  "lib": { has: (path) => path.startsWith("lib/"), mayImport: below },
};

/** Packages that only one room may import. */
const keepers: readonly { readonly name: RegExp; readonly where: (path: string) => boolean }[] = [
  { name: /^npm:\/?zx@/, where: (path) => path.startsWith("lib/remote/") },
  {
    name: /^npm:\/?(@commander-js\/extra-typings|commander|@bomb\.sh\/tab)@/,
    where: (path) => path.startsWith("lib/cli/"),
  },
];

/** Rooms inside the rooms: what is below `to` is imported only by the modules that `by` names. */
const walls: readonly { readonly to: string; readonly by: (path: string) => boolean }[] = [
  // A session is opened in one place; everybody else speaks to a Remote.
  {
    to: "lib/remote/ssh/",
    by: (path) => path.startsWith("lib/remote/ssh/") || path === "lib/rollout/connector.ts",
  },
  // The runner tells events, and does not know who makes reports of them.
  { to: "lib/report/", by: (path) => /^(mod\.ts$|lib\/cli\/|lib\/report\/)/.test(path) },
  // Two kinds of output that share the fold and the words, and nothing else.
  { to: "lib/report/terminal/", by: (path) => /^(mod\.ts$|lib\/cli\/|lib\/report\/terminal\/)/.test(path) },
  { to: "lib/report/formats/", by: (path) => /^lib\/(cli|report\/(formats|record))\//.test(path) },
  { to: "lib/report/record/", by: (path) => /^(mod\.ts$|lib\/cli\/|lib\/report\/record\/)/.test(path) },
];

/** The imports that run back, as "FROM → TO". */
function wrongArrows(modules: readonly Module[]): string[] {
  return modules.flatMap(({ path, imports }) => {
    const from = roomOf(path);
    return imports.filter((target) => {
      if (target.startsWith("npm:")) {
        return keepers.some(({ name, where }) => name.test(target) && !where(path));
      }
      if (target.startsWith("lib/std/")) return false; // Facades of packages.
      if (target.endsWith(".json")) return false; // Data, such as the version in deno.json.
      const to = roomOf(target);
      if (walls.some((wall) => target.startsWith(wall.to) && !wall.by(path))) return true;
      return from === undefined || to === undefined || (from !== to && !rooms[from]!.mayImport.includes(to));
    }).map((target) => `${path} → ${target}`);
  });
}

function roomOf(path: string): string | undefined {
  return Object.entries(rooms).find(([, room]) => room.has(path))?.[0];
}

/** Modules that import each other, also by way of others: each as "A → B → A". */
function circles(modules: readonly Module[]): string[] {
  const imports = new Map(modules.map(({ path, imports }) => [path, imports]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) found.push([...way.slice(at), path].join(" → "));
    if (at >= 0 || done.has(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const { path } of modules) visit(path, []);
  return found;
}

/** The modules that a program consists of, as `deno info --json` tells. Imports of types count. */
async function readGraph(root: URL, entry: string): Promise<Module[]> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: root,
    stderr: "inherit",
  });
  const { success, stdout } = await command.output();
  assert(success, "deno info ends well");
  const graph = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: {
      specifier: string;
      error?: string;
      dependencies?: { code?: { specifier?: string }; type?: { specifier?: string }; npmPackage?: string }[];
    }[];
  };
  const errors = graph.modules.flatMap(({ error }) => error ?? []);
  assertEquals(errors, []);
  return graph.modules.filter(({ specifier }) => specifier.startsWith(root.href)).map((module) => ({
    path: module.specifier.slice(root.href.length),
    imports: [
      ...new Set(
        (module.dependencies ?? []).flatMap(({ code, type }) =>
          [code?.specifier ?? [], type?.specifier ?? []].flat()
        ),
      ),
    ].map((specifier) => specifier.startsWith(root.href) ? specifier.slice(root.href.length) : specifier)
      .filter((specifier) => !specifier.startsWith("node:")),
  }));
}

const root = new URL("..", import.meta.url);

Deno.test("wrongArrows() names the imports that run back, when a graph has some", () => {
  assertEquals(
    wrongArrows([
      { path: "mod.ts", imports: ["lib/cli/program.ts", "tasks/mod.ts", "lib/errors.ts", "deno.json"] },
      { path: "lib/cli/program.ts", imports: ["lib/rollout/run.ts", "tasks/mod.ts", "npm:commander@15.1.0"] },
      { path: "lib/rollout/run.ts", imports: ["lib/task.ts", "lib/cli/program.ts", "npm:/zx@8.8.5/core"] },
      {
        path: "lib/task.ts",
        imports: ["lib/rollout/run.ts", "tasks/stage.ts", "mod.ts", "npm:zod@4.6.7"],
      },
      { path: "lib/remote/ssh/spawn.ts", imports: ["npm:/zx@8.8.5/core", "lib/errors.ts"] },
      {
        path: "tasks/stage.ts",
        imports: ["lib/task.ts", "lib/rollout/run.ts", "tests/support.ts", "tasks/verify.ts"],
      },
      { path: "elsewhere.ts", imports: ["lib/task.ts"] },
      { path: "lib/rollout/connector.ts", imports: ["lib/remote/ssh/connect.ts"] },
      { path: "lib/facts/fact.ts", imports: ["lib/remote/remote.ts", "lib/remote/ssh/session.ts"] },
      { path: "lib/rollout/rollout.ts", imports: ["lib/run/summary.ts", "lib/report/fold/report.ts"] },
      {
        path: "lib/report/terminal/plain.ts",
        imports: ["lib/report/words/text.ts", "lib/report/formats/html.ts", "lib/report/terminal/spans.ts"],
      },
      {
        path: "lib/report/formats/html.ts",
        imports: ["lib/report/fold/report.ts", "lib/report/terminal/spans.ts"],
      },
    ]),
    [
      "lib/cli/program.ts → tasks/mod.ts",
      "lib/rollout/run.ts → lib/cli/program.ts",
      "lib/rollout/run.ts → npm:/zx@8.8.5/core",
      "lib/task.ts → lib/rollout/run.ts",
      "lib/task.ts → tasks/stage.ts",
      "lib/task.ts → mod.ts",
      "tasks/stage.ts → lib/rollout/run.ts",
      "tasks/stage.ts → tests/support.ts",
      "elsewhere.ts → lib/task.ts",
      "lib/facts/fact.ts → lib/remote/ssh/session.ts",
      "lib/rollout/rollout.ts → lib/report/fold/report.ts",
      "lib/report/terminal/plain.ts → lib/report/formats/html.ts",
      "lib/report/formats/html.ts → lib/report/terminal/spans.ts",
    ],
  );
});

Deno.test("circles() names modules that import each other, when a graph has some", () => {
  assertEquals(
    circles([
      { path: "a.ts", imports: ["b.ts", "d.ts", "npm:zod@4.6.7"] },
      { path: "b.ts", imports: ["c.ts"] },
      { path: "c.ts", imports: ["b.ts", "d.ts"] },
      { path: "d.ts", imports: [] },
    ]),
    ["b.ts → c.ts → b.ts"],
  );
});

Deno.test("readGraph() finds an arrow that runs back, when a module has one", async () => {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    const write = async (path: string, text: string) => await Deno.writeTextFile(`${dir}/${path}`, text);
    await Deno.mkdir(`${dir}/lib/rollout`, { recursive: true });
    await Deno.mkdir(`${dir}/tasks`);
    await write("mod.ts", 'import "./lib/rollout/run.ts"; import "./tasks/stage.ts";');
    await write("lib/rollout/run.ts", "export interface Run { readonly id: string }");
    await write(
      "tasks/stage.ts",
      'import type { Run } from "../lib/rollout/run.ts"; export const run: Run = { id: "" };',
    );
    assertEquals(wrongArrows(await readGraph(toFileUrl(`${dir}/`), "mod.ts")), [
      "tasks/stage.ts → lib/rollout/run.ts",
    ]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("mod.ts imports one way, and nothing in a circle, when its whole graph is read", async () => {
  const modules = await readGraph(root, "mod.ts");
  assert(modules.length > 10, `the graph of ${fromFileUrl(root)} has ${modules.length} modules`);
  assertEquals(wrongArrows(modules), []);
  assertEquals(circles(modules), []);
});
