/**
 * What the inventory's tests share: files in a folder of their own, and the inventory that is read from them.
 * @module
 */
import { join } from "@std/path";
import { UsageError } from "../../../lib/errors.ts";
import type { Inventory } from "../../../lib/ansible/mod.ts";
import { loadInventory } from "../../../lib/settings/mod.ts";

/** Runs `work` in a folder that holds `files`, and removes it. */
export async function inFolder<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  work: (cwd: string) => Promise<T>,
): Promise<T> {
  const cwd = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      await Deno.mkdir(join(cwd, name, ".."), { recursive: true });
      await Deno.writeFile(
        join(cwd, name),
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    }
    return await work(cwd);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

/** The inventory of YAML texts, each a file (`0.yaml`, `1.yaml`, …) of its own. */
export function inventoryOf(
  texts: string | readonly string[],
  extraVars: readonly string[] = [],
): Promise<Inventory> {
  const files = [texts].flat().map((text, number) => [`${number}.yaml`, text] as const);
  return inFolder(
    Object.fromEntries(files),
    (cwd) => loadInventory(files.map(([name]) => name), { extraVars, env: {}, cwd }),
  );
}

/** The problems that `work` ends with, a line each as they are printed, hints on lines of their own. */
export async function problemsOf(work: () => unknown): Promise<string[]> {
  try {
    await work();
  } catch (error) {
    if (error instanceof UsageError) return error.message.split("\n");
    throw error;
  }
  return [];
}
