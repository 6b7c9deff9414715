/**
 * Installs what a machine lacks, as far as it lets us: apt as root. What stays missing is named by the test that needs it.
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { findProgram } from "../support.ts";

/** Programs, or absolute paths, and the Debian package that brings each. */
export type Packages = Readonly<Record<string, string>>;

/** The packages of what is not there. */
export function missingPackages(packages: Packages): string[] {
  const missing = Object.keys(packages).filter((name) => !isThere(name));
  return [...new Set(missing.map((name) => packages[name]!))];
}

/** Installs what is missing. */
export async function installMissing(packages: Packages): Promise<void> {
  const wanted = missingPackages(packages);
  if (wanted.length === 0) return;
  if (Deno.build.os !== "linux" || Deno.uid() !== 0 || findProgram("apt-get") === undefined) {
    console.log(`not installed, and only apt-get as root could: ${wanted.join(", ")}`);
    return;
  }
  console.log(`installing ${wanted.join(", ")}`);
  await aptGet(["update"]);
  const add = (names: readonly string[]) => aptGet(["install", "--no-install-recommends", "--yes", ...names]);
  if (await add(wanted)) return;
  for (const name of wanted) if (!await add([name])) console.log(`cannot install ${name}`);
}

/** Puts the program of a package, and nothing else of it, at a path of its own. */
export async function unpackMissing(programs: Packages): Promise<void> {
  for (const [path, name] of Object.entries(programs)) {
    if (isThere(path)) continue;
    if (Deno.build.os !== "linux" || Deno.uid() !== 0 || findProgram("apt-get") === undefined) {
      console.log(`not unpacked, and only apt-get as root could: ${path}`);
      continue;
    }
    console.log(`unpacking ${name}`);
    const dir = await Deno.makeTempDir();
    try {
      // apt downloads as another user.
      await Deno.chmod(dir, 0o755);
      if (!await aptGet(["download", name], dir)) continue;
      const deb = [...Deno.readDirSync(dir)].find((entry) => entry.name.endsWith(".deb"))!;
      await new Deno.Command("dpkg-deb", { args: ["-x", join(dir, deb.name), join(dir, "x")] }).output();
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.copyFile(join(dir, "x/bin", basename(path)), path);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  }
}

/** Runs apt-get; its words are shown only if it fails. */
async function aptGet(args: readonly string[], cwd?: string): Promise<boolean> {
  const command = new Deno.Command("apt-get", {
    args: ["-q", ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) console.error(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  return success;
}

function isThere(name: string): boolean {
  if (!name.startsWith("/")) return findProgram(name) !== undefined;
  try {
    Deno.statSync(name);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
