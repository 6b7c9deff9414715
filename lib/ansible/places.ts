/**
 * Places in a text, worked out only when somebody asks: of ten thousand hosts' variables hardly one is ever spoken of.
 * @module
 */
import type { Json } from "../plain/json.ts";
import type { Origin, Setting, Settings } from "./types.ts";

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

/** A host's variables as one place sets them. Lists, because an object for each variable would be most of what a large fleet takes. */
export class PlacedSettings implements Settings {
  readonly #places: Places;
  readonly #owner: string;
  readonly #names: readonly string[];
  readonly #values: readonly Json[];
  readonly #offsets: readonly number[];

  /** `like` is another host's, which often has variables of the same names. */
  constructor(places: Places, owner: string, settings: readonly PlacedSetting[], like?: PlacedSettings) {
    this.#places = places;
    this.#owner = owner;
    const known = like === undefined ? [] : like.#names;
    const same = known.length === settings.length && settings.every(({ name }, at) => known[at] === name);
    this.#names = same ? known : settings.map(({ name }) => name);
    this.#values = settings.map(({ value }) => value);
    this.#offsets = settings.map(({ offset }) => offset);
  }

  *[Symbol.iterator](): Generator<readonly [string, Setting]> {
    for (const [at, name] of this.#names.entries()) {
      const [value, offset] = [this.#values[at]!, this.#offsets[at]!];
      yield [name, new PlacedSetting(value, this.#places, offset, this.#owner, name)];
    }
  }
}
