/**
 * The local folder of an artifact set: what lies in it, and the digests of its files. Links are followed, as scp follows them.
 * @module
 */
import { join, SEPARATOR } from "@std/path";
import { createHash } from "node:crypto";
import { UsageError } from "../errors.ts";
import { METADATA } from "./parse.ts";

/** A file is read in pieces of this many bytes, so memory does not grow with its size. */
const CHUNK = 1024 * 1024;
/** Files hashed at once. */
const CONCURRENCY = 4;

/** Something that lies in a folder: `broken` is a link to nothing, `loop` a link to a folder that it lies in, `special` a pipe or the like. */
export interface FolderEntry {
  /** Relative to the folder, separated by "/". */
  readonly name: string;
  readonly kind: "file" | "broken" | "loop" | "special";
}

/** The sha256 (lower-case hex) and the size of a file. Rejects with what `Deno.open` and `read` reject with. */
export async function hashFile(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  const chunk = new Uint8Array(CHUNK);
  let bytes = 0;
  for (let read = await file.read(chunk); read !== null; read = await file.read(chunk)) {
    hash.update(chunk.subarray(0, read));
    bytes += read;
  }
  return { sha256: hash.digest("hex"), bytes };
}

/** `work` done on every item, a few at a time; the results in the items' order. */
export async function mapFew<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return results;
}

/** Everything but folders that lies in a folder or below it, in name order. Throws a UsageError where a part cannot be read. */
export async function listFolder(dir: string): Promise<FolderEntry[]> {
  const found: FolderEntry[] = [];
  // `trail`: the real paths of the folders passed on the way, so that links cannot lead round in a circle.
  const walk = async (path: string, prefix: string, trail: readonly string[]): Promise<void> => {
    for await (const entry of Deno.readDir(path)) {
      const name = prefix + entry.name;
      const child = join(path, entry.name);
      const kind = entry.isSymlink ? await kindOfTarget(child) : kindOf(entry);
      if (kind !== "folder") {
        found.push({ name, kind });
        continue;
      }
      const real = await Deno.realPath(child);
      const circle = trail.some((passed) => passed === real || passed.startsWith(real + SEPARATOR));
      if (circle) found.push({ name, kind: "loop" });
      else await walk(child, `${name}/`, [...trail, real]);
    }
  };
  try {
    await walk(dir, "", [await Deno.realPath(dir)]);
  } catch (error) {
    throw UsageError.of(dir, `the folder cannot be read: ${reasonOf(error)}`, "make all of it readable");
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Throws a UsageError unless `dir` is a folder that can be read. */
export async function demandFolder(dir: string): Promise<void> {
  const hint = "name the folder that holds metadata.json and its files";
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(dir);
  } catch (error) {
    const message = isMissing(error)
      ? "there is no such folder"
      : `the folder cannot be read: ${reasonOf(error)}`;
    throw UsageError.of(dir, message, hint);
  }
  if (!info.isDirectory) throw UsageError.of(dir, "this is not a folder", hint);
}

/** The bytes and the text of the folder's `metadata.json`, null where there is none. Throws a UsageError where it cannot be read as text. */
export async function readMetadata(
  dir: string,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; text: string } | null> {
  const where = join(dir, METADATA);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(where);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw UsageError.of(where, `cannot be read: ${reasonOf(error)}`, "make it a file that you may read");
  }
  try {
    return { bytes, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    throw UsageError.of(where, "the text is not UTF-8", "save it as UTF-8");
  }
}

/** Whether an error of a file operation says that the path leads to nothing. */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.FilesystemLoop;
}

/** The system's words for an error of a file operation. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type Kind = FolderEntry["kind"] | "folder";

function kindOf(entry: { isFile: boolean; isDirectory: boolean }): Kind {
  return entry.isFile ? "file" : entry.isDirectory ? "folder" : "special";
}

async function kindOfTarget(link: string): Promise<Kind> {
  try {
    return kindOf(await Deno.stat(link));
  } catch (error) {
    if (isMissing(error)) return "broken";
    throw error;
  }
}
