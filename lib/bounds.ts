/**
 * Limits for device output in a run's record. Events, reports and the terminal get no more of a device's output
 * than this, and say how much was left out. Pure.
 * @module
 */
import { leftOut } from "./plain/left_out.ts";
import { masked } from "./secrets.ts";

/** Bounds on plain data. Sizes count characters. */
export interface Bounds {
  /** Of all texts together, keys counted in. */
  readonly size: number;
  /** Of one text. */
  readonly text: number;
  /** Members of one list or object. */
  readonly members: number;
  /** Values in all, lists and objects counted in. */
  readonly values: number;
  /** Lists and objects inside each other. */
  readonly depth: number;
}

/** What one task on one host may put into the record. */
export const TASK_BOUNDS: Bounds = {
  size: 128 * 1024,
  text: 64 * 1024,
  members: 1000,
  values: 10_000,
  depth: 32,
};

/** What one event may hold of a host's: room for a task that is there for its output (`exec`). */
export const EVENT_BOUNDS: Bounds = { ...TASK_BOUNDS, size: 2304 * 1024, text: 1025 * 1024 };

/** The text, or its beginning and its end with a line between them that says how many `units` are missing. */
export function cutText(whole: string, most: number, units = "characters"): string {
  if (whole.length <= most) return whole;
  // Half a secret is none that anybody would find.
  const text = masked(whole);
  if (text.length <= most) return text;
  const half = Math.max(0, Math.floor(most / 2));
  const head = wholeLines(text.slice(0, half), "head");
  const tail = wholeLines(text.slice(text.length - half), "tail");
  return detached(joined(head, text.length - head.length - tail.length, tail, units));
}

/** A piece of a longer text by itself: a mere piece would keep all of the text in memory. */
export function detached(piece: string): string {
  return JSON.parse(JSON.stringify(piece));
}

/** Two ends of a text with a line between them that says what is missing. */
export function joined(head: string, missing: number, tail: string, units: string): string {
  const above = head === "" || head.endsWith("\n") ? head : `${head}\n`;
  return `${above}${leftOut(missing, units)}\n${tail}`;
}

/** A part of a longer text without the line that the cut went through, unless that is most of it. Never half a character. */
export function wholeLines(part: string, which: "head" | "tail"): string {
  if (which === "head") {
    const end = part.lastIndexOf("\n") + 1;
    return end >= part.length / 2 ? part.slice(0, end) : part.replace(/[\ud800-\udbff]$/, "");
  }
  const start = part.indexOf("\n") + 1;
  return start > 0 && start <= part.length / 2 ? part.slice(start) : part.replace(/^[\udc00-\udfff]/, "");
}

/** Plain data within bounds: the same value if it is, else one in which words stand for what is left out. */
export function bounded<T>(value: T, bounds: Bounds): T {
  return new Bounding(bounds).take(value, 0) as T;
}

class Bounding {
  readonly #bounds: Bounds;
  #size: number;
  #values: number;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
    this.#size = bounds.size;
    this.#values = bounds.values;
  }

  take(value: unknown, depth: number): unknown {
    this.#values--;
    if (typeof value === "string") return this.#text(value);
    if (typeof value !== "object" || value === null) return value;
    if (depth >= this.#bounds.depth) return `… nested deeper than ${this.#bounds.depth}`;
    return Array.isArray(value) ? this.#list(value, depth) : this.#object(value, depth);
  }

  #text(text: string): string {
    const cut = cutText(text, Math.max(0, Math.min(this.#bounds.text, this.#size)));
    this.#size -= Math.min(text.length, cut.length);
    return cut;
  }

  #list(list: readonly unknown[], depth: number): readonly unknown[] {
    const kept: unknown[] = [];
    let same = true;
    for (const member of list) {
      if (this.#full(kept.length)) {
        kept.push(leftOut(list.length - kept.length, "more"));
        return kept;
      }
      const taken = this.take(member, depth + 1);
      same &&= taken === member;
      kept.push(taken);
    }
    return same ? list : kept;
  }

  #object(object: object, depth: number): object {
    // A key may be anything that a device says, `__proto__` too.
    const kept: [string, unknown][] = [];
    let same = true;
    for (const key in object) {
      if (!Object.hasOwn(object, key)) continue;
      if (this.#full(kept.length)) {
        kept.push(["…", "more left out"]);
        return Object.fromEntries(kept);
      }
      const name = this.#text(key);
      const member: unknown = Reflect.get(object, key);
      const taken = this.take(member, depth + 1);
      same &&= taken === member && name === key;
      kept.push([name, taken]);
    }
    return same ? object : Object.fromEntries(kept);
  }

  #full(members: number): boolean {
    return members >= this.#bounds.members || this.#values <= 0 || this.#size <= 0;
  }
}
