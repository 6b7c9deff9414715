/**
 * The bytes of one answer as they come: all of them, or if they are too many and it may be so, both ends. Taking a byte in costs the same
 * however many there are.
 * @module
 */
import { Buffer } from "node:buffer";
import { joined } from "../../bounds.ts";
import { inBytes, type OutputLimit } from "../limits.ts";

/** Thrown if a device sends more than it may: the message names the bound. */
export class OverLimit extends Error {
  override readonly name = "OverLimit";
}

/** How much of a stream is kept and taken. */
export interface StreamLimit extends OutputLimit {
  /** Bytes that may come at all. */
  readonly received: number;
}

export class Kept {
  #head = new Pile();
  #tail = new Pile();
  #bytes = 0;

  /** How many bytes have come. */
  get bytes(): number {
    return this.#bytes;
  }

  add(chunk: Uint8Array, limit: StreamLimit): void {
    this.#bytes += chunk.length;
    if (limit.past === "refuse" && this.#bytes > limit.bytes) {
      throw new OverLimit(`it printed more than ${inBytes(limit.bytes)}`);
    }
    if (this.#bytes > limit.received) {
      throw new OverLimit(`it printed more than ${inBytes(limit.received)}`);
    }
    // Until half of what may be kept is there, nothing can be in the middle.
    const room = (limit.past === "refuse" ? limit.bytes : Math.ceil(limit.bytes / 2)) - this.#head.length;
    const first = this.#tail.length > 0 ? 0 : Math.max(0, Math.min(room, chunk.length));
    if (first > 0) this.#head.add(chunk.subarray(0, first));
    if (first === chunk.length) return;
    const most = Math.floor(limit.bytes / 2);
    this.#tail.add(chunk.subarray(first).subarray(-most));
    // Now and then, so that each byte is moved once at most.
    if (this.#tail.length > 2 * most) this.#tail.keepLast(most);
  }

  /** What is kept, without the line break at its end, as text. Begins again. */
  take(limit: Pick<StreamLimit, "bytes" | "raw">): string {
    const text = this.text(limit, true);
    this.#head = new Pile();
    this.#tail = new Pile();
    this.#bytes = 0;
    return text;
  }

  /** The last of it, as evidence. */
  last(bytes: number): string {
    const end = this.#tail.length > 0 ? this.#tail : this.#head;
    return decodeText(end.bytes.subarray(-bytes));
  }

  /** What is kept until now. `bare`: without the line break at its end. */
  text(limit: Pick<StreamLimit, "bytes" | "raw">, bare = false): string {
    const decode = limit.raw ? decodeRaw : decodeText;
    this.#tail.keepLast(Math.floor(limit.bytes / 2));
    const missing = this.#bytes - this.#head.length - this.#tail.length;
    const last = this.#tail.length > 0 ? this.#tail.bytes : this.#head.bytes;
    const end = bare && last.at(-1) === 10 ? -1 : undefined;
    if (this.#tail.length === 0) return decode(this.#head.bytes.subarray(0, end));
    const tail = this.#tail.bytes.subarray(0, end);
    if (missing === 0) {
      const all = new Uint8Array(this.#head.length + tail.length);
      all.set(this.#head.bytes);
      all.set(tail, this.#head.length);
      return decode(all);
    }
    const above = wholeHead(this.#head.bytes);
    const below = wholeTail(tail);
    const all = this.#bytes + (end ?? 0);
    return joined(decode(above), all - above.length - below.length, decode(below), "bytes");
  }
}

/** Bytes that grow. */
class Pile {
  #room = new Uint8Array();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#room.subarray(0, this.#length);
  }

  /** The bytes are copied: a small piece of a large buffer must not keep all of it in memory. */
  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#room.length) {
      const room = new Uint8Array(Math.max(1024, length, 2 * this.#room.length));
      room.set(this.bytes);
      this.#room = room;
    }
    this.#room.set(chunk, this.#length);
    this.#length = length;
  }

  keepLast(bytes: number): void {
    if (this.#length <= bytes) return;
    this.#room.copyWithin(0, this.#length - bytes, this.#length);
    this.#length = bytes;
  }
}

const decoder = new TextDecoder();

function decodeText(bytes: Uint8Array<ArrayBuffer>): string {
  return decoder.decode(bytes);
}

function decodeRaw({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): string {
  return Buffer.from(buffer, byteOffset, length).toString("latin1");
}

/** Without the line that the cut went through, unless that is most of it; never half a character. */
function wholeHead(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const line = bytes.lastIndexOf(10) + 1;
  if (line >= bytes.length / 2) return bytes.subarray(0, line);
  let end = bytes.length;
  while (end > 0 && bytes.length - end < 4 && isContinuation(bytes[end - 1]!)) end--;
  return bytes.subarray(0, bytes[end - 1]! >= 0xc0 ? end - 1 : bytes.length);
}

function wholeTail(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const line = bytes.indexOf(10) + 1;
  if (line > 0 && line <= bytes.length / 2) return bytes.subarray(line);
  let start = 0;
  while (start < 4 && start < bytes.length && isContinuation(bytes[start]!)) start++;
  return bytes.subarray(start);
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
