/**
 * Groups and hosts out of a program that prints JSON, as Ansible's script plugin reads them: `--list`, and `--host NAME` for every host where
 * `_meta` does not have the variables already.
 * @module
 */
import { resolve } from "@std/path";
import type { Problem } from "../../errors.ts";
import { isPythonNumber, parseJson } from "../python/python_number.ts";
import type { Json } from "../../json.ts";
import type { InventoryBuilder } from "./builder.ts";
import { problemAt, shown } from "../problems.ts";
import { runProgram } from "./program.ts";
import { Sealed, type Unseal } from "../vault/sealed.ts";
import type { Origin, Setting } from "../types.ts";
import { priorityOf } from "../values.ts";
import type { VariableCheck } from "../variable_check.ts";

/** `--host` calls that run at once. */
const AT_ONCE = 4;
const SECTIONS = ["hosts", "vars", "children"];

/** What is needed to ask a program. */
export interface ProgramReading {
  readonly cwd: string;
  readonly unseal: Unseal;
  readonly check: VariableCheck;
  /** For one call; the default is generous. */
  readonly seconds?: number | undefined;
}

type Mapping = { readonly [key: string]: Json };

/** Asks the program `file` and adds what it says to `builder`. Everything that is wrong goes to the problems of `check`. */
export async function readProgramInventory(
  file: string,
  builder: InventoryBuilder,
  reading: ProgramReading,
): Promise<void> {
  await new Reader(file, builder, reading).read();
}

class Reader {
  readonly #hosts = new Set<string>();
  readonly #problems: Problem[];

  constructor(readonly file: string, readonly builder: InventoryBuilder, readonly reading: ProgramReading) {
    this.#problems = reading.check.problems;
  }

  async read(): Promise<void> {
    const listed = await this.#ask(["--list"]);
    if (listed === undefined) return;
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
      const answers = await Promise.all(some.map((host) => this.#ask(["--host", host])));
      for (const [number, host] of some.entries()) {
        // One that fails once fails ten thousand times: say it once.
        if (answers[number] === undefined) return;
        this.#hostVars(host, answers[number]!, host);
      }
    }
  }

  /** What the program prints as a mapping. Undefined (and a problem) for anything else. */
  async #ask(args: readonly string[]): Promise<Mapping | undefined> {
    const { cwd, seconds } = this.reading;
    const called = `"${[this.file, ...args].join(" ")}"`;
    const refuse = (message: string, hint?: string): undefined => {
      this.#problem("", message, hint);
      return undefined;
    };
    const result = await runProgram(resolve(cwd, this.file), args, cwd, seconds);
    if ("failure" in result) {
      return refuse(`this program gave no inventory: ${result.failure}`, `try it by hand: ${called}`);
    }
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(result.stdout);
    } catch {
      return refuse(`${called} printed what is not a text in UTF-8`);
    }
    let value: Json;
    try {
      value = this.#unsealed(parseJson(text));
    } catch (error) {
      return refuse(
        `${called} printed ${shown(text.trim().slice(0, 60))}, expected JSON: ${(error as Error).message}`,
      );
    }
    if (isMapping(value)) return value;
    return refuse(`${called} printed ${shown(value)}, expected a mapping of groups`);
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

  /** How Ansible writes an encrypted value in JSON. */
  #unsealed(value: Json): Json {
    if (Array.isArray(value)) return value.map((item) => this.#unsealed(item));
    if (!isMapping(value) || isPythonNumber(value)) return value;
    const text = value.__ansible_vault;
    if (typeof text === "string") return Sealed.text(text, this.reading.unseal);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.#unsealed(inner)]));
  }
}

function isMapping(value: Json | undefined): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOfNames(value: Json): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string" && name !== "");
}
