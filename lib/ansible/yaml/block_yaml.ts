/**
 * The plainest YAML (nested `key: value` lines, as most inventories are), read without a tree of nodes for the whole text: a large fleet's
 * file takes a tenth of the time and a fraction of the memory. Whatever is not that plain is left to the full reader.
 * @module
 */
import type { Node, YAMLMap } from "yaml";
import defer * as yaml from "yaml";
import type { Json } from "../../plain/json.ts";
import { Places } from "../places.ts";
import { shown } from "../problems.ts";
import { Sealed } from "../vault/sealed.ts";
import type { Origin } from "../types.ts";
import type { Entry, Reading, YamlSource } from "./yaml_document.ts";
import { keyOf, plainScalar } from "./yaml_scalars.ts";

/** Deeper than anybody writes. */
const DEEPEST = 64;
/** YAML's own limit is 1024. */
const LONGEST_KEY = 1000;

/** The lines of a text that hold something: one number a line in each list. */
class Lines {
  count = 0;
  readonly indent: Int32Array;
  readonly key: Int32Array;
  readonly keyEnd: Int32Array;
  /** Where the value is written, with its quotes; both 0 if there is none. */
  readonly value: Int32Array;
  readonly valueEnd: Int32Array;

  /** `most` is the number of all lines. */
  constructor(most: number) {
    const list = () => new Int32Array(most);
    [this.indent, this.key, this.keyEnd, this.value, this.valueEnd] = [
      list(),
      list(),
      list(),
      list(),
      list(),
    ];
  }

  add(indent: number, key: number, keyEnd: number, [value, valueEnd]: readonly [number, number]): void {
    const at = this.count++;
    this.indent[at] = indent;
    this.key[at] = key;
    this.keyEnd[at] = keyEnd;
    this.value[at] = value;
    this.valueEnd[at] = valueEnd;
  }
}

/** How the package's own nodes say what they are. Ours are lighter: a large fleet has hundreds of thousands. */
const NODE_TYPE: unique symbol = Symbol.for("yaml.node.type") as never;

/** A mapping that is read when somebody asks for its entries: the lines from `first` up to `end`. */
class BlockMap {
  declare readonly [NODE_TYPE]: symbol;

  constructor(readonly first: number, readonly end: number, readonly start: number) {}

  get range(): [number, number, number] {
    return [this.start, this.start, this.start];
  }
}

class Leaf {
  declare readonly [NODE_TYPE]: symbol;

  constructor(readonly value: unknown, readonly source: string, readonly start: number) {}

  get range(): [number, number, number] {
    return [this.start, this.start, this.start];
  }
}

Object.defineProperty(BlockMap.prototype, NODE_TYPE, { value: Symbol.for("yaml.map") });
Object.defineProperty(Leaf.prototype, NODE_TYPE, { value: Symbol.for("yaml.scalar") });

/** Reads a text, or returns undefined if it takes the full reader. */
export function readBlockYaml(
  file: string,
  text: string,
  reading: Omit<Reading, "json">,
): YamlSource | undefined {
  const starts: number[] = [];
  const lines = linesOf(text, starts);
  return lines && new BlockDocument(text, lines, new Places(file, starts), reading);
}

class BlockDocument implements YamlSource {
  readonly root: Node;
  /** Ten thousand hosts have the same few names of variables: each is kept once. */
  readonly #keys = new Map<string, string>();
  readonly #seen = new Set<unknown>();

  constructor(
    readonly text: string,
    readonly lines: Lines,
    readonly places: Places,
    readonly reading: Omit<Reading, "json">,
  ) {
    this.root = new BlockMap(0, lines.count, lines.key[0]!) as unknown as Node;
  }

  origin(offset: number, path?: string): Origin {
    return this.places.origin(offset, path);
  }

  entries(map: YAMLMap): Entry[] {
    const { first, end } = map as unknown as BlockMap;
    const { indent, key, keyEnd, value, valueEnd } = this.lines;
    const own = indent[first]!;
    const entries: Entry[] = [];
    this.#seen.clear();
    for (let line = first; line < end;) {
      let next = line + 1;
      while (next < end && indent[next]! > own) next++;
      const keyNode = this.#key(key[line]!, keyEnd[line]!);
      const node = valueEnd[line]! > 0
        ? this.#leaf(value[line]!, valueEnd[line]!)
        : next > line + 1
        ? new BlockMap(line + 1, next, key[line + 1]!)
        : null;
      const ownKey = keyOf(keyNode.value);
      this.#seen.add(ownKey);
      entries.push({
        key: ownKey,
        name: String(ownKey),
        keyNode: keyNode as unknown as Node,
        value: node as unknown as Node | null,
        offset: (node ?? keyNode).start,
      });
      line = next;
    }
    return this.#seen.size === entries.length ? entries : this.#unique(entries);
  }

