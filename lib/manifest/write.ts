/**
 * Makes or refreshes the manifest of a folder. Only the list is touched: the rest of `metadata.json` is the user's own text and keeps
 * every byte, so the order of keys, the spelling of numbers and the layout stay.
 * @module
 */
import { dirname, join } from "@std/path";
import type { Node } from "jsonc-parser";
import { type Problem, UsageError } from "../errors.ts";
import { METADATA_BYTES, MOST_ENTRIES } from "./bounds.ts";
import {
  demandFolder,
  type FolderEntry,
  hashFile,
  type LinkOptions,
  listFolder,
  mapFew,
  OUTSIDE_FIX,
  type OutsideLink,
  readMetadata,
  realFolder,
  reasonOf,
} from "./folder.ts";
import { kindOf, parseJson, propertiesOf } from "./json.ts";
import { layoutOf, outerLayout } from "./json_layout.ts";
import { METADATA, unsafeName } from "./names.ts";
import { optedIn, optIn } from "./opt_in.ts";
import { entryPath, MANIFEST_KEY, tooManyBytes } from "./parse.ts";
import { templateMistakes } from "./template_names.ts";

/** What became of the list, by file names in name order. */
export interface ManifestChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** How many entries are as they were. */
  readonly kept: number;
}

/** Lies beside `metadata.json` for the moment before it takes its name. One that a power cut left is removed by the next call. */
const TEMPORARY = `.${METADATA}.tmp`;

/**
 * Writes the manifest of every file in `dir` to its `metadata.json`, by a rename; if nothing changes, nothing is written.
 * Throws a UsageError with every problem: a name that no manifest may hold, a broken link, one that leads out of the folder (unless
 * `followLinks`: `outside` has them then), no files, a `metadata.json` that is not JSON. `templates` has it say that the set has some.
 */
export async function writeManifest(
  dir: string,
  options: LinkOptions & { readonly templates?: boolean | undefined } = {},
): Promise<ManifestChanges & { readonly path: string; readonly outside?: readonly OutsideLink[] }> {
  await demandFolder(dir);
  const where = join(dir, METADATA);
  const metadata = await readMetadata(dir, options);
  // If metadata.json is a link, the file that it leads to is replaced, not the link.
  const path = metadata === null ? join(await realFolder(dir), METADATA) : metadata.path;
  const temporary = join(dirname(path), TEMPORARY);
  await removeIfThere(temporary);

  const outside: OutsideLink[] = [];
  const found = await listFolder(dir, options, (link) => outside.push(link));
  const listed = found.filter(({ name }) => name !== METADATA);
  if (listed.length > MOST_ENTRIES) {
    throw UsageError.of(
      dir,
      `the folder has ${listed.length} files, and a set may have at most ${MOST_ENTRIES}`,
      "pack related files into one file",
    );
  }
  const problems = listed.flatMap((entry) => unlistable(dir, entry) ?? []);
  if (listed.length === 0) {
    problems.push({
      where: dir,
      message: "the folder has no files to list",
      hint: "put the artifacts into it first",
    });
  }
  if (problems.length > 0) throw new UsageError(problems);
  const hashed = await mapFew(listed, async ({ name }): Promise<readonly [string, string]> => {
    const file = join(dir, ...name.split("/"));
    try {
      return [name, (await hashFile(file)).sha256];
    } catch (error) {
      problems.push({
        where: file,
        message: `cannot be read: ${reasonOf(error)}`,
        hint: "make the file readable",
      });
      return [name, ""];
    }
  });
  if (problems.length > 0) throw new UsageError(problems);

  const { text: refreshed, ...changes } = refreshManifest(metadata?.text ?? "{}\n", new Map(hashed), where);
  const text = options.templates ? optIn(refreshed) : refreshed;
  if (optedIn(text)) {
    const mistakes = templateMistakes(listed.map(({ name }) => name)).map(({ name, message, hint }) => ({
      where: join(dir, ...name.split("/")),
      message,
      hint,
    }));
    if (mistakes.length > 0) throw new UsageError(mistakes);
  }
  if (text.length > METADATA_BYTES) {
    const problem = `its list would make it ${tooManyBytes().replace("it is ", "")}`;
    throw UsageError.of(where, problem, "pack related files into one file");
  }
  if (text !== metadata?.text) replaceFile(path, temporary, text);
  return { path, ...changes, ...(outside.length === 0 ? {} : { outside }) };
}

/**
 * The text of a `metadata.json` with its list brought up to `digests` (name to sha256), and what that changed. Entries keep their order
 * and form; new ones follow in name order. Throws a UsageError if the text is not a JSON object or a key of ours occurs twice.
 */
