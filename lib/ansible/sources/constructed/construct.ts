/**
 * Variables and groups made of those that are there already, as Ansible's `constructed` plugin makes them: `compose`, `groups`,
 * `keyed_groups`. An expression that comes to nothing is skipped, unless `strict`; one that Lockstep does not evaluate never is.
 * @module
 */
import type { Json } from "../../../plain/json.ts";
import { append } from "../../../plain/append.ts";
import { evaluateFor, hostSoFar } from "../../jinja/constructing.ts";
import { Excess, TemplateError, Unsupported } from "../../jinja/values/template_error.ts";
import { problemAt, problemOnce } from "../../problems.ts";
import { pythonText } from "../../python/python_text.ts";
import type { Fleet, Host, Origin, Setting } from "../../types.ts";
import type { VariableCheck } from "../../variable_check.ts";
import { CannotOpen, Sealed } from "../../vault/sealed.ts";
import type { Problem } from "../../../errors.ts";
import type { InventoryBuilder, VarsLayer } from "../builder.ts";
import { type ConstructedOptions, type KeyedGroup, truthOf, type Written } from "./options.ts";
import { isFalsy } from "../../python/python_number.ts";

/** What beside the options decides what is constructed. */
export interface Constructing {
  readonly file: string;
  readonly cwd: string;
  readonly env: Fleet["env"];
  /** What `use_vars_plugins` adds. */
  readonly layers: readonly VarsLayer[];
  /** What `use_extra_vars` adds. */
  readonly extraVars: ReadonlyMap<string, Setting>;
}

/** Adds what the options construct to `builder`, and what is wrong with it to the problems of `check`. */
export function construct(
  options: ConstructedOptions,
  builder: InventoryBuilder,
  check: VariableCheck,
  constructing: Constructing,
): void {
  const problems: Problem[] = [];
  for (const name of builder.hostNames()) {
    if (problems.length >= MOST_PROBLEMS) break;
    new HostConstruction(name, options, builder, problems, constructing).all();
  }
  append(check.problems, problemOnce(problems));
}

/** Of ten thousand hosts most have the same. */
const MOST_PROBLEMS = 100;

class HostConstruction {
  constructor(
    readonly name: string,
    readonly options: ConstructedOptions,
    readonly builder: InventoryBuilder,
    readonly problems: Problem[],
    readonly constructing: Constructing,
  ) {}

  /** The host for groups, and the host for everything else: groups do not see extra variables. */
  #host: Host | undefined;
  #withExtraVars: Host | undefined;

  all(): void {
    // Ansible looks at a host twice: what is composed does not see what is composed beside it, and no group what is grouped beside it.
    this.#look();
    for (const written of this.options.compose) this.#compose(written);
    this.#look();
    for (const written of this.options.groups) this.#group(written);
    for (const keyed of this.options.keyedGroups) this.#keyed(keyed);
  }

