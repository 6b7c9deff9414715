/**
 * Artifact sets for tests: the manual's four files and a few more, with a `metadata.json` that is right.
 * @module
 */
import { dirname, join } from "@std/path";
import { sha256 } from "./tree.ts";

/** A set in a folder. */
export interface Artifacts {
  readonly dir: string;
  /** Release id, as the reports name it: the first 16 hex digits of the sha256 of `metadata.json`. */
  readonly id: string;
  /** Digest of every listed file. */
  readonly files: Readonly<Record<string, string>>;
  /** Size of the listed files and `metadata.json` together. */
  readonly bytes: number;
  /** Size of one file (also of `metadata.json`). */
  size(name: string): Promise<number>;
}

const manualNames = ["model_hybrid.onnx", "best_model_hybrid.pth", "scaler.pkl", "feature_order.json"];

/**
 * Makes (or replaces) a set in `dir`: `files` files that hold about `bytes` together, the same for the same seed. Beyond the manual's four
 * names comes one in a folder of its own and one with a space. `extra` adds small files, such as `sick` (see `service.ts`). `flat`
 * writes the manifest in its second form, name to digest.
 */
export async function makeArtifacts(
  dir: string,
  { files = 5, bytes = 5000, seed = 1, version = `1.0.${seed}`, extra = [], flat = false }: {
    readonly files?: number;
    readonly bytes?: number;
    readonly seed?: number;
    readonly version?: string;
    readonly extra?: readonly string[];
    readonly flat?: boolean;
  } = {},
): Promise<Artifacts> {
  await Deno.mkdir(dir, { recursive: true });
  const random = randomWords(seed);
  const share = Math.max(1, Math.floor(bytes / files));
  for (let i = 0; i < files; i++) {
    const path = join(dir, nameOf(i));
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, randomBytes(random, share));
  }
  for (const name of extra) await Deno.writeTextFile(join(dir, name), `${name} of ${version}\n`);
  return await writeMetadata(
    dir,
    [...Array.from({ length: files }, (_, i) => nameOf(i)), ...extra],
    version,
    flat,
  );
}

/** Writes `metadata.json` again for the files named, after a test has changed some of them. */
export async function writeMetadata(
  dir: string,
  names: readonly string[],
  version: string,
  flat = false,
): Promise<Artifacts> {
  const files: Record<string, string> = {};
  let bytes = 0;
  for (const name of names) {
    files[name] = await sha256(join(dir, name));
    bytes += (await Deno.stat(join(dir, name))).size;
  }
  const metadata = JSON.stringify(
    {
      version,
      trained_by: "the user's own key, which travels untouched",
      artifacts_manifest: flat
        ? files
        : Object.fromEntries(Object.entries(files).map(([name, digest]) => [name, { sha256: digest }])),
    },
    null,
    2,
  );
  await Deno.writeTextFile(join(dir, "metadata.json"), metadata);
  return {
    dir,
    id: (await sha256(join(dir, "metadata.json"))).slice(0, 16),
    files,
    bytes: bytes + metadata.length,
    size: async (name) => (await Deno.stat(join(dir, name))).size,
  };
}

/** Changes one file of a set and its line in `metadata.json`, in place. */
export async function changeFile(
  set: Artifacts,
  name: string,
  content: string,
  version: string,
): Promise<Artifacts> {
  await Deno.writeTextFile(join(set.dir, name), content);
  return await writeMetadata(set.dir, Object.keys(set.files), version);
}

function nameOf(index: number): string {
  const manual = manualNames[index];
  if (manual !== undefined) return manual;
  if (index === 4) return "labels/classes.txt";
  if (index === 5) return "read me first.txt";
  return `shard-${String(index).padStart(4, "0")}.bin`;
}

/** Random 32-bit words from a seed (mulberry32), so that a set is the same in every run. */
function randomWords(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

function randomBytes(random: () => number, length: number): Uint8Array<ArrayBuffer> {
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, random);
  return new Uint8Array(words.buffer, 0, length);
}
