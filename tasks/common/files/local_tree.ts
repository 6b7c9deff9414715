/**
 * A folder of this machine as it is copied to devices: its files with their digests.
 * @module
 */
import { fromFileUrl, join, resolve } from "@std/path";
import { Failure, UsageError } from "../../../lib/errors.ts";
import { isDevicePath } from "../arguments.ts";
import { hashFile, listFolder, mapFew } from "../../../lib/manifest/folder.ts";

/** A file that is copied. */
export interface TreeFile {
  /** Relative to the folder, separated by "/". */
  readonly name: string;
  /** Real, on this machine. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Its owner may run it here. */
  readonly runs: boolean;
}

/** The folder. Throws a UsageError if there is none. */
export function localFolder(task: string, from: string | URL): string {
  const where = `task ${task}`;
  if (from instanceof URL && from.protocol !== "file:") {
    throw UsageError.of(where, `from: found ${from}, expected a folder`);
  }
  const dir = from instanceof URL ? fromFileUrl(from) : resolve(from);
  try {
    if (Deno.statSync(dir).isDirectory) return dir;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw UsageError.of(
      where,
      `from: cannot read ${from}: ${why}`,
      "a path is relative to the current folder",
    );
  }
  throw UsageError.of(
    where,
    `from: found ${from}, expected a folder`,
    "one file is copied with file or template",
  );
}

/** Its files, in the order of their names. Throws a Failure for what cannot be copied: a link that leads out of it or nowhere, a pipe. */
export async function readTree(task: string, dir: string): Promise<readonly TreeFile[]> {
  const refuse = (evidence: string, next: string): never => {
    throw new Failure({ kind: "unsuitable", action: task, evidence, next: `nothing changed; ${next}` });
  };
  const entries = await listFolder(dir);
  const odd = entries.filter(({ kind }) => kind !== "file");
  if (odd.length > 0) {
    const named = odd.slice(0, 5).map(({ name, kind }) => `${name} (${WORDS[kind]})`).join(", ");
    refuse(`${dir} has entries that cannot be copied: ${named}`, "put the files themselves there");
  }
  for (const { name } of entries) {
    const wrong = isDevicePath(`/${name}`);
    if (wrong !== undefined) refuse(`${dir}: ${wrong}`, "rename it");
  }
  if (entries.length > MOST_FILES) {
    refuse(
      `${dir} has ${entries.length} files; at most ${MOST_FILES} are copied`,
      "copy less, or an archive",
    );
  }
  return await mapFew(entries, async ({ name }) => {
    const path = await Deno.realPath(join(dir, name));
    const { mode } = await Deno.stat(path);
    return { name, path, ...await hashFile(path), runs: ((mode ?? 0) & 0o100) !== 0 };
  });
}

const MOST_FILES = 5000;

const WORDS = {
  file: "a file",
  broken: "a broken link",
  loop: "a link to a folder that it is in",
  outside: "a link out of the folder",
  special: "not a regular file",
} as const;
