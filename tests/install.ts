/**
 * Installs what a machine lacks, as far as it lets us: apt as root. What stays missing is named by whoever needs it.
 * @module
 */
import { findProgram } from "./support.ts";

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

/** Runs apt-get; its words are shown only where it fails. */
async function aptGet(args: readonly string[]): Promise<boolean> {
  const command = new Deno.Command("apt-get", {
    args: ["-q", ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
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
