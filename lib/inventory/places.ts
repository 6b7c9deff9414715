/**
 * Places in a text, worked out only when somebody asks: of ten thousand hosts' variables hardly one is ever spoken of.
 * @module
 */
import type { Json } from "../events.ts";
import type { Origin, Setting } from "./types.ts";

/** Where the lines of a text begin. */
export class Places {
  constructor(readonly file: string, readonly starts: readonly number[]) {}

  /** The place of an offset into the text. */
  origin(offset: number, path?: string): Origin {
    let [low, high] = [0, this.starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.starts[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    const line = Math.max(low, 1);
    return {
      file: this.file,
      line,
      col: offset - (this.starts[line - 1] ?? 0) + 1,
      ...(path ? { path } : {}),
    };
  }
}

/** A value that knows where it is written. */
export class PlacedSetting implements Setting {
  constructor(
    readonly value: Json,
    readonly places: Places,
    readonly offset: number,
    /** Path of what the variable belongs to. */
    readonly owner: string,
    readonly name: string,
  ) {}

  get origin(): Origin {
    return this.places.origin(this.offset, this.owner === "" ? this.name : `${this.owner}.${this.name}`);
  }
}
