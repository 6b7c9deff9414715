/**
 * Groups and hosts out of what a program prints for `--list`, as Ansible's script plugin reads it: JSON, where `_meta` has the variables of
 * hosts, or else each host is asked for.
 * @module
 */
import type { Problem } from "../../errors.ts";
import type { Json } from "../../plain/json.ts";
import type { InventoryBuilder } from "./builder.ts";
import { problemAt, shown } from "../problems.ts";
import { isMapping, type Mapping } from "./programs.ts";
import type { Origin, Setting } from "../types.ts";
import { priorityOf } from "../values.ts";
import type { VariableCheck } from "../variable_check.ts";

/** Hosts that are asked for at once. */
const AT_ONCE = 4;
const SECTIONS = ["hosts", "vars", "children"];

/** What is needed to read what was listed. */
export interface ListReading {
  readonly builder: InventoryBuilder;
  readonly check: VariableCheck;
  /** The variables of one host, for a list that does not have them; undefined if it has told why not. */
  readonly varsOf: (host: string) => Promise<Mapping | undefined>;
}

/** Adds a list of groups, which the source `file` has given, to `builder`. Everything that is wrong goes to the problems of `check`. */
export async function readListed(file: string, listed: Mapping, reading: ListReading): Promise<void> {
  await new Reader(file, reading).read(listed);
}

class Reader {
  readonly #hosts = new Set<string>();
  readonly #problems: Problem[];

  readonly builder: InventoryBuilder;

  constructor(readonly file: string, readonly reading: ListReading) {
    this.#problems = reading.check.problems;
    this.builder = reading.builder;
  }

  async read(listed: Mapping): Promise<void> {
    let hostvars: Json | undefined;
    for (const [name, value] of Object.entries(listed)) {
      if (name !== "_meta") this.#group(name, value);
      else if (isMapping(value) && "hostvars" in value) hostvars = value.hostvars ?? undefined;
    }
    if (hostvars !== undefined && !isMapping(hostvars)) {
      this.#problem("_meta.hostvars", `found ${shown(hostvars)}, expected a mapping of hosts`);
      return;
    }
    if (hostvars) {
      for (const host of this.#hosts) {
        if (Object.hasOwn(hostvars, host)) this.#hostVars(host, hostvars[host]!, `_meta.hostvars.${host}`);
      }
      return;
    }
    // Several at a time, but merged in order: a run must not depend on which answers first.
    const hosts = [...this.#hosts];
    for (let at = 0; at < hosts.length; at += AT_ONCE) {
      const some = hosts.slice(at, at + AT_ONCE);
      const answers = await Promise.all(some.map(this.reading.varsOf));
      for (const [number, host] of some.entries()) {
        // One that fails once fails ten thousand times: say it once.
        if (answers[number] === undefined) return;
        this.#hostVars(host, answers[number]!, host);
      }
    }
  }

  #group(name: string, data: Json): void {
    if (name === "") return this.#problem("", 'found a group named "", expected a name');
    this.builder.addGroup(name);
    // A list is that of its hosts; a mapping with none of the sections is a host with its variables.
    const group: Mapping = !isMapping(data)
      ? { hosts: data }
      : SECTIONS.some((section) => Object.hasOwn(data, section))
      ? data
      : { hosts: [name], vars: data };
    const { hosts, vars } = group;
    // Of a mapping Ansible takes the keys: some languages write an empty list as one.
    const children = isMapping(group.children) ? Object.keys(group.children) : group.children;
    if (hosts !== undefined) {
      if (!isListOfNames(hosts)) {
        this.#problem(`${name}.hosts`, `found ${shown(hosts)}, expected a list of names`);
      } else {
        for (const host of hosts) {
          this.#hosts.add(host);
          this.builder.addHost(host, name);
        }
      }
    }
    if (vars !== undefined) {
      if (!isMapping(vars)) {
        this.#problem(`${name}.vars`, `found ${shown(vars)}, expected a mapping of variables`);
      } else for (const [key, value] of Object.entries(vars)) this.#groupVar(name, key, value);
    }
    if (children === undefined) return;
    if (!isListOfNames(children)) {
      this.#problem(`${name}.children`, `found ${shown(children)}, expected a list of names`);
      return;
    }
    for (const child of children) {
      this.builder.addGroup(child);
      if (this.builder.addChild(name, child)) continue;
      this.#problem(
        `${name}.children`,
        child === name
          ? `found the group "${child}" as a child of itself`
          : `found the group "${child}" as a child of "${name}", which is itself below "${child}"`,
      );
    }
  }

  #groupVar(group: string, name: string, value: Json): void {
    const setting = this.#setting(`${group}.vars.${name}`, value);
    if (name === "ansible_group_priority") {
      const priority = priorityOf(setting, this.#problems);
      if (priority !== undefined) this.builder.setPriority(group, priority);
      return;
    }
    this.reading.check.variable(name, setting);
    this.builder.setVariable(group, name, setting);
  }

  #hostVars(host: string, vars: Json, path: string): void {
    if (!isMapping(vars)) {
      this.#problem(path, `found ${shown(vars)}, expected the host's variables as a mapping`);
      return;
    }
    const settings = Object.entries(vars).map(([name, value]) => {
      const setting = this.#setting(`${path}.${name}`, value);
      this.reading.check.variable(name, setting);
      return [name, setting] as const;
    });
    this.builder.setVariables(host, settings);
  }

  #setting(path: string, value: Json): Setting {
    return { value, origin: this.#origin(path) };
  }

  /** The program's output has no lines that a user could look at. */
  #origin(path: string): Origin {
    return { file: this.file, line: 0, col: 0, ...(path === "" ? {} : { path }) };
  }

  #problem(path: string, message: string, hint?: string): void {
    this.#problems.push(problemAt(this.#origin(path), message, hint));
  }
}

function isListOfNames(value: Json): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string" && name !== "");
}
