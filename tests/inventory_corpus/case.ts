/**
 * One inventory of the corpus: a `.case` file. It says in words what it exercises, names sources, options and patterns, one a line, and
 * holds the files themselves, each after a line `-- NAME --`:
 * ```
 * About padded ranges.
 * source: hosts.ini
 * limit: web[0:2]
 * -- hosts.ini --
 * [web]
 * web-[01:12]
 * ```
 * `render: HOST` has every variable of a host evaluated. A file that begins with `#!` becomes executable. `differs: WHAT: WHY` names what is meant to differ from Ansible: a pattern, `list`,
 * `refused` for an inventory that Ansible takes and we do not, or `HOST.NAME` for what a variable comes to.
 * @module
 */
import { dirname, fromFileUrl, join } from "@std/path";

/** An inventory, what is asked about it, and what is meant to differ. */
export interface Case {
  readonly name: string;
  readonly about: string;
  readonly sources: readonly string[];
  readonly extraVars: readonly string[];
  readonly vaultPasswordFile?: string;
  readonly patterns: readonly string[];
  /** Hosts whose variables are evaluated. */
  readonly render?: readonly string[];
  /** What differs from Ansible on purpose, and why. */
  readonly differs: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

export const corpusFolder: string = dirname(fromFileUrl(import.meta.url));
const casesFolder = join(corpusFolder, "cases");

/** Every case of the corpus, by name. */
export async function readCases(): Promise<Case[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(casesFolder)) if (name.endsWith(".case")) names.push(name);
  return await Promise.all(
    names.sort().map(async (name) =>
      parseCase(
        name.slice(0, -".case".length),
        await Deno.readTextFile(join(casesFolder, name)),
      )
    ),
  );
}

/** Reads the text of a case. Throws an Error that names a line that it does not know. */
export function parseCase(name: string, text: string): Case {
  const [head = "", ...parts] = text.split(/^-- (.+) --\r?\n/m);
  const about: string[] = [];
  const settings = {
    source: [] as string[],
    extra: [] as string[],
    vault: [] as string[],
    limit: [] as string[],
    render: [] as string[],
    differs: [] as string[],
  };
  for (const line of head.split("\n")) {
    const [, key = "", value = ""] = /^([a-z]+): (.*)$/.exec(line) ?? [];
    if (key in settings) settings[key as keyof typeof settings].push(value);
    else if (key === "") about.push(line);
    else throw new Error(`${name}: found "${line}", expected one of ${Object.keys(settings).join(", ")}`);
  }
  const files: Record<string, string> = {};
  for (let i = 0; i < parts.length; i += 2) files[parts[i]!] = parts[i + 1]!;
  const [vault] = settings.vault;
  return {
    name,
    about: about.join(" ").trim(),
    sources: settings.source.length > 0 ? settings.source : Object.keys(files).slice(0, 1),
    extraVars: settings.extra,
    ...(vault === undefined ? {} : { vaultPasswordFile: vault }),
    patterns: settings.limit,
    ...(settings.render.length > 0 ? { render: settings.render } : {}),
    differs: Object.fromEntries(settings.differs.map((line) => {
      const at = line.lastIndexOf(": ");
      return [line.slice(0, at), line.slice(at + 2)];
    })),
    files,
  };
}

/** Writes the files of a case to a folder. */
export async function unpack(files: Case["files"], folder: string): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text, text.startsWith("#!") ? { mode: 0o755 } : {});
  }
}

/** Does `work` in a folder that holds the files of a case, and removes it. */
export async function withFolder<T>(
  { files }: Pick<Case, "files">,
  work: (cwd: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    await unpack(files, folder);
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
