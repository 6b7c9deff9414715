/**
 * The templates of a set: files that end in `.tmpl` in a folder whose `metadata.json` says `"artifacts_templates": true`. They are read and
 * parsed once; `releasesOf()` renders them for each host.
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "@std/path";
import { type Problem, UsageError } from "../errors.ts";
import { append } from "../plain/append.ts";
import { openPlain } from "../plain_file.ts";
import { checkTemplate, type TemplateFile } from "../settings/templates.ts";
import { reasonOf } from "./folder.ts";
import { type MetadataForm, metadataForm } from "./rendered_metadata.ts";
import { renderedName } from "./template_names.ts";

/** A file of a set that is rendered for each host. */
export interface ArtifactTemplate extends TemplateFile {
  /** In the set: `config.json.tmpl`. */
  readonly name: string;
  /** On a device: `config.json`. */
  readonly becomes: string;
}

/** What of a set is made for each host. */
export interface SetTemplates {
  /** In name order. */
  readonly files: readonly ArtifactTemplate[];
  /** The set's `metadata.json`, which lists what they become. */
  readonly metadata: MetadataForm;
}

/** Longer ones are not read by the engine either. Bytes. */
const MOST = 400_000;

/**
 * The templates among checked files of the folder `dir`; undefined if there are none. Throws a UsageError with the line of every mistake.
 */
export async function readTemplates(
  dir: string,
  files: readonly { readonly name: string; readonly sha256: string; readonly path: string }[],
  metadata: string,
): Promise<SetTemplates | undefined> {
  const found: ArtifactTemplate[] = [];
  const problems: Problem[] = [];
  for (const { name, sha256, path } of files) {
    const becomes = renderedName(name);
    if (becomes === null) continue;
    const file = join(dir, ...name.split("/"));
    try {
      const template = { name, becomes, file, text: await readText(file, path, sha256) };
      checkTemplate(template);
      found.push(template);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      append(problems, error.problems);
    }
  }
  if (problems.length > 0) throw new UsageError(problems);
  return found.length === 0 ? undefined : { files: found, metadata: metadataForm(metadata) };
}

/** The very text whose digest was compared. */
async function readText(file: string, path: string, sha256: string): Promise<string> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    using open = await openPlain(path);
    const { size } = await open.stat();
    if (size > MOST) {
      throw UsageError.of(file, `the template has ${size} bytes, expected at most ${MOST}`, "split it");
    }
    bytes = new Uint8Array(await new Response(open.readable).arrayBuffer());
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw UsageError.of(file, `cannot be read: ${reasonOf(error)}`, "make the file readable");
  }
  if (createHash("sha256").update(bytes).digest("hex") !== sha256) {
    throw UsageError.of(file, "was changed while it was read", "run this again");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw UsageError.of(file, "the template is not UTF-8", "save it as UTF-8");
  }
}
