/**
 * Groups and hosts as the sources define them, and how their variables meet: Ansible's rules, computed once per set of groups and
 * not once per host, so that ten thousand hosts load at once.
 * @module
 */
import { append } from "../../plain/append.ts";
import { UsageError } from "../../errors.ts";
import type { Json } from "../../plain/json.ts";
import { hostsIn } from "../membership.ts";
import { type Combine, combined, replace } from "../variables/hash_behaviour.ts";
import type { Fleet, Group, Host, HostSoFar, Inventory, Setting, Settings, Variables } from "../types.ts";

interface GroupNode {
  readonly name: string;
  readonly children: Set<GroupNode>;
  readonly parents: Set<GroupNode>;
  readonly hosts: Set<HostNode>;
  readonly vars: Map<string, Setting>;
  priority: number;
}

interface HostNode {
  readonly name: string;
  /** The source that named it first. */
  readonly source: string;
  readonly groups: Set<GroupNode>;
  /** As each place sets them, in the order in which they were read. */
  vars: readonly Settings[];
}

/** What the hosts of one set of groups share. */
interface Inherited extends Variables {
  readonly groups: readonly string[];
}

/** What one folder's `group_vars/` and `host_vars/` set. */
export interface VarsLayer {
  readonly groups: ReadonlyMap<string, ReadonlyMap<string, Setting>>;
  readonly hosts: ReadonlyMap<string, ReadonlyMap<string, Setting>>;
}

/** What goes over the variables of the sources, from the weakest to the strongest. */
export interface Over {
  /** Beside the sources, in their order; later ones win. */
  readonly layers: readonly VarsLayer[];
  /** Of the folder that the user works in: over those beside the sources. */
  readonly here?: VarsLayer;
  readonly extraVars: ReadonlyMap<string, Setting>;
  /** What templates may name of the environment. */
  readonly env?: Fleet["env"];
}

/** What Ansible takes for the machine itself. */
const LOCALHOST = ["localhost", "127.0.0.1", "::1"];

/** Of all sources together. */
const MOST_HOSTS = 500_000;

/** Collects definitions in the order in which they are read; later ones add to earlier ones. */
export class InventoryBuilder {
  readonly #groups = new Map<string, GroupNode>();
  readonly #hosts = new Map<string, HostNode>();
  readonly #all: GroupNode;
  readonly #ungrouped: GroupNode;
  /** The source that is being read. */
  source = "";

  /** `onHosts` is called now and then while hosts are added: a fleet may be large. */
  constructor(readonly onHosts: () => void = () => {}, readonly combine: Combine = replace) {
    this.#all = this.#group("all");
    this.#ungrouped = this.#group("ungrouped");
    this.addChild("all", "ungrouped");
  }

  hasGroup(name: string): boolean {
    return this.#groups.has(name);
  }

  hasHost(name: string): boolean {
    return this.#hosts.has(name);
  }

