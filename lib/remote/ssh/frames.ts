/**
 * Cuts what a session prints into answers. An answer is all that came before the session's marker, without the line break in front of it; the
 * marker cannot be guessed, so nothing that a device prints can pass for one. A beat (see loop.sh) may come anywhere, also in the middle of
 * an answer, and is taken out. Work and memory are in proportion to the bytes that come, however they are cut into pieces.
 * @module
 */
import { Kept, OverLimit, type StreamLimit } from "./kept.ts";
import { BEATS, MARKER_LINE } from "../limits.ts";

export interface Frame {
  /** What was printed since the last marker line, without the line break that the loop puts before the next. */
  readonly body: string;
  /** The words behind the marker: `["hello"]`, `["3", "0"]`. */
  readonly words: readonly string[];
}

/** Bytes in, whole answers out. */
export class FrameReader {
  readonly #kept = new Kept();
  /** What came last and may be the beginning of a marker line. */
  #open: Uint8Array = new Uint8Array();
  readonly #marker: Uint8Array;
  readonly #limit: () => StreamLimit;
  readonly #since = performance.now();
  #beats = 0;

  /** `limit` says what may be printed before the next marker; past it `push()` throws an OverLimit. */
  constructor(marker: string, limit: () => StreamLimit) {
    this.#marker = new TextEncoder().encode(`${marker} `);
    this.#limit = limit;
  }

  /** The last of what came since the last whole answer, up to so many bytes: the evidence when a session dies. */
  last(bytes: number): string {
    return (this.#kept.last(bytes) + new TextDecoder().decode(this.#open)).slice(-bytes);
  }

  /**
   * The frames that are whole with this chunk. A caller that takes one out has dealt with it before the next is looked for, so that `limit` is
   * that of whatever is answered next.
   */
  *push(chunk: Uint8Array): Generator<Frame, void> {
    const bytes = this.#open.length === 0 ? chunk : concat(this.#open, chunk);
    let from = 0;
    for (;;) {
      const at = indexOf(bytes, this.#marker, from);
      if (at < 0) break;
      const words = at + this.#marker.length;
      const end = bytes.indexOf(10, words);
      if (end < 0 ? bytes.length - words > MARKER_LINE : end - words > MARKER_LINE) {
        throw new OverLimit(`it sent a marker with a line of more than ${MARKER_LINE} bytes`);
      }
      this.#kept.add(bytes.subarray(from, at), this.#limit());
      from = at;
      if (end < 0) break;
      from = end + 1;
      const said = new TextDecoder().decode(bytes.subarray(words, end)).split(" ");
      if (said[0] === "beat") this.#beat();
      else yield { body: this.#kept.take(this.#limit()), words: said };
    }
    // What may be the beginning of a marker stays open; a marker whose line has not come to its end does, too.
    const rest = bytes.subarray(from);
    const open = startsWith(rest, this.#marker) ? 0 : Math.max(0, rest.length - this.#marker.length + 1);
    this.#kept.add(rest.subarray(0, open), this.#limit());
    this.#open = rest.slice(open);
  }

  #beat(): void {
    this.#beats++;
    const most = BEATS.burst + BEATS.perSecond * (performance.now() - this.#since) / 1000;
    if (this.#beats > most) {
      throw new OverLimit(
        `it sent more than ${BEATS.burst} heartbeats plus ${BEATS.perSecond} a second; one is due every 5 s`,
      );
    }
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function startsWith(bytes: Uint8Array, part: Uint8Array): boolean {
  return bytes.length >= part.length && indexOf(bytes.subarray(0, part.length), part, 0) === 0;
}

function indexOf(bytes: Uint8Array, part: Uint8Array, from: number): number {
  const first = part[0];
  if (first === undefined) return from;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (at + part.length > bytes.length) return -1;
    let same = 1;
    while (same < part.length && bytes[at + same] === part[same]) same++;
    if (same === part.length) return at;
  }
  return -1;
}
