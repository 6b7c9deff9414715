/**
 * Files that are written in pieces.
 * @module
 */
import { type RecordModes, widen } from "./modes.ts";

/** Writes a file that is either absent or whole. */
export async function writePieces(
  path: string,
  pieces: Iterable<string>,
  { file: mode }: RecordModes,
): Promise<void> {
  const temporary = `${path}.tmp`;
  await Deno.remove(temporary).catch(() => {});
  const file = await Deno.open(temporary, { write: true, createNew: true, mode });
  try {
    await widen(temporary, mode);
    for (const piece of pieces) writeAll(file, piece);
  } finally {
    file.close();
  }
  await Deno.rename(temporary, path);
}

/** Writes all of a text, though one write may take only a part. */
export function writeAll(file: Deno.FsFile, text: string): void {
  const bytes = encoder.encode(text);
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
}

const encoder = new TextEncoder();