  groupNames(): string[] {
    return [...this.#groups.keys()];
  }

  hostNames(): string[] {
    return [...this.#hosts.keys()];
  }

  /** Groups that have no host and none below them, so far. */
  groupsWithoutHosts(): Set<string> {
    const used = upward([...this.#groups.values()].filter((group) => group.hosts.size > 0));
    // Every host belongs to these in the end.
    const names = [...this.#groups.values()].filter((group) => !used.has(group)).map((group) => group.name);
    return new Set(names.filter((name) => name !== "all" && name !== "ungrouped"));
  }

  addGroup(name: string): void {
    this.#group(name);
  }

  /** Adds a host to a group. A port counts only if the host is new, as with Ansible. */
  addHost(name: string, group: string, port?: Setting): void {
    let host = this.#hosts.get(name);
    if (!host) {
      host = { name, source: this.source, groups: new Set(), vars: port ? [[["ansible_port", port]]] : [] };
      this.#hosts.set(name, host);
      if (this.#hosts.size > MOST_HOSTS) {
        throw UsageError.of(this.source, `found more than ${MOST_HOSTS} hosts, the limit of a run`);
      }
      if (this.#hosts.size % 64 === 0) this.onHosts();
    }
    this.#join(this.#group(group), host);
  }

  /** Makes a group (or, if there is none of that name, a host) part of a group. False if that would close a loop. */
  addChild(parentName: string, childName: string): boolean {
    const parent = this.#group(parentName);
    const child = this.#groups.get(childName);
    if (!child) {
      const host = this.#hosts.get(childName);
      if (host) this.#join(parent, host);
      return true;
    }
    if (parent.children.has(child)) return true;
    // What has nothing below it cannot close a loop: so a long chain is not walked again for each of its links.
    if (child === parent || child.children.size > 0 && isBelow(parent, child)) return false;
    parent.children.add(child);
    child.parents.add(parent);
    return true;
  }

  /** Sets a group's variable. */
  setVariable(group: string, name: string, setting: Setting): void {
    const { vars } = this.#group(group);
    vars.set(name, combined(this.combine, vars.get(name), setting));
  }

  /** Sets a host's variables. If a group has its name the group gets them, as with Ansible. */
  setVariables(host: string, settings: Settings): void {
    const group = this.#groups.get(host);
    if (group !== undefined) {
      for (const [name, setting] of settings) {
        group.vars.set(name, combined(this.combine, group.vars.get(name), setting));
      }
      return;
    }
    const node = this.#hosts.get(host)!;
    node.vars = [...node.vars, settings];
  }

  setPriority(group: string, priority: number): void {
    this.#group(group).priority = priority;
  }

  /** A host as it is before all sources are read, with the variables that its groups and it have so far, and those of `layers`. */
  hostSoFar(name: string, layers: readonly VarsLayer[]): HostSoFar {
    const host = this.#hosts.get(name)!;
    const groups = [...upward(host.groups)];
    const depths = new Map(groups.map((group) => [group, depthSoFar(group)]));
    const sorted = groups.sort((a, b) =>
      depths.get(a)! - depths.get(b)! || a.priority - b.priority || byName(a.name, b.name)
    );
    return {
      name,
      source: host.source,
      groups: sorted.map((group) => group.name).filter((name) => name !== "all").sort(byName),
      settings: this.#merged([
        ...sorted.map((group) => group.vars),
        ...layers.flatMap((layer) => sorted.map((group) => layer.groups.get(group.name))),
        ...host.vars,
        ...layers.map((layer) => layer.hosts.get(name)),
      ]),
    };
  }

  /** Ties up loose ends (`all` holds every group, `ungrouped` every host without one) and merges. */
  build({ layers, here, extraVars, env = {} }: Over): Inventory {
    this.#reconcile();
    const groups = new Map<string, Group>();
    for (const group of this.#groups.values()) {
      groups.set(group.name, {
        name: group.name,
        children: [...group.children].map((child) => child.name),
        hosts: [...group.hosts].map((host) => host.name),
        priority: group.priority,
        ...variables(this.#merged([group.vars, ...layers.map((layer) => layer.groups.get(group.name))])),
      });
    }
    const hostNames = this.hostNames();
    let byName: Map<string, Host> | undefined;
    const members = new Map<string, readonly string[]>();
    const fleet: Fleet = {
      env,
      hostNames,
      groupNames: [...groups.keys()],
      host: (name) => {
        byName ??= new Map([...hosts, ...implicit()].map((host) => [host.name, host]));
        return byName.get(name);
      },
      members: (group) => {
        if (!members.has(group) && groups.has(group)) members.set(group, hostsIn(groups, group));
        return members.get(group);
      },
    };
    const merge = this.#merger(here ? [...layers, here] : layers, extraVars, fleet);
    const hosts = hostsIn(groups, "all").map((name) => merge(this.#hosts.get(name)!));
    const implicit = () =>
      LOCALHOST.some((name) => this.#hosts.has(name)) ? [] : [merge(this.#implicitHost())];
    return { hosts, hostNames, groups };
  }

  /** The machine itself, which other hosts' templates may name although no source does. */
  #implicitHost(): HostNode {
    const local = { value: "local", origin: { file: "localhost", line: 0, col: 0 } };
    return {
      name: LOCALHOST[0]!,
      source: "",
      groups: new Set([this.#all]),
      vars: [[["ansible_connection", local]]],
    };
  }

  #group(name: string): GroupNode {
    let group = this.#groups.get(name);
    if (!group) {
      group = {
        name,
        children: new Set(),
        parents: new Set(),
        hosts: new Set(),
        vars: new Map(),
        priority: 1,
      };
      this.#groups.set(name, group);
    }
    return group;
  }

  #join(group: GroupNode, host: HostNode): void {
    group.hosts.add(host);
    host.groups.add(group);
  }

  #reconcile(): void {
    for (const group of [...this.#groups.values()]) {
      if (group !== this.#all && group.parents.size === 0 && !this.addChild("all", group.name)) {
        throw UsageError.of(
          "--inventory",
          `found the group "all" below the group "${group.name}", expected it above all others`,
        );
      }
    }
    for (const host of this.#hosts.values()) {
      const own = [...host.groups].filter((group) => group !== this.#all);
      if (own.length === 0) this.addChild("ungrouped", host.name);
      else if (own.length > 1 && host.groups.has(this.#ungrouped)) {
        this.#ungrouped.hosts.delete(host);
        host.groups.delete(this.#ungrouped);
      }
    }
  }

  /** Settings of several places together; later ones win, or add to earlier ones. */
  #merged(places: readonly (Settings | undefined)[]): Map<string, Setting> {
    const together = new Map<string, Setting>();
    for (const place of places) {
      if (!place) continue;
      for (const [name, setting] of place) {
        together.set(name, combined(this.combine, together.get(name), setting));
      }
    }
    return together;
  }

  /** A host's own settings as they stand over what it shares with others. */
  #over(shared: Variables, own: readonly Settings[]): readonly (readonly [string, Setting])[] {
    const all = own.flatMap((place) => [...place]);
    if (this.combine === replace) return all;
    const origin = { file: "", line: 0, col: 0 };
    const before = all.filter(([name]) => Object.hasOwn(shared.vars, name))
      .map(([name]) => [name, { value: shared.vars[name]!, origin }] as const);
    return [...this.#merged([before, all])];
  }

  #merger(
    layers: readonly VarsLayer[],
    extraVars: ReadonlyMap<string, Setting>,
    fleet: Fleet,
  ): (host: HostNode) => Host {
    const depths = depthsBelow(this.#all);
    const numbers = new Map([...this.#groups.values()].map((group, number) => [group, number]));
    const known = new Map<string, Inherited>();

    const inherit = (direct: ReadonlySet<GroupNode>): Inherited => {
      const key = [...direct].map((group) => numbers.get(group)!).sort((a, b) => a - b).join();
      let inherited = known.get(key);
      if (!inherited) {
        const groups = upward(direct);
        groups.delete(this.#all);
        const sorted = [...groups].sort((a, b) =>
          depths.get(a)! - depths.get(b)! || a.priority - b.priority || byName(a.name, b.name)
        );
        // Ansible's order: what the sources say of all, then of the groups, then the files about all, then those about the groups.
        const vars = this.#merged([
          this.#all.vars,
          ...sorted.map((group) => group.vars),
          ...layers.map((layer) => layer.groups.get("all")),
          ...layers.flatMap((layer) => sorted.map((group) => layer.groups.get(group.name))),
          extraVars,
        ]);
        inherited = { groups: sorted.map((group) => group.name).sort(byName), ...variables(vars) };
        known.set(key, inherited);
      }
      return inherited;
    };
    const files = layers.filter((layer) => layer.hosts.size > 0);
    const overlay = new Overlay();
    return (host) => {
      const inherited = inherit(host.groups);
      const { name, source } = host;
      const own = [...host.vars, ...files.flatMap((layer) => layer.hosts.get(name) ?? [])];
      if (own.length === 0) return { name, source, fleet, ...inherited };
      const all = [...own, extraVars];
      return {
        name,
        source,
        fleet,
        groups: inherited.groups,
        vars: overlay.vars(inherited.vars, this.#over(inherited, all)),
        // Asked for only if something should be said about a variable.
        get origins() {
          return overlaid(inherited.origins, all, (setting) => setting.origin);
        },
      };
    };
  }
}

/** What hosts share with what is a host's own on top of it. */
function overlaid<T>(
  shared: Readonly<Record<string, T>>,
  own: readonly Settings[],
  pick: (setting: Setting) => T,
): Record<string, T> {
  const together = { ...shared };
  for (const place of own) for (const [name, setting] of place) put(together, name, pick(setting));
  return together;
}

/** Sets a property, also one that is called `__proto__`. */
function put<T>(target: Record<string, T>, name: string, value: T): void {
  if (name === "__proto__") {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else target[name] = value;
}

/**
 * The same for many hosts one after the other. Most have variables of the same names as the one before; a copy of that one, its values
 * replaced, takes a fifth of the memory of an object to which name after name was added.
 */
class Overlay {
  #shared: Variables["vars"] | undefined;
  #names: readonly string[] = [];
  #last: Record<string, Json> = {};

  vars(shared: Variables["vars"], own: readonly (readonly [string, Setting])[]): Record<string, Json> {
    const vars = this.#shared === shared && own.length === this.#names.length &&
        own.every(([name], at) => name === this.#names[at])
      ? { ...this.#last }
      : this.#begin(shared, own.map(([name]) => name));
    for (const [name, setting] of own) put(vars, name, setting.value);
    return vars;
  }

  #begin(shared: Variables["vars"], own: readonly string[]): Record<string, Json> {
    this.#shared = shared;
    this.#names = own;
    // Parsed, because only then the engine keeps the names apart from the values.
    const names = new Set([...Object.keys(shared), ...own]);
    const last = JSON.parse(`{${[...names].map((name) => `${JSON.stringify(name)}:null`).join()}}`);
    for (const name of Object.keys(shared)) put(last, name, shared[name]!);
    this.#last = last;
    return { ...last };
  }
}

/** Some groups and everything above them. */
function upward(groups: Iterable<GroupNode>): Set<GroupNode> {
  const found = new Set(groups);
  // The set grows while it is walked.
  for (const group of found) for (const parent of group.parents) found.add(parent);
  return found;
}

/** Deeper than anybody nests groups. */
const DEEPEST = 1000;

/** The longest way from `all` to every group. Throws a UsageError if one is too long. */
function depthsBelow(all: GroupNode): Map<GroupNode, number> {
  const depths = new Map([[all, 0]]);
  const waiting = new Map<GroupNode, number>();
  const ready = [all];
  for (let group = ready.pop(); group; group = ready.pop()) {
    const depth = depths.get(group)!;
    if (depth > DEEPEST) {
      throw UsageError.of("--inventory", `found the group "${group.name}" more than ${DEEPEST} groups deep`);
    }
    for (const child of group.children) {
      depths.set(child, Math.max(depths.get(child) ?? 0, depth + 1));
      // A group's own children follow once all its parents have been.
      const left = (waiting.get(child) ?? child.parents.size) - 1;
      waiting.set(child, left);
      if (left === 0) ready.push(child);
    }
  }
  return depths;
}

/** The longest way to a group from one that has none above it. */
function depthSoFar(group: GroupNode, below = 0): number {
  if (below > DEEPEST) {
    throw UsageError.of("--inventory", `found the group "${group.name}" more than ${DEEPEST} groups deep`);
  }
  let depth = 0;
  for (const parent of group.parents) depth = Math.max(depth, depthSoFar(parent, below + 1) + 1);
  return depth;
}

/** Whether `group` is somewhere below `ancestor`. */
function isBelow(group: GroupNode, ancestor: GroupNode): boolean {
  const seen = new Set<GroupNode>();
  const rest = [...group.parents];
  for (let next = rest.pop(); next; next = rest.pop()) {
    if (next === ancestor) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    append(rest, next.parents);
  }
  return false;
}

function variables(settings: Settings): Variables {
  return {
    vars: overlaid({}, [settings], (setting) => setting.value),
    origins: overlaid({}, [settings], (setting) => setting.origin),
  };
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
