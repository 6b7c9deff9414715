/**
 * Digests of parts of a local file, to compare with the parts that a device has. Each is taken once for all hosts, keyed by the digest of
 * the whole file. If the file has changed since then, wrong bytes are sent, and their digest shows it.
 * @module
 */
import { createHash } from "node:crypto";
import { openPlain } from "../plain_file.ts";

/** A file whose digest is known. */
export interface LocalFile {
  /** Real, with no link in it. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** How another version of a file is cut: blocks from its beginning, of which the last may be shorter. */
export interface Cut {
  readonly block: number;
  readonly bytes: number;
}

const known = new Map<string, Promise<unknown>>();

function once<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = known.get(key) as Promise<T> | undefined;
  if (before !== undefined) return before;
  const working = work();
  known.set(key, working);
  // A caller that asks again may have mended what was wrong.
  working.catch(() => known.delete(key));
  return working;
}

/** The sha256 of its first bytes. */
export function digestOfPrefix(file: LocalFile, bytes: number): Promise<string> {
  return once(`${file.sha256} prefix ${bytes}`, async () => {
    using open = await openPlain(file.path);
    const hash = createHash("sha256");
    const buffer = new Uint8Array(Math.min(bytes, 1024 * 1024));
    for (let left = bytes; left > 0;) {
      const read = await readFull(open, buffer.subarray(0, Math.min(left, buffer.length)));
      hash.update(read);
      if (read.length === 0) break;
      left -= read.length;
    }
    return hash.digest("hex");
  });
}

/**
 * For each block of another version, the sha256 of as many bytes of this file, `shift` bytes further on than they lie there; null where
 * this file has none.
 */
export function digestsBeside(file: LocalFile, cut: Cut, shift: number): Promise<readonly (string | null)[]> {
  return once(`${file.sha256} blocks ${cut.block} ${cut.bytes} ${shift}`, async () => {
    using open = await openPlain(file.path);
    const buffer = new Uint8Array(cut.block);
    const digests: (string | null)[] = [];
    for (let from = 0; from < cut.bytes; from += cut.block) {
      const at = from + shift;
      const length = Math.min(cut.block, cut.bytes - from);
      if (at < 0 || at + length > file.bytes) {
        digests.push(null);
        continue;
      }
      await open.seek(at, Deno.SeekMode.Start);
      digests.push(
        createHash("sha256").update(await readFull(open, buffer.subarray(0, length))).digest("hex"),
      );
    }
    return digests;
  });
}

/** How many blocks are compared before all of them are. */
const SAMPLES = 8;

/**
 * The sha256 of some blocks of this file, by their number, and of its last bytes: a version that has none of them has hardly anything in
 * common with it.
 */
export async function samplesOf(
  file: LocalFile,
  block: number,
): Promise<ReadonlyMap<number | "end", string>> {
  const all = await digestsBeside(file, { block, bytes: file.bytes }, 0);
  const [end] = await digestsBeside(file, { block, bytes: block }, file.bytes - block);
  const samples = new Map<number | "end", string>();
  for (let n = 0; n < SAMPLES; n++) {
    const at = Math.floor((n + 0.5) * all.length / SAMPLES);
    samples.set(at, all[at]!);
    // An insertion near the beginning moves all but the end.
    if (n === 0 && typeof end === "string") samples.set("end", end);
  }
  return samples;
}

/** Fills the buffer as far as the file goes. */
async function readFull(file: Deno.FsFile, buffer: Uint8Array): Promise<Uint8Array> {
  let filled = 0;
  while (filled < buffer.length) {
    const read = await file.read(buffer.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}