export function refreshManifest(
  text: string,
  digests: ReadonlyMap<string, string>,
  where: string,
): ManifestChanges & { readonly text: string } {
  const bom = text.startsWith("\ufeff") ? "\ufeff" : "";
  const body = text.slice(bom.length);
  const { root, at, problems } = parseJson(body, where);
  if (root === null) throw new UsageError(problems);
  if (root.type !== "object") {
    throw UsageError.of(
      where,
      `found ${kindOf(root)}, expected an object`,
      "remove the file, then run this again",
    );
  }
  const twice = (node: Node, path: string) =>
    new UsageError([{
      where,
      ...at(node.offset),
      path,
      message: "the key occurs twice",
      hint: "keep one of the two",
    }]);
  const [manifest, again] = propertiesOf(root).filter(({ key }) => key === MANIFEST_KEY);
  if (again) throw twice(again.node, MANIFEST_KEY);
  const old = manifest?.value.type === "object" ? manifest.value : undefined;

  const entries: string[] = [];
  const [changed, removed] = [[] as string[], [] as string[]];
  const seen = new Set<string>();
  for (const { key: name, node, value } of old ? propertiesOf(old) : []) {
    if (seen.has(name)) throw twice(node, entryPath(name));
    seen.add(name);
    const sha256 = digests.get(name);
    if (sha256 === undefined) {
      removed.push(name);
      continue;
    }
    const [, second] = value.type === "object"
      ? propertiesOf(value).filter(({ key }) => key === "sha256")
      : [];
    if (second) throw twice(second.node, entryPath(name));
    const raw = body.slice(node.offset, value.offset);
    const before = body.slice(value.offset, value.offset + value.length);
    const after = refreshEntry(before, value, sha256);
    if (after !== before) changed.push(name);
    entries.push(raw + after);
  }
  const added = [...digests.keys()].filter((name) => !seen.has(name)).sort();
  const kept = entries.length - changed.length;
  const changes = { added, changed: changed.sort(), removed: removed.sort(), kept };
  if (old && added.length + changed.length + removed.length === 0) return { text, ...changes };

  for (const name of added) {
    entries.push(`${JSON.stringify(name)}: {"sha256": ${JSON.stringify(digests.get(name))}}`);
  }
  const outer = outerLayout(body, root);
  // One step deeper than the key of the list; on one line if the whole text is.
  const inner = outer.first.includes("\n")
    ? outer.first + outer.first.slice(outer.first.lastIndexOf("\n") + 1)
    : "";
  const list = layoutOf(body, old, { first: inner, last: inner === "" ? "" : outer.first });
  const value = `{${list.first}${entries.join(list.between)}${list.last}}`;
  const splice = (offset: number, length: number, by: string) =>
    bom + body.slice(0, offset) + by + body.slice(offset + length);
  if (manifest) return { text: splice(manifest.value.offset, manifest.value.length, value), ...changes };
  const property = `${JSON.stringify(MANIFEST_KEY)}: ${value}`;
  const end = root.children?.at(-1);
  if (end) return { text: splice(end.offset + end.length, 0, outer.between + property), ...changes };
  return { text: splice(root.offset, root.length, `{${outer.first}${property}${outer.last}}`), ...changes };
}

/** The text of an entry's value with its digest brought up to date: the form and the other keys stay. */
function refreshEntry(raw: string, value: Node, sha256: string): string {
  const quoted = JSON.stringify(sha256);
  if (value.type === "string") return isDigest(value, sha256) ? raw : quoted;
  if (value.type !== "object") return `{"sha256": ${quoted}}`;
  const [digest] = propertiesOf(value).filter(({ key }) => key === "sha256");
  if (digest === undefined) {
    const rest = raw.slice(1);
    return `{"sha256": ${quoted}${value.children?.length ? ", " : ""}${rest.trimStart()}`;
  }
  if (isDigest(digest.value, sha256)) return raw;
  const start = digest.value.offset - value.offset;
  return raw.slice(0, start) + quoted + raw.slice(start + digest.value.length);
}

function isDigest(node: Node, sha256: string): boolean {
  return node.type === "string" && String(node.value).toLowerCase() === sha256;
}

function unlistable(dir: string, { name, kind, target }: FolderEntry): Problem | null {
  const where = join(dir, ...name.split("/"));
  const unsafe = unsafeName(name);
  if (unsafe) {
    return {
      where,
      message: `cannot be listed: ${unsafe.reason}`,
      hint: `${unsafe.fix}, or move it out of the folder`,
    };
  }
  if (kind === "broken") {
    return { where, message: "a broken link", hint: "restore its target, or remove the link" };
  }
  if (kind === "outside") {
    return { where, message: `leads out of the folder, to ${target}`, hint: OUTSIDE_FIX };
  }
  if (kind === "loop") {
    return { where, message: "a link to a folder that it is in", hint: "remove the link" };
  }
  return kind === "file" ? null : { where, message: "not a regular file", hint: "move it out of the folder" };
}

/** Puts `text` at `path` by a rename, without a pause in which the temporary file could be left. Keeps the file's mode. */
function replaceFile(path: string, temporary: string, text: string): void {
  try {
    {
      using file = Deno.openSync(temporary, { write: true, createNew: true });
      const bytes = new TextEncoder().encode(text);
      for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
      file.syncSync();
    }
    const mode = modeOf(path);
    if (mode !== null && Deno.build.os !== "windows") Deno.chmodSync(temporary, mode & 0o777);
    Deno.renameSync(temporary, path);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch {
      // It was never made, or is gone; the first error is the one that tells.
    }
    throw UsageError.of(path, `cannot be written: ${reasonOf(error)}`, "make its folder writable");
  }
}

function modeOf(path: string): number | null {
  try {
    return Deno.statSync(path).mode;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw UsageError.of(path, `a leftover that cannot be removed: ${reasonOf(error)}`, "remove it");
  }
}
