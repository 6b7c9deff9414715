/**
 * What an inventory is once it has been read: plain values, in Ansible's order.
 * @module
 */
import type { Json } from "../plain/json.ts";

/**
 * Where a variable was set. `file` is the path as the user gave it, relative to the current folder; `-e` for an extra variable
 * given in place, the list itself for a list of hosts, `environment` for one of the `DEPLOY_*` variables.
 */
export interface Origin {
  /** As the user gave it. */
  readonly file: string;
  /** 1-based; 0 where the source has no lines. */
  readonly line: number;
  /** 1-based; 0 if the source has no lines. */
  readonly col: number;
  /** Path inside the document: `all.children.edge.vars.deploy_path`. */
  readonly path?: string;
}

/** Variables by name, and where each was set. */
export interface Variables {
  /** As written: a template is not rendered yet. */
  readonly vars: Readonly<Record<string, Json>>;
  /** Where each was set. */
  readonly origins: Readonly<Record<string, Origin>>;
}

/** One host with the variables that apply to it, merged as Ansible merges them. */
export interface Host extends Variables {
  /** `inventory_hostname`. */
  readonly name: string;
  /** Every group it belongs to, directly or through a child group, sorted, without `all`: Ansible's `group_names`. */
  readonly groups: readonly string[];
  /** The source that named it first, as the user gave it: what Ansible's `inventory_file` says. */
  readonly source: string;
  /** What its variables may name of others. */
  readonly fleet: Fleet;
}

/** What a host's variables may name beside each other: other hosts, groups, the environment. */
export interface Fleet {
  /** The environment of this program. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In the order in which the sources name them. */
  readonly hostNames: readonly string[];
  /** In the order in which the sources name them. */
  readonly groupNames: readonly string[];
  /** A host; also `localhost`, though no source may name it. */
  host(name: string): Host | undefined;
  /** The hosts of a group and of all below it. */
  members(group: string): readonly string[] | undefined;
}

/**
 * One group as the sources define it: `hosts` and `vars` are its own (with those of its `group_vars/`), without those of its children and
 * parents.
 */
export interface Group extends Variables {
  /** As the sources have it. */
  readonly name: string;
  /** `ansible_group_priority`. */
  readonly priority: number;
  /** Names of the groups directly below it. */
  readonly children: readonly string[];
  /** Names of the hosts that are directly in it. */
  readonly hosts: readonly string[];
}

/** Every host and group of all sources together. */
export interface Inventory {
  /** In inventory order: as `ansible all --list-hosts` prints them. */
  readonly hosts: readonly Host[];
  /** In the order in which the sources name them: that in which a glob finds them. */
  readonly hostNames: readonly string[];
  /** Includes `all` and `ungrouped`; in the order in which the sources name them. */
  readonly groups: ReadonlyMap<string, Group>;
}

/** A value with the place that set it, before merging. */
export interface Setting {
  readonly value: Json;
  readonly origin: Origin;
}

/** Variables as one place sets them, in its order. */
export type Settings = Iterable<readonly [name: string, setting: Setting]>;

/** A host while sources are still read. */
export interface HostSoFar {
  readonly name: string;
  readonly source: string;
  /** Sorted, without `all`. */
  readonly groups: readonly string[];
  readonly settings: ReadonlyMap<string, Setting>;
}
