/**
 * Reads all sources of an inventory once, in their order, with the variables beside them.
 * @module
 */
import { resolve } from "@std/path";
import { append } from "../plain/append.ts";
import type { Problem } from "../errors.ts";
import { inventorySources } from "./configuration/inventory_sources.ts";
import type { LeftOut, Unreadable } from "./sources/left_out_sources.ts";
import type { ReadOptions } from "./options.ts";
import { readSource } from "./read_source.ts";
import { InventoryBuilder, type VarsLayer } from "./sources/builder.ts";
import { readExtraVars } from "./variables/extra_vars.ts";
import { combineOf } from "./variables/hash_behaviour.ts";
import type { Programs } from "./sources/programs.ts";
import { findSources } from "./sources/sources.ts";
import { readVarsFiles } from "./variables/vars_files.ts";
import type { Inventory, Setting } from "./types.ts";
import { VariableCheck } from "./variable_check.ts";
import type { Unseal } from "./vault/sealed.ts";

/** What is read. */
export interface Named {
  readonly sources: readonly string[];
  readonly unseal: Unseal;
  readonly programs: Programs;
}

/** What came of it. */
export interface SourcesRead {
  /** Everything that is wrong. */
  readonly problems: readonly Problem[];
  /** Those of single sources. */
  readonly unreadable: Unreadable;
  /** How many sources there are with nothing wrong. */
  readonly taken: number;
  /** Makes an inventory of it; only if nothing is wrong. */
  readonly finish: () => Inventory;
}

/** The environment variables that describe a single host, beside `DEPLOY_HOST`, and the variables that they set. */
const ENVIRONMENT = { DEPLOY_USER: "ansible_user", DEPLOY_PATH: "deploy_path" } as const;

/** Reads all sources but those that are left out, later ones over earlier ones. */
export async function readSources(
  { sources, unseal, programs }: Named,
  options: ReadOptions,
  leftOut: LeftOut,
): Promise<SourcesRead> {
  const { env, cwd } = options;
  const combine = combineOf(options.configuration);
  const builder = new InventoryBuilder(options.onHosts, combine);
  const problems: Problem[] = [];
  const unreadable = new Map<string, readonly Problem[]>();
  let taken = 0;
  const check = new VariableCheck(problems, options.warn ?? (() => {}), options.adviser);
  const reading = { cwd, unseal, check, combine };
  const layers: VarsLayer[] = [];
  const read = new Map<string, VarsLayer>();
  const varsOf = async (folder: string) => {
    let layer = read.get(folder);
    if (!layer) {
      const [groups, hosts, unused] = [
        builder.groupNames(),
        builder.hostNames(),
        builder.groupsWithoutHosts(),
      ];
      layer = await readVarsFiles(folder, { groups, hosts, unused }, reading);
      read.set(folder, layer);
    }
    return layer;
  };
  let extra: Promise<ReadonlyMap<string, Setting>> | undefined;
  const extraVars = () => extra ??= readExtraVars(options.extraVars, reading);
  const before: string[] = [];
  const each = { builder, unseal, options, programs, before, extraVars };
  const { sources: named, namedBy } = inventorySources(sources, options);
  if (named.length > 0) {
    const found = await Promise.all(named.map((source) => findSources(source, namedBy, cwd)));
    for (const { sources: several, missing, problems: ofFiles, warnings } of found) {
      if (missing !== undefined) problems.push(missing);
      const wrong = ofFiles.filter(({ where }) => !leftOut.has(where));
      append(problems, wrong);
      for (const problem of wrong) unreadable.set(problem.where, [problem]);
      warnings.forEach(check.warn);
      for (const source of several) {
        if (leftOut.has(source.file)) continue;
        const ofSource = await readSource(source, check, each);
        before.push(source.file);
        if (ofSource.length === 0) taken++;
        else unreadable.set(source.file, ofSource);
        append(problems, ofSource);
      }
    }
    const folders = found.flatMap(({ folder }) => folder ?? []).map((folder) => resolve(cwd, folder));
    // Of a folder that is named twice the later place counts, because what is read later wins.
    for (const folder of folders.filter((name, at) => folders.lastIndexOf(name) === at)) {
      layers.push(await varsOf(folder));
    }
  } else {
    addEnvironmentHost(builder, env, check);
  }
  // As with Ansible, where the folder of the playbook (or without one the current folder) has variables, too.
  const here = await varsOf(cwd);
  const over = await extraVars();
  return { problems, unreadable, taken, finish: () => builder.build({ layers, here, extraVars: over, env }) };
}

function addEnvironmentHost(builder: InventoryBuilder, env: ReadOptions["env"], check: VariableCheck): void {
  const host = env.DEPLOY_HOST;
  if (!host) {
    check.problems.push({
      where: "--inventory",
      message: "found no inventory, expected a file with the hosts",
      hint:
        "give --inventory FILE, set LOCKSTEP_INVENTORY or inventory in ansible.cfg, or set DEPLOY_HOST for a single host",
    });
    return;
  }
  builder.addHost(host, "all");
  for (const [name, variable] of Object.entries(ENVIRONMENT)) {
    const value = env[name];
    if (!value) continue;
    const setting: Setting = { value, origin: { file: "environment", line: 0, col: 0, path: name } };
    builder.setVariables(host, [[variable, setting]]);
    check.variable(variable, setting);
  }
}