  value(node: Entry["value"]): Json {
    return this.reading.secret ? Sealed.from(this.places.file, this.#json(node)) : this.#json(node);
  }

  #json(node: Entry["value"]): Json {
    if (node === null) return null;
    if (yaml.isScalar(node)) return node.value as Json;
    const entries = this.entries(node as YAMLMap);
    return Object.fromEntries(entries.map((entry) => [entry.name, this.#json(entry.value)]));
  }

  #key(start: number, end: number): Leaf {
    const written = this.text.slice(start, end);
    let text = this.#keys.get(written);
    if (text === undefined) this.#keys.set(written, text = written);
    return new Leaf(plainScalar(text), text, start);
  }

  #leaf(start: number, end: number): Leaf {
    const first = this.text[start];
    const quoted = first === '"' || first === "'";
    const text = quoted ? this.text.slice(start + 1, end - 1) : this.text.slice(start, end);
    return new Leaf(quoted ? text : plainScalar(text), text, start);
  }

  #unique(entries: readonly Entry[]): Entry[] {
    const byKey = new Map<Json, Entry>();
    for (const entry of entries) {
      const first = byKey.get(entry.key);
      if (first) {
        const { line } = this.origin(first.keyNode.range![0]);
        const { file: where, ...at } = this.origin(entry.keyNode.range![0]);
        this.reading.warn({
          where,
          ...at,
          message: `the key ${
            shown(entry.key)
          } is here a second time; as with Ansible it replaces the first, on line ${line}`,
        });
      }
      byKey.set(entry.key, entry);
    }
    return [...byKey.values()];
  }
}

const SPACE = 32;
const HASH = 35;
const COLON = 58;

/** The lines of a text, `starts` being filled with where each begins; undefined if one of them is not plain. */
function linesOf(text: string, starts: number[]): Lines | undefined {
  if (/[^\n\x20-\x7e\u00a1-\u1fff]/.test(text)) return undefined;
  const lines = new Lines(countLines(text));
  const levels: number[] = [];
  // Whether the line before could have others below it.
  let open = true;
  let begin = text.startsWith("---\n") ? 4 : 0;
  if (begin > 0) starts.push(0);
  while (begin < text.length) {
    starts.push(begin);
    const newline = text.indexOf("\n", begin);
    const end = newline < 0 ? text.length : newline;
    let at = begin;
    while (at < end && text.charCodeAt(at) === SPACE) at++;
    if (at < end && text.charCodeAt(at) !== HASH) {
      const indent = at - begin;
      while (levels.length > 0 && levels.at(-1)! > indent) {
        levels.pop();
        open = false;
      }
      if (levels.at(-1) !== indent) {
        if (!open || levels.length >= DEEPEST || (levels.length === 0 && indent > 0)) return undefined;
        // A dedent to a level that was never there.
        if (levels.length > 0 && indent < levels.at(-1)!) return undefined;
        levels.push(indent);
      }
      const keyEnd = endOfKey(text, at, end);
      if (keyEnd === undefined) return undefined;
      const value = valueOf(text, keyEnd + 1, end);
      if (value === undefined) return undefined;
      lines.add(indent, at, keyEnd, value);
      open = value[1] === 0;
    }
    begin = end + 1;
  }
  return lines.count > 0 ? lines : undefined;
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** Where the colon after a plain key without spaces is. */
function endOfKey(text: string, start: number, end: number): number | undefined {
  if (!/[A-Za-z0-9_/]/.test(text[start]!)) return undefined;
  const longest = Math.min(end, start + LONGEST_KEY);
  for (let at = start + 1; at < longest; at++) {
    const code = text.charCodeAt(at);
    if (code === SPACE) return undefined;
    if (code === COLON && (at + 1 === end || text.charCodeAt(at + 1) === SPACE)) return at;
  }
  return undefined;
}

const NONE: readonly [number, number] = [0, 0];

/** Begin and end of a plain or simply quoted value on one line; undefined if it is anything else. */
function valueOf(text: string, after: number, end: number): readonly [number, number] | undefined {
  let start = after;
  while (start < end && text.charCodeAt(start) === SPACE) start++;
  if (start === end || text.charCodeAt(start) === HASH) return NONE;
  const first = text[start]!;
  if (first === '"' || first === "'") {
    const close = text.indexOf(first, start + 1);
    if (close < 0 || close >= end) return undefined;
    const rest = text.slice(close + 1, end);
    // A backslash, or a quote that is doubled, takes the full reader.
    if (first === '"' && text.slice(start, close).includes("\\") || !/^(?: *| +#.*)$/.test(rest)) {
      return undefined;
    }
    return [start, close + 1];
  }
  if (!/[A-Za-z0-9_/.+~($\u00a1-\u1fff-]/.test(first)) return undefined;
  const written = text.slice(start, end);
  const comment = written.indexOf(" #");
  const plain = (comment < 0 ? written : written.slice(0, comment)).trimEnd();
  if (plain === "-" || plain.startsWith("- ") || plain.includes(": ") || plain.endsWith(":")) {
    return undefined;
  }
  // Numbers that JSON could not carry, or that are long enough for it.
  if (/^[-+]?(?:\.(?:inf|nan)$|[\d.].{300}|[\d._:]+e[-+]\d{3})/i.test(plain)) return undefined;
  return [start, start + plain.length];
}
