/**
 * Reads an artifact set from a local folder and checks every file against the manifest, before anything is sent anywhere.
 * @module
 */
import { join, resolve } from "@std/path";
import { createHash } from "node:crypto";
import { UsageError } from "../errors.ts";
import { Problems } from "./bounds.ts";
import {
  demandFolder,
  hashFile,
  isMissing,
  isWithin,
  type LinkOptions,
  listFolder,
  mapFew,
  OUTSIDE_FIX,
  type OutsideLink,
  readMetadata,
  realFolder,
  reasonOf,
} from "./folder.ts";
import { METADATA } from "./names.ts";
import { entryPath, parseManifest } from "./parse.ts";
import { readTemplates, type SetTemplates } from "./templates.ts";

/** One file of a set. */
export interface Artifact {
  /** Relative to the set's folder, separated by "/". */
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The file's size. */
  readonly bytes: number;
  /** Local and absolute: where the file really lies, past all links. */
  readonly path: string;
}

/** A local set whose files match its manifest. */
export interface ArtifactSet {
  /** Absolute. */
  readonly dir: string;
  /** The release id: the first 16 hex digits of the sha256 of `metadata.json`. */
  readonly id: string;
  /** `version` of `metadata.json`, if it has one. */
  readonly version: string | null;
  /** The manifest's files in name order, then `metadata.json`. */
  readonly files: readonly Artifact[];
  /** All files together. */
  readonly bytes: number;
  /** Files in the folder that the manifest does not list, in name order: to be warned of; they are not deployed. */
  readonly unlisted: readonly string[];
  /** Files of the set that lie outside the folder, and where: links led there, and `followLinks` took them. To be warned of. */
  readonly outside?: readonly OutsideLink[];
  /** If its manifest says that it has templates: what is rendered for each host. */
  readonly templates?: SetTemplates;
}

/**
 * The artifact set in `dir`, checked. Files are hashed as streams, a few at a time.
 * Throws a UsageError with every problem found: a bad manifest, and files that are missing, unreadable, differ, or lie outside the folder
 * (unless `followLinks`), and templates that are none.
 */
export async function readArtifactSet(dir: string, options: LinkOptions = {}): Promise<ArtifactSet> {
  await demandFolder(dir);
  const root = resolve(dir);
  const where = join(dir, METADATA);
  const realRoot = await realFolder(root);
  const metadata = await readMetadata(dir, options);
  if (metadata === null) {
    throw UsageError.of(where, "the file is missing", `run \`manifest ${dir}\` to make it`);
  }
  const { entries, positions, version, templates: optIn, problems } = parseManifest(
    metadata.text,
    where,
    dir,
  );

  const checked = await mapFew([...entries], async ([name, sha256]) => {
    const path = join(root, ...name.split("/"));
    const found = await digestOf(path, sha256, options.followLinks ? null : realRoot);
    if (!("mistake" in found)) return { artifact: { name, sha256, ...found } };
    const { mistake, fix } = found;
    const message = `${join(dir, ...name.split("/"))} ${mistake}`;
    return { problem: { where, ...positions.get(name), path: entryPath(name), message, hint: fix(dir) } };
  });
  const all = new Problems(problems);
  for (const { problem } of checked) if (problem !== undefined) all.add(problem);
  if (all.size > 0) {
    all.all.sort((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || (a.col ?? 0) - (b.col ?? 0));
    throw new UsageError(all.told(where));
  }

  const sha256 = createHash("sha256").update(metadata.bytes).digest("hex");
  const files: Artifact[] = checked.flatMap(({ artifact }) => artifact ?? []);
  files.sort((a, b) => a.name < b.name ? -1 : 1);
  const templates = optIn ? await readTemplates(dir, files, metadata.text) : undefined;
  files.push({ name: METADATA, sha256, bytes: metadata.bytes.length, path: metadata.path });
  const unlisted = (await listFolder(root)).map(({ name }) => name).filter((name) =>
    name !== METADATA && !entries.has(name)
  );
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const outside = files.filter(({ path }) => !isWithin(realRoot, path)).map(({ name, path }) => ({
    name,
    target: path,
  }));
  return {
    dir: root,
    id: sha256.slice(0, 16),
    version,
    files,
    bytes,
    unlisted,
    ...(outside.length === 0 ? {} : { outside }),
    ...(templates === undefined ? {} : { templates }),
  };
}

interface Mistake {
  readonly mistake: string;
  readonly fix: (dir: string) => string;
}

/**
 * The size and the real path of a listed file whose content is as it should be, or what is wrong with it; it must lie in `folder`, if one
 * is given. Opens regular files only: a pipe would block.
 */
async function digestOf(
  path: string,
  expected: string,
  folder: string | null,
): Promise<{ readonly bytes: number; readonly path: string } | Mistake> {
  const restore = (dir: string) => `restore the file, or run \`manifest ${dir}\` to drop it from the list`;
  try {
    const info = await Deno.stat(path);
    const real = await Deno.realPath(path);
    if (folder !== null && !isWithin(folder, real)) {
      return { mistake: `leads out of the folder, to ${real}`, fix: () => OUTSIDE_FIX };
    }
    if (info.isDirectory) return { mistake: "is a folder, expected a file", fix: restore };
    if (!info.isFile) return { mistake: "is not a regular file", fix: restore };
    const { sha256, bytes } = await hashFile(real);
    if (sha256 === expected) return { bytes, path: real };
    const fix = (dir: string) => `run \`manifest ${dir}\` if the file is right, otherwise restore it`;
    return { mistake: `differs: expected ${expected}, found ${sha256}`, fix };
  } catch (error) {
    if (isMissing(error)) {
      return { mistake: await isLink(path) ? "is missing: a broken link" : "is missing", fix: restore };
    }
    return { mistake: `cannot be read: ${reasonOf(error)}`, fix: () => "make the file readable" };
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isSymlink;
  } catch {
    return false;
  }
}
