/**
 * The local folder of an artifact set: its entries, and the digests of its files. A link is followed if it stays in the folder;
 * one that leads out of it could include any file that this user may read, so it is followed only on request.
 * @module
 */
import { join, SEPARATOR } from "@std/path";
import { createHash } from "node:crypto";
import { UsageError } from "../errors.ts";
import { openPlain } from "../plain_file.ts";
import { METADATA_BYTES, MOST_ENTRIES } from "./bounds.ts";
import { METADATA } from "./names.ts";
import { tooManyBytes } from "./parse.ts";

/** A file is read in pieces of this many bytes, so memory does not grow with its size. */
const CHUNK = 1024 * 1024;
/** A folder may hold more than is listed, within reason. */
const MOST_FOUND = 4 * MOST_ENTRIES;
/** Files hashed at once. */
const CONCURRENCY = 4;

/**
 * Something that lies in a folder: `broken` is a broken link, `loop` a link to a folder that it is in, `outside` a link out of the
 * folder, `special` a pipe or the like.
 */
export interface FolderEntry {
  /** Relative to the folder, separated by "/". */
  readonly name: string;
  readonly kind: "file" | "broken" | "loop" | "outside" | "special";
  /** Where a link out of the folder leads. */
  readonly target?: string;
}

/** A link out of the folder, and where it leads. */
export interface OutsideLink {
  /** Relative to the folder, separated by "/". */
  readonly name: string;
  /** Absolute. */
  readonly target: string;
}

/** What is done about links in a set. */
export interface LinkOptions {
  /** Whether links out of the folder are followed. */
  readonly followLinks?: boolean | undefined;
}

/** What mends a link that leads out of the folder. */
export const OUTSIDE_FIX = "put the file itself there, or allow the link with --follow-links";

/** The sha256 (lower-case hex) and the size of a file. Rejects with what `Deno.open` and `read` reject with. */
export async function hashFile(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  using file = await openPlain(await Deno.realPath(path));
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

/** Whether a real path is a real folder, or lies in it. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(SEPARATOR) ? folder : folder + SEPARATOR);
}

/** Where a path leads, past all links; null if it leads nowhere. */
export async function realPathOf(path: string): Promise<string | null> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/**
 * Everything but folders that lies in a folder or below it, in name order. `followed` is told about every link that leads out of it and was
 * followed. Throws a UsageError if a part cannot be read.
 */
export async function listFolder(
  dir: string,
  { followLinks = false }: LinkOptions = {},
  followed: (link: OutsideLink) => void = () => {},
): Promise<FolderEntry[]> {
  const found: FolderEntry[] = [];
  const root = await realFolder(dir);
  // `trail`: the real paths of the folders passed on the way, so that links cannot lead round in a circle.
  const walk = async (path: string, prefix: string, trail: readonly string[]): Promise<void> => {
    for await (const entry of Deno.readDir(path)) {
      const name = prefix + entry.name;
      const child = join(path, entry.name);
      if (entry.isSymlink) {
        const target = await realPathOf(child);
        // One to a folder above is told as the circle that it is.
        if (target !== null && !isWithin(root, target) && !isWithin(target, root)) {
          if (!followLinks) {
            found.push({ name, kind: "outside", target });
            continue;
          }
          followed({ name, target });
        }
      }
      const kind = entry.isSymlink ? await kindOfTarget(child) : kindOf(entry);
      if (kind !== "folder") {
        found.push({ name, kind });
        if (found.length > MOST_FOUND) {
          throw UsageError.of(
            dir,
            `the folder has more than ${MOST_FOUND} files, and a set may have at most ${MOST_ENTRIES}`,
            "is this the right folder?",
          );
        }
        continue;
      }
      const real = await Deno.realPath(child);
      const circle = trail.some((passed) => isWithin(real, passed));
      if (circle) found.push({ name, kind: "loop" });
      else await walk(child, `${name}/`, [...trail, real]);
    }
  };
  try {
    await walk(dir, "", [root]);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw UsageError.of(dir, `the folder cannot be read: ${reasonOf(error)}`, "make all of it readable");
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** The folder itself may be a link: it is the one that was named. */
export async function realFolder(dir: string): Promise<string> {
  try {
    return await Deno.realPath(dir);
  } catch (error) {
    throw UsageError.of(dir, `the folder cannot be read: ${reasonOf(error)}`, "make all of it readable");
  }
}

/** Throws a UsageError unless `dir` is a folder that can be read. */
export async function demandFolder(dir: string): Promise<void> {
  const hint = "name the folder that contains metadata.json and its files";
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

/**
 * The bytes and the text of the folder's `metadata.json`, and where it really lies; null if there is none. Throws a UsageError if it
 * cannot be read as text, or leads out of the folder.
 */
export async function readMetadata(
  dir: string,
  { followLinks = false }: LinkOptions = {},
): Promise<{ bytes: Uint8Array<ArrayBuffer>; text: string; path: string; outside: boolean } | null> {
  const where = join(dir, METADATA);
  let bytes: Uint8Array<ArrayBuffer>;
  let path: string;
  let outside: boolean;
  try {
    path = await Deno.realPath(where);
    outside = !isWithin(await realFolder(dir), path);
    if (outside && !followLinks) {
      throw UsageError.of(where, `leads out of the folder, to ${path}`, OUTSIDE_FIX);
    }
    using file = await openPlain(path);
    if ((await file.stat()).size > METADATA_BYTES) {
      throw UsageError.of(where, tooManyBytes(), "is this the right folder?");
    }
    bytes = new Uint8Array(await new Response(file.readable).arrayBuffer());
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof Deno.errors.NotFound) return null;
    throw UsageError.of(where, `cannot be read: ${reasonOf(error)}`, "make it a readable file");
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { bytes, text, path, outside };
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
