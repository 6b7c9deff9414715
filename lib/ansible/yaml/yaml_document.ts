/**
 * One YAML (or JSON) text as nodes that know where they stand, read as Ansible reads it: YAML 1.1 scalars and merge keys. What a
 * text may do to its reader is bounded: aliases that loop and aliases that explode are problems with a position.
 * @module
 */
import type { Alias, LineCounter, Node, Scalar, YAMLError, YAMLMap } from "yaml";
import defer * as yaml from "yaml";
import { append } from "../../plain/append.ts";
import type { Problem } from "../../errors.ts";
import type { Json } from "../../plain/json.ts";
import { indentFlows } from "./flow_indent.ts";
import { Places } from "../places.ts";
import { shown } from "../problems.ts";
import type { Origin } from "../types.ts";
import { isSealed, noPassword, Sealed, type Unseal } from "../vault/sealed.ts";
import { ansibleTags, jsonScalars, keyOf, pyYamlScalars } from "./yaml_scalars.ts";

/** Nodes that one alias may stand for. A block of shared variables has dozens; a bomb has billions. */
const MOST_NODES_OF_AN_ALIAS = 10_000;
/** Nodes that all aliases of a text together may stand for. */
const MOST_NODES_OF_ALL_ALIASES = 2_000_000;

/** A key and its value in a mapping, after merge keys have been followed. */
export interface Entry {
  /** The key as YAML reads it: a string, unless it is an unquoted number, boolean or null. */
  readonly key: Json;
  /** The key as a name: what it is in JSON. */
  readonly name: string;
  readonly keyNode: Node;
  /** Null if nothing is written. Never an alias. */
  readonly value: Node | null;
  /** Where the value is written (the key, if there is none), in characters from the start of the text. */
  readonly offset: number;
}

/** A text that was read without a mistake in its syntax. */
export interface YamlSource {
  readonly root: Node | null;
  readonly places: Places;
  /** The place of an offset into the text. */
  origin(offset: number, path?: string): Origin;
  /** A mapping's entries in order. */
  entries(map: YAMLMap): Entry[];
  /** A variable's value: sealed, if the file was encrypted. */
  value(node: Node | null): Json;
}

/** Any text of YAML or JSON. */
export class YamlDocument implements YamlSource {
  readonly places: Places;
  readonly #targets: ReadonlyMap<Alias, Node>;
  /** Values that more than one alias stands for are converted once. */
  readonly #shared = new Map<Node, Json>();

  constructor(
    readonly file: string,
    readonly root: Node | null,
    lines: LineCounter,
    targets: ReadonlyMap<Alias, Node>,
    readonly reading: Reading,
  ) {
    this.places = new Places(file, lines.lineStarts);
    this.#targets = targets;
  }

  origin(offset: number, path?: string): Origin {
    return this.places.origin(offset, path);
  }

  /** A mapping's entries in order, merge keys (`<<`) followed: a key of its own wins over a merged one. */
  entries(map: YAMLMap): Entry[] {
    const merged: Entry[] = [];
    const own: Entry[] = [];
    for (const pair of map.items) {
      const keyNode = pair.key as Node;
      const value = pair.value as Node | null;
      if (isMergeKey(keyNode)) {
        const source = this.#follow(value);
        const maps = yaml.isSeq(source) ? source.items.map((item) => this.#follow(item as Node)) : [source];
        // Of several, the first wins: so it comes last.
        for (const item of maps.reverse()) if (yaml.isMap(item)) append(merged, this.entries(item));
      } else {
        const written = value?.range && value.range[0] < value.range[1] ? value : keyNode;
        const scalar = this.#follow(keyNode) as Scalar;
        own.push({
          key: keyOf(scalar.value),
          name: String(scalar.value),
          keyNode,
          value: this.#follow(value),
          offset: written.range?.[0] ?? 0,
        });
      }
    }
    if (merged.length === 0 && new Set(own.map((entry) => entry.key)).size === own.length) return own;
    const byKey = new Map<Json, Entry>();
    for (const entry of [...merged, ...own]) byKey.set(entry.key, entry);
    return [...byKey.values()];
  }

  value(node: Node | null): Json {
    return this.reading.secret ? Sealed.from(this.file, this.json(node)) : this.json(node);
  }

  /** A node as plain data. Keys become strings as JSON writes them. */
  json(node: Node | null): Json {
    const source = this.#follow(node);
    if (source === null) return null;
    if (yaml.isScalar(source)) return source.value as Json;
    const known = this.#shared.get(source);
    if (known !== undefined) return known;
    let value: Json;
    if (yaml.isSeq(source)) {
      value = source.items.map((item) => this.json(item as Node));
    } else {
      const entries = this.entries(source as YAMLMap);
      const first = entries[0];
      const text = yaml.isScalar(first?.value) ? first.value.value : undefined;
      // How Ansible writes an encrypted value in JSON.
      if (this.reading.json && first?.key === "__ansible_vault" && typeof text === "string") {
        value = Sealed.text(text, this.reading.unseal);
      } else {
        // fromEntries, because a key may be `__proto__`.
        value = Object.fromEntries(entries.map((entry) => [entry.name, this.json(entry.value)]));
      }
    }
    if (source.anchor) this.#shared.set(source, value);
    return value;
  }

  #follow(node: Node | null): Node | null {
    return yaml.isAlias(node) ? this.#targets.get(node) ?? null : node;
  }
}