  #look(): void {
    const { layers, env, extraVars } = this.constructing;
    const found = this.builder.hostSoFar(this.name, layers);
    this.#host = hostSoFar(found, env);
    this.#withExtraVars = this.options.useExtraVars
      ? hostSoFar({ ...found, settings: new Map([...found.settings, ...extraVars]) }, env)
      : this.#host;
  }

  #compose({ name, expression, origin }: Written): void {
    const found = this.#evaluate(`{{${pythonText(expression)}}}`, origin, `set ${name} for`);
    if (!found) return;
    const value = found.secret ? Sealed.from(this.constructing.file, found.value) : found.value;
    this.builder.setVariables(this.name, [[name, { value, origin }]]);
  }

  #group({ name, expression, origin }: Written): void {
    const condition = `{% if ${pythonText(expression)} %} True {% else %} False {% endif %}`;
    const found = this.#evaluate(condition, origin, `decide on the group ${name} for`, true);
    if (!found || truthOf(found.value) !== true) return;
    const group = safeName(name);
    if (!this.#canBeGroup(group, origin)) return;
    this.builder.addGroup(group);
    // If a group has the name of the host, it is the group that goes there, as with Ansible.
    if (this.builder.addChild(group, this.name)) return;
    this.#refuse(
      origin,
      group === this.name
        ? `found the group "${group}" as a child of itself, because a host has its name, too`
        : `found the group "${this.name}", which a host has the name of, above "${group}", which it would be a child of`,
      "call the host or the group otherwise",
    );
  }

  #keyed(keyed: KeyedGroup): void {
    const { strict, keyedGroupsOrigin: origin } = this.options;
    const found = this.#evaluate(
      `{{${pythonText(keyed.key)}}}`,
      origin,
      `make the group of "${pythonText(keyed.key)}" for`,
    );
    if (!found) return;
    const key = found.value;
    if (isNothing(key) && !(key === "" && keyed.defaultValue !== null)) {
      if (strict && !(typeof key === "object" && key !== null)) {
        this.#refuse(
          origin,
          `found nothing in "${pythonText(keyed.key)}" for ${this.name}, and strict is set`,
        );
      }
      return;
    }
    const parent = this.#parent(keyed);
    if (parent === undefined) return;
    const names = bareNames(key, keyed);
    if (!names) {
      this.#refuse(
        origin,
        `found ${pythonText(key)} in "${
          pythonText(keyed.key)
        }" for ${this.name}, expected a text, a list or a mapping`,
        "put | string behind it",
      );
      return;
    }
    const { leadingSeparator } = this.options;
    const prefix = pythonText(keyed.prefix);
    const separator = prefix === "" && !leadingSeparator ? "" : pythonText(keyed.separator);
    for (const bare of names) this.#join(safeName(`${prefix}${separator}${bare}`), parent, origin);
  }

  /** The name of the group above; empty for none, undefined if it comes to nothing. */
  #parent({ parentGroup }: KeyedGroup): string | undefined {
    if (isNothing(parentGroup)) return "";
    if (typeof parentGroup !== "string") return pythonText(parentGroup);
    const { keyedGroupsOrigin: origin } = this.options;
    const found = this.#evaluate(parentGroup, origin, `make the parent group of`, true);
    return found && safeName(pythonText(found.value));
  }

  #join(group: string, parent: string, origin: Origin): void {
    if (!this.#canBeGroup(group, origin)) return;
    this.builder.addGroup(group);
    this.builder.addHost(this.name, group);
    if (parent === "") return;
    this.builder.addGroup(parent);
    if (!this.builder.addChild(parent, group)) {
      this.#refuse(origin, `found the group "${group}" below "${parent}", which is itself below "${group}"`);
    }
  }

  #canBeGroup(name: string, origin: Origin): boolean {
    if (name === "") this.#refuse(origin, `found an empty name for a group of ${this.name}`);
    return name !== "";
  }

  /** What a template comes to; undefined if it comes to nothing, with a problem if that is one. */
  #evaluate(template: string, origin: Origin, what: string, inGroups = false) {
    const host = inGroups ? this.#host! : this.#withExtraVars!;
    try {
      return evaluateFor(host, template, { cwd: this.constructing.cwd, withoutLookups: !inGroups });
    } catch (error) {
      if (!(error instanceof TemplateError || error instanceof CannotOpen)) throw error;
      const always = error instanceof Unsupported || error instanceof Excess;
      if (this.options.strict || always) {
        const message = error instanceof CannotOpen ? `an encrypted value ${error.message}` : error.message;
        // What is not evaluated is so for every host.
        const whose = always ? what.replace(/ (?:for|of)$/, "") : `${what} ${this.name}`;
        this.#refuse(
          origin,
          `cannot ${whose}: found ${message}${always ? "" : ", and strict is set"}`,
          error.hint,
        );
      }
      return undefined;
    }
  }

  #refuse(origin: Origin, message: string, hint?: string): void {
    this.problems.push(problemAt(origin, message, hint));
  }
}

/** The names that a key stands for, without prefix; undefined if it stands for none. */
function bareNames(
  key: Json,
  { separator, defaultValue, trailingSeparator }: KeyedGroup,
): string[] | undefined {
  const named = (name: Json): string =>
    name === "" && defaultValue !== null ? pythonText(defaultValue) : pythonText(name);
  if (typeof key === "string") return [named(key)];
  if (Array.isArray(key)) return key.map(named);
  if (typeof key !== "object" || key === null || key.constructor !== Object) return undefined;
  return Object.entries(key as { readonly [name: string]: Json }).map(([name, value]) => {
    if (value !== "" || defaultValue !== null) return `${name}${pythonText(separator)}${named(value)}`;
    return trailingSeparator === false ? name : `${name}${pythonText(separator)}`;
  });
}

function isNothing(value: Json): boolean {
  return typeof value === "object" && value !== null && value.constructor === Object
    ? Object.keys(value).length === 0
    : Array.isArray(value)
    ? value.length === 0
    : isFalsy(value);
}

/** A name of a group without what Ansible takes for invalid there: even a digit that it begins with. */
function safeName(name: string): string {
  return name.replaceAll(/^[\p{Nd}]|[^\p{L}\p{N}_]/gu, "_");
}
