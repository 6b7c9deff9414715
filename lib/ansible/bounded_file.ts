/**
 * Reads a file of the user's within bounds: a device such as /dev/zero has no end, and a slip of the finger may name a disk's image.
 * @module
 */
import { Buffer } from "node:buffer";
import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";

/** Far more than the largest fleet's inventory. */
export const MOST_BYTES = 32 * 1024 * 1024;
const PIECE = 256 * 1024;

/** All of it. Rejects if it is larger than `most`, and with what opening and reading reject with. */
export async function readBounded(path: string, most: number = MOST_BYTES): Promise<Buffer> {
  const file = await open(path);
  try {
    const pieces = new Pieces(most);
    for (;;) {
      const piece = Buffer.alloc(PIECE);
      const { bytesRead } = await file.read(piece, 0, PIECE, null);
      if (bytesRead === 0) return pieces.whole();
      pieces.add(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** The same at once. */
export function readBoundedSync(path: string, most: number = MOST_BYTES): Buffer {
  const file = openSync(path, "r");
  try {
    const pieces = new Pieces(most);
    for (;;) {
      const piece = Buffer.alloc(PIECE);
      const bytes = readSync(file, piece, 0, PIECE, null);
      if (bytes === 0) return pieces.whole();
      pieces.add(piece.subarray(0, bytes));
    }
  } finally {
    closeSync(file);
  }
}

class Pieces {
  readonly #most: number;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#most) throw new Error(`it is larger than ${this.#most / 1024 / 1024} MiB`);
    this.#pieces.push(piece);
  }

  whole(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}
