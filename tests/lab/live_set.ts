/**
 * The set that a device's live name resolves to, measured against its own `metadata.json`, with nothing of the program's own code.
 * @module
 */
import { join } from "@std/path";
import { filesBelow, liveDir, type Placed } from "../fleet/support/live.ts";
import { sha256 } from "../fleet/support/tree.ts";

/** What is live. */
export interface LiveSet {
  /** Release id: the first 16 hex digits of the sha256 of `metadata.json`. */
  readonly id: string;
  readonly version: string;
  /** The folder that the live name resolved to, for this process. */
  readonly dir: string;
  /** What is wrong with it: files that are missing, differ or are not listed. Empty for a whole set. */
  readonly problems: readonly string[];
}

/** Reads what is live under a deploy path; undefined if the live name is missing or leads nowhere. */
export async function readLiveSet(place: Placed): Promise<LiveSet | undefined> {
  const dir = await liveDir(place);
  if (dir === undefined || !await isThere(join(dir, "metadata.json"))) return undefined;
  const text = await Deno.readTextFile(join(dir, "metadata.json"));
  const id = (await sha256(join(dir, "metadata.json"))).slice(0, 16);
  const found = { id, dir, version: "" };
  const metadata = parse(text);
  if (metadata === undefined) return { ...found, problems: [`metadata.json is torn: ${text.length} bytes`] };
  const listed = new Map(
    Object.entries(metadata.artifacts_manifest).map(([name, entry]) =>
      [name, typeof entry === "string" ? entry : entry.sha256] as const
    ),
  );
  const problems: string[] = [];
  for (const [name, digest] of listed) {
    if (!await isThere(join(dir, name))) problems.push(`${name} is missing`);
    else if (await sha256(join(dir, name)) !== digest) problems.push(`${name} differs`);
  }
  for (const name of await filesBelow(dir)) {
    if (name !== "metadata.json" && !listed.has(name)) problems.push(`${name} is not listed`);
  }
  return { ...found, version: metadata.version, problems };
}

interface Metadata {
  readonly version: string;
  readonly artifacts_manifest: Readonly<Record<string, string | { readonly sha256: string }>>;
}

function parse(text: string): Metadata | undefined {
  try {
    return JSON.parse(text) as Metadata;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
