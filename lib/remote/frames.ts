/**
 * Cuts what a session prints into answers. An answer is all that came before the session's marker, without the line break in front of it; the
 * marker cannot be guessed, so nothing that a device prints can pass for one. A beat (see loop.sh) may come anywhere, also in the middle of
 * an answer, and is taken out.
 * @module
 */
export interface Frame {
  /** What was printed since the last marker line, without the line break that the loop puts before the next. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The words behind the marker: `["hello"]`, `["3", "0"]`. */
  readonly words: readonly string[];
}

/** Bytes in, whole answers out. */
export class FrameReader {
  #pending: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** Up to here there is no marker line. */
  #searched = 0;
  readonly #marker: Uint8Array;
  readonly #limit: number;

  /** `limit` is the most bytes that one answer may have; past it `push()` throws a RangeError. */
  constructor(marker: string, limit: number) {
    this.#marker = new TextEncoder().encode(`${marker} `);
    this.#limit = limit;
  }

  /** What came since the last whole answer: the evidence when a session dies. */
  get rest(): string {
    return new TextDecoder().decode(this.#pending);
  }

  push(chunk: Uint8Array): Frame[] {
    this.#pending = concat(this.#pending, chunk);
    const frames: Frame[] = [];
    for (;;) {
      const at = indexOf(this.#pending, this.#marker, this.#searched);
      const end = at < 0 ? -1 : this.#pending.indexOf(10, at + this.#marker.length);
      if (end < 0) {
        // Not the whole line yet: go on from where it may begin.
        this.#searched = at >= 0 ? at : Math.max(0, this.#pending.length - this.#marker.length + 1);
        if (this.#pending.length > this.#limit) {
          throw new RangeError(`more than ${this.#limit} bytes of output`);
        }
        return frames;
      }
      const words = new TextDecoder().decode(this.#pending.subarray(at + this.#marker.length, end)).split(
        " ",
      );
      const rest = this.#pending.subarray(end + 1);
      if (words[0] === "beat") {
        this.#pending = concat(this.#pending.subarray(0, at), rest);
        this.#searched = at;
        continue;
      }
      const body = this.#pending.slice(0, at);
      frames.push({ body: body.at(-1) === 10 ? body.slice(0, -1) : body, words });
      this.#pending = rest.slice();
      this.#searched = 0;
    }
  }

  /** Forgets all but the last `keep` bytes: for the noise before the first answer. */
  trim(keep: number): void {
    if (this.#pending.length <= keep) return;
    this.#pending = this.#pending.slice(-keep);
    this.#searched = 0;
  }
}

function concat(a: Uint8Array<ArrayBuffer>, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
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