/** How a text is read. */
export interface Reading {
  readonly unseal: Unseal;
  /** Whether the file was encrypted as a whole. */
  readonly secret: boolean;
  /** Whether it is JSON, which YAML 1.1 would read differently here and there. */
  readonly json: boolean;
  readonly warn: (warning: Problem) => void;
}

/** Reads a text. Every mistake in its syntax goes to `problems`, and then nothing is returned. */
export function readYaml(
  file: string,
  written: string,
  problems: Problem[],
  asked: Partial<Omit<Reading, "json">> = {},
): YamlDocument | undefined {
  const reading: Reading = {
    unseal: noPassword,
    secret: false,
    warn: () => {},
    ...asked,
    json: isJson(written),
  };
  // They end a line, too; the package knows the ends of YAML 1.2.
  const text = reading.json ? written : written.replace(/\x85|\r(?!\n)/g, "\n");
  const unprintable = reading.json ? -1 : text.search(UNPRINTABLE);
  if (unprintable >= 0) {
    const before = text.slice(0, unprintable).split("\n");
    const code = text.codePointAt(unprintable)!.toString(16).toUpperCase().padStart(4, "0");
    problems.push({
      where: file,
      line: before.length,
      col: before.at(-1)!.length + 1,
      message: `this is not valid YAML: the character U+${code} is not allowed`,
    });
    return undefined;
  }
  try {
    let parsed = parse(text, reading);
    if (parsed.faults.length > 0) {
      const indented = indentFlows(text);
      const again = indented && parse(indented.text, reading);
      if (again?.faults.length === 0) {
        parsed = again;
        // So that every column is that of the user's text.
        const { lineStarts } = parsed.lines;
        indented!.moved.forEach((by, line) => lineStarts[line]! += by);
      }
    }
    const { document, lines, faults } = parsed;
    const faultyLines = new Set<number>();
    for (const fault of faults) {
      const { line, col } = lines.linePos(fault.pos[0]);
      // The first fault of a line explains the others.
      if (!faultyLines.has(line)) {
        problems.push({ where: file, line, col, ...inWords(fault) });
      }
      faultyLines.add(line);
      // The parser has lost its way: what it says from here on is noise.
      if (fault.code === "UNEXPECTED_TOKEN") break;
    }
    if (faults.length > 0) return undefined;
    const inspection = new Inspection(file, parsed.text, lines, problems, reading);
    const before = problems.length;
    inspection.visit(document.contents as Node | null);
    if (problems.length > before) return undefined;
    return new YamlDocument(file, document.contents as Node | null, lines, inspection.targets, reading);
  } catch (error) {
    // Both the package and the walk below recurse.
    if (!(error instanceof RangeError)) throw error;
    problems.push({ where: file, message: "this is not valid YAML: values are nested too deeply" });
    return undefined;
  }
}

function parse(text: string, { json, unseal }: Reading) {
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    version: "1.1",
    schema: "failsafe",
    customTags: json ? jsonScalars : [...pyYamlScalars, ...ansibleTags(unseal)],
    merge: false,
    // Checked below in linear time; the package compares each key with every other.
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  // A warning says that a tag is not known: Ansible refuses those.
  return { text, document, lines, faults: [...document.errors, ...document.warnings] };
}

/** What YAML has no place for, not even in a comment. */
const UNPRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Ansible tries JSON before YAML. */
function isJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** One walk in the order of the text: resolves aliases, and finds what must not be followed any further. */
class Inspection {
  readonly targets = new Map<Alias, Node>();
  readonly #anchors = new Map<string, Node>();
  /** Nodes that a node stands for, itself included; absent while its inside is still being walked. */
  readonly #sizes = new Map<Node, number>();
  readonly #path: string[] = [];
  #aliased = 0;
  #refused = false;

  constructor(
    readonly file: string,
    readonly text: string,
    readonly lines: LineCounter,
    readonly problems: Problem[],
    readonly reading: Reading,
  ) {}

  /** Returns the number of nodes that `node` stands for. */
  visit(node: Node | null): number {
    if (node === null) return 1;
    if (yaml.isAlias(node)) return this.#alias(node);
    if (yaml.isScalar(node)) this.#chomp(node);
    if (node.anchor) {
      this.#anchors.set(node.anchor, node);
      this.#sizes.delete(node);
    }
    let size = 1;
    if (yaml.isSeq(node)) {
      node.items.forEach((item, index) => {
        this.#path.push(String(index));
        size += this.visit(item as Node);
        this.#path.pop();
      });
    } else if (yaml.isMap(node)) {
      size += this.#map(node);
    }
    if (node.anchor) this.#sizes.set(node, size);
    return size;
  }

