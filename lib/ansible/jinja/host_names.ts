/**
 * What names mean in the templates of a host's variables: Ansible's own ones, the variables themselves, what every template can call.
 * @module
 */
import { dirname, resolve } from "@std/path";
import type { Json } from "../../plain/json.ts";
import { didYouMean } from "../../plain/near_miss.ts";
import { parseAddress } from "../address.ts";
import { isPythonNumber } from "../python/python_number.ts";
import type { Host } from "../types.ts";
import { isTemplate, isUnsafe } from "../values.ts";
import { isSealed } from "../vault/sealed.ts";
import type { Names } from "./evaluator.ts";
import { globalNames, globalOf, type Lookups } from "./globals.ts";
import { render } from "./render.ts";
import { secretKeeper } from "../secret_keeper.ts";
import type { Run, Secrets } from "./values/run.ts";
import { TemplateError, UndefinedError } from "./values/template_error.ts";
import { Lazy, mappingOf, OMIT, Undefined, type Value } from "./values/values.ts";

/** Names that only a play knows, and which another host's variables do not. */
const OF_THE_PLAY: ReadonlySet<string> = new Set(["hostvars", "vars"]);
const NONE: ReadonlySet<string> = new Set();

/** Where templates are evaluated: what is the same in every one of them. */
export interface Setting {
  readonly run: Run;
  /** Absolute: Ansible's `playbook_dir`. */
  readonly cwd: string;
  /** The variables that led here, as `host.name`, or only the name if it is the host's own. */
  readonly chain: string[];
  /** No lookups: as where Ansible constructs an inventory. */
  readonly withoutLookups?: boolean;
}

/** The names that a host's variables may use. */
export class HostNames implements Names {
  readonly #known = new Map<string, readonly [value: Value, secrets: Secrets]>();

  /** `hidden`: names of Ansible's own that are not known here; `of` is the host's name, if it is another one's variables. */
  constructor(
    readonly host: Host,
    readonly setting: Setting,
    readonly hidden: ReadonlySet<string> = NONE,
    readonly of = "",
  ) {}

