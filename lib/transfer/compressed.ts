/**
 * Compresses files for a slow link, if they shrink. This is done once for all hosts, in memory, because a device must know the
 * number of bytes in advance.
 * @module
 */
import { openPlain } from "../plain_file.ts";
import type { LocalFile } from "./local_file.ts";

/** So many bytes tell whether a file shrinks. */
const SAMPLE = 256 * 1024;
/** It is worth the trouble if it shrinks to less than this. */
const PAYS = 0.6;
/** More is not kept in memory; less would not be missed. Bytes. */
const MOST = 64 * 1024 * 1024;
const LEAST = 4 * 1024;

const known = new Map<string, Promise<Uint8Array | null>>();

/** All of a file behind its first `kept` bytes, gzipped; null if that does not pay. */
export function compressed(file: LocalFile, kept: number): Promise<Uint8Array | null> {
  const rest = file.bytes - kept;
  if (rest > MOST || rest < LEAST) return Promise.resolve(null);
  const key = `${file.sha256} ${kept}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const working = compress(file.path, kept, rest);
  known.set(key, working);
  working.catch(() => known.delete(key));
  return working;
}

async function compress(path: string, from: number, rest: number): Promise<Uint8Array | null> {
  for (const bytes of new Set([Math.min(SAMPLE, rest), rest])) {
    const file = await openPlain(path);
    await file.seek(from, Deno.SeekMode.Start);
    const packed = new Uint8Array(await new Response(gzip(file.readable, bytes)).arrayBuffer());
    if (packed.length >= PAYS * bytes) return null;
    if (bytes === rest) return packed;
  }
  return null;
}

/** So many bytes of a stream, gzipped. The stream is closed. */
function gzip(source: ReadableStream<Uint8Array<ArrayBuffer>>, bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  const head = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      controller.enqueue(chunk.subarray(0, left));
      left -= Math.min(left, chunk.length);
      if (left === 0) controller.terminate();
    },
  });
  return source.pipeThrough(head).pipeThrough(new CompressionStream("gzip"));
}