  /** A block of text that ends the file without a line end has none in its value either, to PyYAML. */
  #chomp(node: Scalar): void {
    const isBlock = node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED";
    if (!isBlock || this.text.endsWith("\n") || (node.range?.[1] ?? 0) < this.text.length) return;
    const chomped = node.source?.replace(/\n$/, "") ?? "";
    if (isSealed(node.value)) node.value = Sealed.text(chomped, this.reading.unseal);
    else if (typeof node.value === "string") node.value = chomped;
  }

  #map(map: YAMLMap): number {
    let size = 0;
    const seen = new Map<unknown, number>();
    for (const pair of map.items) {
      const key = pair.key as Node;
      const value = pair.value as Node | null;
      size += this.visit(key);
      const scalar = yaml.isAlias(key) ? this.targets.get(key) : key;
      if (!yaml.isScalar(scalar) || typeof keyOf(scalar.value) === "object" && scalar.value !== null) {
        this.#problem(key, "a key must be plain text, and this one is not");
        continue;
      }
      if (this.#isMissing(scalar)) {
        this.#problem(key, "found no key before the colon");
        continue;
      }
      const name = keyOf(scalar.value);
      this.#path.push(String(name));
      if (isMergeKey(key)) {
        size += this.visit(value);
        this.#merge(value ?? key);
      } else {
        const first = seen.get(name);
        if (first === undefined) seen.set(name, key.range?.[0] ?? 0);
        else {
          const { line } = this.lines.linePos(first);
          this.reading.warn(this.#said(
            key,
            `the key ${
              shown(name)
            } is here a second time; as with Ansible it replaces the first, on line ${line}`,
          ));
        }
        size += this.visit(value);
      }
      this.#path.pop();
    }
    return size;
  }

  /** Whether nothing is written where a key is due. PyYAML takes that only after a question mark. */
  #isMissing({ range, anchor, tag }: Scalar): boolean {
    const [start, end] = range!;
    return start === end && !anchor && !tag && !this.text.slice(0, start).trimEnd().endsWith("?");
  }

  #merge(value: Node): void {
    const follow = (node: Node | undefined) => yaml.isAlias(node) ? this.targets.get(node) : node;
    const source = follow(value);
    const maps = yaml.isSeq(source) ? source.items.map((item) => follow(item as Node)) : [source];
    if (!maps.every((item) => yaml.isMap(item))) {
      this.#problem(value, "the merge key << needs a mapping or a list of mappings");
    }
  }

  #alias(alias: Alias): number {
    const target = this.#anchors.get(alias.source);
    if (!target) {
      this.#problem(alias, `the alias *${alias.source} has no anchor &${alias.source} before it`);
      return 1;
    }
    const size = this.#sizes.get(target);
    if (size === undefined) {
      this.#problem(alias, `the alias *${alias.source} refers to a value that contains it`);
      return 1;
    }
    this.targets.set(alias, target);
    this.#aliased += size;
    if (size > MOST_NODES_OF_AN_ALIAS || this.#aliased > MOST_NODES_OF_ALL_ALIASES) {
      // Once is enough: everything after it is built on it.
      if (!this.#refused) {
        this.#problem(
          alias,
          `the alias *${alias.source} expands to more than ${MOST_NODES_OF_AN_ALIAS} values ` +
            `(or all aliases to more than ${MOST_NODES_OF_ALL_ALIASES})`,
        );
      }
      this.#refused = true;
      return 1;
    }
    return size;
  }

  #problem(node: Node, message: string): void {
    this.problems.push(this.#said(node, message));
  }

  #said(node: Node, message: string): Problem {
    const { line, col } = this.lines.linePos(node.range?.[0] ?? 0);
    const path = this.#path.join(".");
    return { where: this.file, line, col, ...(path ? { path } : {}), message };
  }
}

/** Only a plain `<<` merges; a quoted one is a key like any other. */
function isMergeKey(node: Node | null): boolean {
  return yaml.isScalar(node) && node.value === "<<" && node.type === "PLAIN" && !node.tag;
}

function inWords({ code, message }: YAMLError): Pick<Problem, "message" | "hint"> {
  if (code !== "MULTIPLE_DOCS") return { message: `this is not valid YAML: ${sentence(message)}` };
  return {
    message: "found a second document, expected one in a file",
    hint:
      "put it into a separate file, and name both (-i may be given several times), or remove the --- before it",
  };
}

function sentence(message: string): string {
  if (/call stack/i.test(message)) return "values are nested too deeply";
  return message.charAt(0).toLowerCase() + message.slice(1);
}