  get(name: string): Value {
    const { run } = this.setting;
    let known = this.#known.get(name);
    if (known === undefined) {
      known = run.apart(() => {
        const value = this.find(name);
        // Nothing at all is null, which is a value.
        return value === undefined ? globalOf(name, run, this.#lookups()) ?? this.#unknown(name) : value;
      });
      this.#known.set(name, known);
    }
    run.add(known[1]);
    return known[0];
  }

  /** Ansible's own, or a variable; undefined if there is none of that name. */
  find(name: string): Value | undefined {
    const magic = this.hidden.has(name) ? undefined : MAGIC.get(name)?.(this);
    if (magic !== undefined) return magic;
    const { vars } = this.host;
    if (!Object.hasOwn(vars, name)) return undefined;
    try {
      const value = this.templated(vars[name]!, name);
      const isText = typeof value === "string" || typeof value === "number";
      if (isText && secretKeeper().isSecretName(name)) {
        this.setting.run.add({ opened: false, named: [String(value)] });
      }
      return value;
    } catch (error) {
      // Using it fails, unless default() is applied.
      if (!(error instanceof UndefinedError)) throw error;
      return new Undefined(error.message, error.hint);
    }
  }

  /** What a value of the variable `name` comes to: every template in it evaluated, however deep. */
  templated(value: Json, name: string): Value {
    const { chain, run } = this.setting;
    const here = this.of === "" ? name : `${this.of}.${name}`;
    if (chain.includes(here)) {
      throw new TemplateError(
        `a loop of references: ${[...chain, here].slice(chain.indexOf(here)).join(" → ")}`,
        "give one of them a value",
      );
    }
    chain.push(here);
    const result = run.deeper(() => this.#templated(value));
    chain.pop();
    return result;
  }

  #templated(value: Json): Value {
    const { run } = this.setting;
    if (typeof value === "string") return isTemplate(value) ? this.rendered(value) : value;
    if (typeof value !== "object" || value === null || isPythonNumber(value)) return value;
    if (isUnsafe(value)) return value.__ansible_unsafe as Json;
    if (isSealed(value)) {
      // In a file that is encrypted as a whole a template is one; an encrypted value by itself is only text to Ansible.
      if (!value.ofFile) return value;
      const plain = run.open(value);
      return typeof plain === "string" && isTemplate(plain) ? this.rendered(plain) : plain;
    }
    run.spend(1);
    return run.deeper(() =>
      Array.isArray(value)
        ? value.map((item) => this.#templated(item))
        : mappingOf(Object.entries(value).map(([key, item]) => [key, this.#templated(item)]))
    );
  }

  /** What a text comes to as a template. */
  rendered(text: string): Value {
    const only = SINGLE.exec(text)?.[1];
    if (only !== undefined) {
      // A number, a boolean or nothing alone keeps its type, where it is written so.
      const raw = Object.hasOwn(this.host.vars, only) ? this.host.vars[only]! : undefined;
      if (raw === null || typeof raw === "boolean" || typeof raw === "number" || isPythonNumber(raw)) {
        if (this.hidden.has(only) || !MAGIC.has(only)) return raw as Json;
      }
    }
    return render(text, this, this.setting.run);
  }

  #lookups(): Lookups | undefined {
    if (this.setting.withoutLookups) return undefined;
    const { env } = this.host.fleet;
    return { env, variable: (name: string) => this.find(name) };
  }

  #unknown(name: string): Undefined {
    const { chain } = this.setting;
    if (this.hidden.has(name)) {
      const where = this.of === "" ? "here" : `in ${chain.at(-1)}, a variable of another host`;
      return new Undefined(
        `"${name}" ${where}, which is undefined there in Ansible too`,
        "name the variable that it refers to",
      );
    }
    const way = chain.length > 1 ? ` (by way of ${chain.join(" → ")})` : "";
    const names = [...Object.keys(this.host.vars), ...MAGIC.keys(), ...globalNames()];
    return new Undefined(
      `the variable "${name}"${way}, which is not set`,
      didYouMean(name, names) ?? `it is not set for ${this.host.name}`,
    );
  }
}

const SINGLE = /^\{\{\s*(\w*)\s*\}\}\n?$/;

/** What Ansible itself says of every host, whatever a variable of that name may hold. */
const MAGIC: ReadonlyMap<string, (names: HostNames) => Value | undefined> = new Map([
  ["inventory_hostname", ({ host }: HostNames) => host.name],
  // An address has no short form.
  ["inventory_hostname_short", ({ host: { name } }) => isAddress(name) ? name : name.split(".")[0]!],
  [
    "inventory_file",
    ({ host: { source }, setting }) => isFile(source) ? resolve(setting.cwd, source) : undefined,
  ],
  [
    "inventory_dir",
    ({ host: { source }, setting }) => isFile(source) ? dirname(resolve(setting.cwd, source)) : undefined,
  ],
  ["playbook_dir", ({ setting }) => setting.cwd],
  ["group_names", ({ host }) => host.groups],
  [
    "groups",
    ({ host: { fleet } }) =>
      new Lazy(() => fleet.groupNames, (name) => fleet.members(name), missing("group", fleet.groupNames)),
  ],
  ["omit", () => OMIT],
  ["hostvars", hostvarsOf],
  ["vars", rawVarsOf],
] as [string, (names: HostNames) => Value | undefined][]);

/** The host that Ansible adds if no source names it. */
const IMPLICIT = "localhost";

/** Ansible's `hostvars`: what other hosts' variables come to. */
function hostvarsOf({ host: { fleet }, setting }: HostNames): Lazy {
  const known = new Map<string, Lazy>();
  const names = () =>
    fleet.host(IMPLICIT) && !fleet.hostNames.includes(IMPLICIT)
      ? [...fleet.hostNames, IMPLICIT]
      : fleet.hostNames;
  return new Lazy(names, (name) => {
    const host = fleet.host(name);
    if (!host) return undefined;
    let variables = known.get(name);
    if (!variables) {
      variables = variablesOf(new HostNames(host, setting, OF_THE_PLAY, name));
      known.set(name, variables);
    }
    return variables;
  }, missing("host", fleet.hostNames));
}

/** What is said about a host or group that there is not. */
function missing(what: string, names: readonly string[]): (name: string) => Undefined {
  return (name) =>
    new Undefined(`the ${what} "${name}", which the inventory does not have`, didYouMean(name, names));
}

/** Another host's variables. One that comes to nothing is not there; Ansible would give the text of its template. */
function variablesOf(names: HostNames): Lazy {
  const keys = () =>
    [...new Set([...Object.keys(names.host.vars), ...MAGIC.keys()])]
      .filter((name) => !["hostvars", "vars", "omit"].includes(name));
  const unset = (name: string) =>
    new Undefined(`the variable "${name}" of ${names.host.name}, which is not set`, didYouMean(name, keys()));
  return new Lazy(keys, (name) => names.find(name), unset);
}

/** Ansible's `vars`: the variables as they are written. A template that is only written down would be nobody's wish. */
function rawVarsOf(names: HostNames): Lazy {
  const { vars } = names.host;
  const keys = () => [...new Set([...Object.keys(vars), ...MAGIC.keys()])].filter((name) => name !== "vars");
  return new Lazy(keys, (name) => {
    if (MAGIC.has(name)) return names.find(name);
    if (!Object.hasOwn(vars, name)) return undefined;
    const value = vars[name]!;
    if (isTemplate(value)) {
      return new Undefined(
        `vars['${name}'], which is a template itself: Ansible would use its unevaluated text`,
        `write {{ ${name} }}, or lookup('vars', '${name}')`,
      );
    }
    return isUnsafe(value) ? value.__ansible_unsafe as Json : value;
  });
}

/** Whether a source is a file, and not a list of hosts or the environment. */
function isFile(source: string): boolean {
  return source !== "" && !source.includes(",");
}

function isAddress(name: string): boolean {
  return parseAddress(name) !== undefined &&
    (name.includes("::") || /^[\d.]+$|^(?:[\da-f]+:)+[\da-f]+$/i.test(name));
}
