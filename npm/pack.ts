/**
 * Makes `lockstep.tgz`, which npm and Deno install: the modules as JavaScript with the types of the public API, by `deno pack`, which leaves
 * three things to us. Names of the import map that lead into this repository become relative, versions are pinned as `deno.json` has them,
 * and the file with our own version comes along.
 * @module
 */
import { dirname, fromFileUrl, join, relative } from "@std/path";
import config from "../deno.json" with { type: "json" };

const root = fromFileUrl(new URL("..", import.meta.url));
const target = Deno.args[0] ?? join(root, "lockstep.tgz");
const folder = await Deno.makeTempDir({ prefix: "lockstep-pack-" });
try {
  const packed = join(folder, "packed.tgz");
  await run(Deno.execPath(), ["pack", "--quiet", "--allow-dirty", "--no-source-maps", "--output", packed]);
  await run("tar", ["-xzf", packed, "-C", folder]);
  const contents = join(folder, "package");
  // `deno pack` only warns if a type of the public API cannot be read off the source, and then leaves out all of them.
  await Deno.stat(join(contents, "mod.d.ts")).catch((cause) => {
    throw new Error("deno pack made no types: see `deno publish --dry-run`", { cause });
  });
  for await (const path of modulesIn(contents)) await makeRelative(contents, path);
  await Deno.writeTextFile(join(contents, "deno.json"), JSON.stringify({ version: config.version }) + "\n");
  await describe(join(contents, "package.json"));
  await run("tar", ["-czf", target, "-C", folder, "package"]);
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Every module and every file of types below a folder. */
async function* modulesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* modulesIn(path);
    else if (name.endsWith(".js") || name.endsWith(".d.ts")) yield path;
  }
}

/** Names that this repository's import map gives to a file of it, as paths to that file. */
async function makeRelative(contents: string, path: string): Promise<void> {
  const before = await Deno.readTextFile(path);
  let text = before;
  for (const [name, file] of Object.entries(config.imports)) {
    if (!file.startsWith("./")) continue;
    const way = relative(dirname(path), join(contents, file.replace(/\.ts$/, ".js"))).replaceAll("\\", "/");
    text = text.replaceAll(`from "${name}"`, `from "${way.startsWith(".") ? way : `./${way}`}"`);
  }
  if (text !== before) await Deno.writeTextFile(path, text);
}

/** The name by which projects import us, a program, and the versions that the tests have seen. */
async function describe(path: string): Promise<void> {
  const { dependencies, ...rest } = JSON.parse(await Deno.readTextFile(path)) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const exact = Object.entries(dependencies).map(([name, version]) => [name, version.replace(/^\^/, "")]);
  const described = { ...rest, name: "lockstep", dependencies: Object.fromEntries(exact) };
  await Deno.writeTextFile(path, JSON.stringify(described, null, 2) + "\n");
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args: [...args], cwd: root, stdout: "inherit" })
    .output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
}
