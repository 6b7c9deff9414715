/**
 * Groups and hosts out of an INI text, as Ansible's ini plugin reads them: `[group]`, `[group:children]`, `[group:vars]`, hosts with
 * variables beside them. Ansible gives up at the first mistake, this reports all of them, each in its place.
 * @module
 */
import type { Problem } from "../../errors.ts";
import type { InventoryBuilder } from "./builder.ts";
import { BACKWARDS, expandHostKey, RangeProblem } from "./host_range.ts";
import { didYouMean } from "../../plain/near_miss.ts";
import { PlacedSetting, PlacedSettings, Places } from "../places.ts";
import { problemAt } from "../problems.ts";
import { valueOf } from "../python/python_literal.ts";
import { Sealed } from "../vault/sealed.ts";
import type { Origin, Setting } from "../types.ts";
import { priorityOf } from "../values.ts";
import type { VariableCheck } from "../variable_check.ts";
import { type Word, wordsOf } from "./words.ts";

const SECTIONS = ["hosts", "children", "vars"] as const;
type Section = typeof SECTIONS[number];

const SECTION = /^\[([^:\]\s]+)(?::([\p{L}\p{N}_]+))?\]\s*(?:#.*)?$/u;
const GROUP_NAME = /^([^:\]\s]+)\s*(?:#.*)?$/;
/** Python's `splitlines()`. */
// deno-lint-ignore no-control-regex -- they do end lines there
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** A group that is spoken of before it is defined. */
interface Pending {
  readonly origin: Origin;
  readonly section: "children" | "vars";
  readonly parents: string[];
}

/** Adds what a text defines to `builder`, and everything that is wrong with it to the problems of `check`; `secret` seals every value. */
export function readIniInventory(
  file: string,
  text: string,
  builder: InventoryBuilder,
  check: VariableCheck,
  secret = false,
): void {
  new Reader(file, builder, check, secret).read(text);
}

class Reader {
  readonly #pending = new Map<string, Pending>();
  #group = "ungrouped";
  /** What follows the head of an unknown section is skipped: it would be noise. */
  #section: Section | "unknown" = "hosts";
  #line = 0;
  /** Where the line begins in the text. */
  #begin = 0;
  /** Where the trimmed line begins. */
  #indent = 0;
  readonly #problems: Problem[];
  readonly #starts: number[] = [];
  readonly #places: Places;
  /** Of the host before. */
  #last?: PlacedSettings;

  constructor(
    readonly file: string,
    readonly builder: InventoryBuilder,
    readonly check: VariableCheck,
    readonly secret: boolean,
  ) {
    this.#problems = check.problems;
    this.#places = new Places(file, this.#starts);
  }

  read(text: string): void {
    let offset = 0;
    for (const whole of text.split(LINE_END)) {
      this.#line++;
      this.#starts.push(offset);
      this.#begin = offset;
      offset += whole.length +
        (text[offset + whole.length] === "\r" && text[offset + whole.length + 1] === "\n" ? 2 : 1);
      const line = whole.trim();
      if (line === "" || line[0] === "#" || line[0] === ";") continue;
      this.#indent = whole.indexOf(line[0]!);
      if (line[0] === "[" && this.#header(line)) continue;
      if (this.#section === "hosts") this.#hosts(line);
      else if (this.#section === "vars") this.#variable(line);
      else if (this.#section === "children") this.#child(line);
    }
    for (const [name, { origin, section, parents }] of this.#pending) {
      const meant = didYouMean(name, this.builder.groupNames().filter((known) => !this.#pending.has(known)));
      if (section === "vars") {
        // Ansible warns, too, and keeps them: another file may say who is in the group.
        this.check.warn(problemAt(
          origin,
          `found [${name}:vars], and no [${name}] in this file or an earlier one; the variables are kept`,
          meant ?? `define it with [${name}], or put the file that does so first: -i THAT -i ${this.file}`,
        ));
        continue;
      }
      this.#problems.push(problemAt(
        origin,
        `found the group "${name}" in [${
          parents.at(-1)
        }:children], expected it to be defined somewhere in this file`,
        meant ?? `define it with [${name}]`,
      ));
    }
  }

  /** Whether the line is the head of a section. */
  #header(line: string): boolean {
    const [, name, kind = "hosts"] = SECTION.exec(line) ?? [];
    if (name === undefined) {
      if (!line.endsWith("]")) return false;
      this.#problem(0, `found ${JSON.stringify(line)}, expected [group], [group:children] or [group:vars]`);
      return true;
    }
    const section = SECTIONS.find((known) => known === kind);
    if (!section) {
      this.#problem(
        line.indexOf(":") + 1,
        `found the section [${name}:${kind}], expected [${name}], [${name}:children] or [${name}:vars]`,
        didYouMean(kind, SECTIONS),
      );
      this.#section = "unknown";
      return true;
    }
    this.#group = name;
    this.#section = section;
    if (!this.builder.hasGroup(name)) {
      if (section === "vars" && !this.#pending.has(name)) {
        this.#pending.set(name, { origin: this.#origin(0), section: "vars", parents: [] });
      }
      this.builder.addGroup(name);
    }
    const pending = this.#pending.get(name);
    if (pending && section !== "vars") {
      if (pending.section === "children") this.#settle(name);
      else this.#pending.delete(name);
    }
    return true;
  }

  /** Gives a group that has now been defined to those who have spoken of it, and those in turn to theirs. */
  #settle(name: string): void {
    const { parents, origin } = this.#pending.get(name)!;
    for (const parent of parents) {
      this.#adopt(parent, name, origin);
      if (this.#pending.get(parent)?.section === "children") this.#settle(parent);
    }
    this.#pending.delete(name);
  }

  #adopt(parent: string, child: string, origin: Origin): void {
    if (this.builder.addChild(parent, child)) return;
    this.#problems.push(problemAt(
      origin,
      child === parent
        ? `found the group "${child}" as a child of itself`
        : `found the group "${child}" as a child of "${parent}", which is itself below "${child}"`,
    ));
  }

  #child(line: string): void {
    const child = GROUP_NAME.exec(line)?.[1];
    if (child === undefined) {
      this.#problem(0, `found ${JSON.stringify(line)}, expected the name of a group`);
      return;
    }
    if (this.builder.hasGroup(child)) {
      this.#adopt(this.#group, child, this.#origin(0));
      return;
    }
    const pending = this.#pending.get(child);
    if (pending) pending.parents.push(this.#group);
    else {
      this.#pending.set(child, { origin: this.#origin(0), section: "children", parents: [this.#group] });
    }
  }

  #variable(line: string): void {
    const equals = line.indexOf("=");
    if (equals < 0) {
      this.#problem(0, `found ${JSON.stringify(line)}, expected name=value`, yamlHint(line, "="));
      return;
    }
    const name = line.slice(0, equals).trim();
    const written = line.slice(equals + 1);
    const value = written.trim();
    const at = equals + 1 + written.indexOf(value);
    const setting = this.#setting(value, at, this.#group, name);
    if (name === "ansible_group_priority") {
      const priority = priorityOf(setting, this.#problems);
      if (priority !== undefined) this.builder.setPriority(this.#group, priority);
      return;
    }
    this.check.variable(name, setting, () => this.#origin(0, `${this.#group}.${name}`));
    this.builder.setVariable(this.#group, name, setting);
  }

  #hosts(line: string): void {
    const words = wordsOf(line, { comments: true });
    const [key, ...assignments] = words ?? [];
    if (!key) {
      this.#problem(
        0,
        words
          ? `found ${JSON.stringify(line)}, expected a host`
          : `found ${JSON.stringify(line)}, with a quote that is not closed or a backslash at its end`,
      );
      return;
    }
    const host = this.#hostKey(key);
    const settings = assignments.flatMap((word) => this.#assignment(word, key.text));
    if (!host) return;
    const vars = this.#last = new PlacedSettings(this.#places, key.text, settings, this.#last);
    for (const name of host.names) {
      this.builder.addHost(name, this.#group, host.port);
      if (settings.length > 0) this.builder.setVariables(name, vars);
    }
  }

  #hostKey({ text, start }: Word): { names: readonly string[]; port?: Setting } | undefined {
    try {
      const { names, port } = expandHostKey(text);
      if (text === "" || text === "---" || (text.trim().endsWith(":") && port === undefined)) {
        this.#problem(start, `found "${text}", expected the name of a host`, yamlHint(text, ":"));
        return undefined;
      }
      if (names.length === 0) this.check.warn(problemAt(this.#origin(start), BACKWARDS));
      return { names, ...(port === undefined ? {} : { port: { value: port, origin: this.#origin(start) } }) };
    } catch (error) {
      if (!(error instanceof RangeProblem)) throw error;
      this.#problem(start, error.message, error.hint);
      return undefined;
    }
  }

  #assignment({ text, start }: Word, host: string): PlacedSetting[] {
    const equals = text.indexOf("=");
    if (equals < 0) {
      this.#problem(
        start,
        `found "${text}" after the host "${host}", expected name=value`,
        "write each host on a line of its own, and a value with spaces in quotes",
      );
      return [];
    }
    const name = text.slice(0, equals);
    const setting = this.#setting(text.slice(equals + 1), start + equals + 1, host, name);
    this.check.variable(name, setting, () => this.#origin(start, `${host}.${name}`));
    return [setting];
  }

  #setting(text: string, at: number, owner: string, name: string): PlacedSetting {
    const value = this.secret ? Sealed.from(this.file, valueOf(text)) : valueOf(text);
    return new PlacedSetting(value, this.#places, this.#begin + this.#indent + at, owner, name);
  }

  #origin(at: number, path?: string): Origin {
    return {
      file: this.file,
      line: this.#line,
      col: this.#indent + at + 1,
      ...(path === undefined ? {} : { path }),
    };
  }

  #problem(at: number, message: string, hint?: string): void {
    this.#problems.push(problemAt(this.#origin(at), message, hint));
  }
}

/** The hint if somebody has written YAML. */
function yamlHint(text: string, expected: ":" | "="): string | undefined {
  const yaml = text === "---" || (expected === ":" ? text.endsWith(":") : /^[\w-]+:\s/.test(text));
  return yaml ? "this file is read as INI: rename it to .yaml if it is YAML" : undefined;
}
