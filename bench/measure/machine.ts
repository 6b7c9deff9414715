/**
 * What was measured on, and what was measured.
 * @module
 */
import { arch, cpus, release, totalmem } from "node:os";
import type { Machine } from "../results.ts";

/** The facts of this machine; `packages` are Debian's, of which those that are installed are named with their versions. */
export async function machineFacts(packages: readonly string[]): Promise<Machine> {
  return {
    cpu: `${cpus()[0]?.model ?? "unknown"}, ${arch()}`,
    cores: navigator.hardwareConcurrency,
    memoryGb: totalmem() / 1e9,
    kernel: release().split("-")[0] ?? "",
    openssh: (await saidBy("ssh", ["-V"])).split(/[ ,]/)[0] ?? "",
    defaultKeyExchange:
      /^kexalgorithms ([^,\n]+)/m.exec(await saidBy("ssh", ["-F", "none", "-G", "localhost"]))?.[1] ??
        "unknown",
    deno: Deno.version.deno,
    packages: await versionsOf(packages),
  };
}

/** The commit, and whether something differs from it. */
export async function commitOf(dir: string): Promise<string> {
  return (await saidBy("git", ["-C", dir, "describe", "--always", "--dirty"])).trim() || "unknown commit";
}

async function versionsOf(packages: readonly string[]): Promise<Record<string, string>> {
  const lines = await saidBy("dpkg-query", ["-W", "-f", "${Package} ${Version}\\n", ...packages]);
  const words = lines.split("\n").map((line) => line.split(" "));
  return Object.fromEntries(
    words.flatMap(([name = "", version]) => packages.includes(name) && version ? [[name, version]] : []),
  );
}

/** Both streams of a program; nothing if it is not there. */
async function saidBy(name: string, args: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await new Deno.Command(name, { args }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
