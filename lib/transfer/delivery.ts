/**
 * Which parts of a file are sent: all of it, the rest after a first part that the device has, or the blocks that its older version
 * lacks. Pure.
 * @module
 */

/** A part of a file: bytes that travel, or whole blocks that the device copies from its older version. */
export interface Part {
  /** Where in the new file. */
  readonly at: number;
  readonly bytes: number;
  /** Where they are copied from: so many blocks, beginning with this one. */
  readonly copy?: { readonly block: number; readonly count: number };
}

export interface Delivery {
  /** So many bytes are in staging already, and stay. */
  readonly kept: number;
  /** The size of a block; 0 if none is copied. */
  readonly block: number;
  /** What follows, in order and without gaps. */
  readonly parts: readonly Part[];
  /** All of that, gzipped, where it travels so. */
  readonly packed?: Uint8Array;
}

/** Blocks of the older version that the new file has, too. */
export interface Match extends Part {
  readonly copy: { readonly block: number; readonly count: 1 };
}

/** A file smaller than this is sent whole: asking a device for its blocks would take longer. Bytes. */
export const LARGE = 1024 * 1024;
/** Blocks are worth their trouble if no more than this part of the bytes travels. */
const PAYS = 0.7;

/** The size of the blocks in which a file is compared: some 256 of them, in pages of a disk. */
export function blockSize(bytes: number): number {
  return Math.max(16 * 1024, Math.ceil(bytes / 256 / 4096) * 4096);
}

/** The whole file, or all of it behind what is there. */
export function restOf(bytes: number, kept = 0): Delivery {
  return { kept, block: 0, parts: bytes > kept ? [{ at: kept, bytes: bytes - kept }] : [] };
}

/** The changed blocks, if that is clearly less than the rest. */
export function changedBlocks(
  bytes: number,
  kept: number,
  block: number,
  matches: readonly Match[],
): Delivery {
  const parts: Part[] = [];
  let at = kept;
  const send = (until: number): void => {
    if (until > at) parts.push({ at, bytes: until - at });
    at = Math.max(at, until);
  };
  for (const match of [...matches].sort((a, b) => a.at - b.at)) {
    if (match.at < at) continue;
    send(match.at);
    const last = parts.at(-1);
    // One program copies a whole row of blocks.
    if (last?.copy !== undefined && last.copy.block + last.copy.count === match.copy.block) {
      const copy = { block: last.copy.block, count: last.copy.count + 1 };
      parts[parts.length - 1] = { at: last.at, bytes: last.bytes + match.bytes, copy };
    } else parts.push(match);
    at += match.bytes;
  }
  send(bytes);
  const delivery = { kept, block, parts };
  return sentBytes(delivery) < PAYS * (bytes - kept) ? delivery : restOf(bytes, kept);
}

/** The parts that travel. */
export function sentParts({ parts }: Delivery): Part[] {
  return parts.filter((part) => part.copy === undefined);
}

export function sentBytes(delivery: Delivery): number {
  return delivery.packed?.length ?? sentParts(delivery).reduce((sum, part) => sum + part.bytes, 0);
}

/** As stage_receive.sh takes it: `BYTES` from its input, `zBYTES` gzipped, `AT:BLOCK+COUNT` from the older version. */
export function recipe({ parts, packed }: Delivery): string {
  if (packed !== undefined) return `z${packed.length}`;
  return parts.map(({ at, bytes, copy }) =>
    copy === undefined ? `${bytes}` : `${at}:${copy.block}+${copy.count}`
  ).join(" ");
}
