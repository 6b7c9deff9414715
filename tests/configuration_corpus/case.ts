/**
 * One configuration of the corpus: a `.case` file. It says in words what it exercises, sets the environment, and holds the files themselves,
 * each after a line `-- NAME --`:
 * ```
 * The environment wins over the file.
 * env: ANSIBLE_FORKS=3
 * -- work/ansible.cfg --
 * [defaults]
 * forks = 7
 * ```
 * `work/` is the current folder, `home/` is at home. `mode: 777 work` changes a mode. `differs: NAME: WHY` names what is meant to differ from
 * Ansible: a setting, or `refused` for what Ansible takes and we do not. `$ROOT` in a line of the environment is the folder that holds both.
 * @module
 */
import { dirname, fromFileUrl, join } from "@std/path";

/** A configuration, and what is meant to differ. */
export interface Case {
  readonly name: string;
  readonly about: string;
  readonly env: Readonly<Record<string, string>>;
  readonly modes: readonly (readonly [mode: number, path: string])[];
  readonly differs: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** Where a case is unpacked. */
export interface Unpacked {
  readonly root: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export const corpusFolder: string = dirname(fromFileUrl(import.meta.url));
const casesFolder = join(corpusFolder, "cases");

/** Every case of the corpus, by name. */
export async function readCases(): Promise<Case[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(casesFolder)) if (name.endsWith(".case")) names.push(name);
  return await Promise.all(
    names.sort().map(async (name) =>
      parseCase(name.slice(0, -".case".length), await Deno.readTextFile(join(casesFolder, name)))
    ),
  );
}

function parseCase(name: string, text: string): Case {
  const [head = "", ...parts] = text.split(/^-- (.+) --\n/m);
  const lines = head.split("\n").filter((line) => line !== "");
  const all = (key: string) =>
    lines.filter((line) => line.startsWith(`${key}: `)).map((line) => line.slice(key.length + 2));
  const pairs = (key: string, between: string) =>
    Object.fromEntries(
      all(key).map((line) => {
        const at = line.indexOf(between);
        return [line.slice(0, at), line.slice(at + between.length)];
      }),
    );
  return {
    name,
    about: lines.filter((line) => !/^(?:env|mode|differs): /.test(line)).join(" "),
    env: pairs("env", "="),
    modes: all("mode").map((line) => [Number.parseInt(line, 8), line.slice(line.indexOf(" ") + 1)]),
    differs: pairs("differs", ": "),
    files: Object.fromEntries(
      parts.flatMap((part, at) => at % 2 === 0 ? [[part, parts[at + 1] ?? ""]] : []),
    ),
  };
}

/** Does `work` where the files of a case are, and removes them. */
export async function withCase<T>(
  { env, files, modes }: Case,
  work: (at: Unpacked) => Promise<T>,
): Promise<T> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  const cwd = join(root, "work");
  try {
    for (const folder of [cwd, join(root, "home")]) await Deno.mkdir(folder);
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(root, name)), { recursive: true });
      await Deno.writeTextFile(join(root, name), text);
    }
    for (const [mode, path] of modes) await Deno.chmod(join(root, path), mode);
    const own = Object.entries(env).map(([name, value]) => [name, value.replaceAll("$ROOT", root)]);
    return await work({ root, cwd, env: { HOME: join(root, "home"), ...Object.fromEntries(own) } });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
