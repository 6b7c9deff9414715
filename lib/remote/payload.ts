/**
 * Files on their way to a device: one stream, each file exactly as long as it was when its digest was taken.
 * @module
 */
import { openPlain } from "../plain_file.ts";
import type { Payload } from "./remote.ts";

export interface SentFile {
  readonly path?: string;
  /** Makes the file's bytes, if it is in no local file. */
  readonly content?: () => Uint8Array;
  readonly sha256?: string;
  /** What of it is sent. */
  readonly parts: readonly { readonly at: number; readonly bytes: number }[];
  /** What is sent instead: the same, made smaller. */
  readonly packed?: Uint8Array;
}

/**
 * The files, one after another. A file that has become shorter ends the stream with an error; one that has grown is cut, and its digest
 * tells. `pause`: seconds that the device may let us wait in between.
 */
export function payloadOf(files: readonly SentFile[], pause = 0): Payload {
  return {
    bytes: files.flatMap(({ parts, packed }) => packed?.length ?? parts.map((part) => part.bytes))
      .reduce((sum, bytes) => sum + bytes, 0),
    files,
    pause,
    async *chunks() {
      for (const { path, content, parts, packed } of files) {
        if (packed !== undefined) yield* chunksOf(packed);
        else if (content !== undefined) {
          const bytes = content();
          for (const { at, bytes: length } of parts) yield* chunksOf(bytes.subarray(at, at + length));
        } else if (path !== undefined) yield* readExactly(path, parts);
        else throw new Error("a file that only the device has cannot be sent");
      }
    },
  };
}

/** Bytes that are at hand. */
export function payloadOfBytes(bytes: Uint8Array): Payload {
  return {
    bytes: bytes.length,
    async *chunks() {
      yield bytes;
    },
  };
}

/** Bytes of one chunk: enough to keep ssh busy, little enough for many hosts at once. */
const CHUNK = 128 * 1024;

function* chunksOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

async function* readExactly(path: string, parts: SentFile["parts"]): AsyncIterable<Uint8Array> {
  using file = await openPlain(path);
  let here = 0;
  for (const { at, bytes } of parts) {
    if (at !== here) await file.seek(at, Deno.SeekMode.Start);
    here = at + bytes;
    let left = bytes;
    while (left > 0) {
      const buffer = new Uint8Array(Math.min(CHUNK, left));
      const read = await file.read(buffer);
      if (read === null) throw new Error(`${path} became shorter while it was sent`);
      left -= read;
      yield buffer.subarray(0, read);
    }
  }
}
