/**
 * From the sources that the user named to one inventory.
 * @module
 */
import { dirname, resolve } from "@std/path";
import { append } from "../append.ts";
import { type Problem, UsageError } from "../errors.ts";
import { InventoryBuilder, type VarsLayer } from "./sources/builder.ts";
import { readExtraVars } from "./sources/extra_vars.ts";
import { discreet, noPassword, type Unseal, unsealFile } from "./vault/sealed.ts";
import { byPlace, problemOnce } from "./problems.ts";
import { findSources, type Source } from "./sources/sources.ts";
import { textKind } from "./sources/source_kind.ts";
import type { Inventory, Setting } from "./types.ts";
import { type Adviser, VariableCheck } from "./variable_check.ts";
import { readVarsFiles } from "./sources/vars_files.ts";
import type { YamlSource } from "./yaml/yaml_document.ts";

/** What beside the sources decides an inventory. */
export interface LoadOptions {
  /** Each `K=V` (several, as words), a YAML or JSON mapping, or `@FILE`. Win over every other variable. */
  readonly extraVars: readonly string[];
  /** The environment of this program. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. Relative names begin here. */
  readonly cwd: string;
  /** Where the passwords for encrypted values are: files, or programs that print them. */
  readonly vaultPasswordFiles?: readonly string[];
  /** The same with labels: `prod@FILE`. */
  readonly vaultIds?: readonly string[];
  /** What is worth saying and no mistake. */
  readonly warn?: (warning: Problem) => void;
  /** How long a program may take for its answer. */
  readonly programSeconds?: number;
}

/** The same, and what only an application that reads inventories has to say. */
export interface ReadOptions extends LoadOptions {
  /** What an application has to say about the name of a variable: a warning. */
  readonly adviser?: Adviser;
  /** Called now and then while hosts are added. */
  readonly onHosts?: () => void;
}

/** What a source may be constructed of, beside the hosts that there are. */
interface BeforeConstruction {
  /** The sources that have been read. */
  readonly before: string[];
  readonly extraVars: () => Promise<ReadonlyMap<string, Setting>>;
}

/** The environment variables that describe a single host, beside `DEPLOY_HOST`, and the variables that they set. */
const ENVIRONMENT = { DEPLOY_USER: "ansible_user", DEPLOY_PATH: "deploy_path" } as const;

/**
 * Reads all sources and merges them, later ones over earlier ones. Without sources `$LOCKSTEP_INVENTORY` names one; without that
 * `DEPLOY_HOST` is the only host. Throws a UsageError with every mistake in every source, variable file and extra variable.
 */
export async function readInventory(sources: readonly string[], options: ReadOptions): Promise<Inventory> {
  const { env, cwd } = options;
  const builder = new InventoryBuilder(options.onHosts);
  const problems: Problem[] = [];
  const check = new VariableCheck(problems, options.warn ?? (() => {}), options.adviser);
  const unseal = await keysOf(options, problems);
  const reading = { cwd, unseal, check };
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
  const extraVarsOnce = () => extra ??= readExtraVars(options.extraVars, reading);
  const constructing: BeforeConstruction = { before: [], extraVars: extraVarsOnce };
  const [named, namedBy] = sources.length > 0
    ? [sources, "--inventory"]
    : [env.LOCKSTEP_INVENTORY ? [env.LOCKSTEP_INVENTORY] : [], "LOCKSTEP_INVENTORY"];
  if (named.length > 0) {
    const found = await Promise.all(named.map((source) => findSources(source, namedBy, cwd)));
    for (const { sources: several, problems: ofSource, warnings } of found) {
      append(problems, ofSource);
      warnings.forEach(check.warn);
      for (const source of several) {
        await readSource(source, builder, check, unseal, options, constructing);
        constructing.before.push(source.file);
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
  const extraVars = await extraVarsOnce();
  if (problems.length > 0) throw new UsageError(problemOnce(problems));
  return builder.build({ layers, here, extraVars, env });
}

/** The names of the variables that `extraVars` sets. Throws a UsageError with everything that is wrong with them. */
export async function readExtraVarNames(options: ReadOptions): Promise<string[]> {
  const problems: Problem[] = [];
  const check = new VariableCheck(problems, options.warn ?? (() => {}), options.adviser);
  const unseal = await keysOf(options, problems);
  const vars = await readExtraVars(options.extraVars, { cwd: options.cwd, unseal, check });
  if (problems.length > 0) throw new UsageError(problemOnce(problems));
  return [...vars.keys()];
}

/** Nothing of the vault is loaded for who has no password. */
async function keysOf(options: LoadOptions, problems: Problem[]): Promise<Unseal> {
  const { env, cwd, vaultIds = [] } = options;
  const files = [
    ...options.vaultPasswordFiles ?? [],
    ...(env.ANSIBLE_VAULT_PASSWORD_FILE ? [env.ANSIBLE_VAULT_PASSWORD_FILE] : []),
  ];
  if (files.length + vaultIds.length === 0) return noPassword;
  const { readVaultPasswords, unsealWith } = await import("./vault/vault.ts");
  return unsealWith(await readVaultPasswords({ files, ids: vaultIds }, cwd, problems));
}

/** Adds what one source says to `builder`, and what is wrong with it to the problems of `check`. */
async function readSource(
  source: Source,
  builder: InventoryBuilder,
  checkOfAll: VariableCheck,
  unseal: Unseal,
  options: LoadOptions,
  constructing: BeforeConstruction,
): Promise<void> {
  const ofSource: Problem[] = [];
  const { file, kind } = source;
  const plain = unsealFile(file, source.text, unseal, ofSource);
  builder.source = file;
  if (plain) {
    const { text, secret } = plain;
    const check = checkOfAll.of(ofSource, secret ? () => {} : checkOfAll.warn);
    if (kind === "program") {
      const { readProgramInventory } = await import("./sources/program_inventory.ts");
      const { cwd, programSeconds: seconds } = options;
      await readProgramInventory(file, builder, { cwd, unseal, check, seconds });
    } else if (kind === "list") {
      const { readHostList } = await import("./sources/host_list.ts");
      readHostList(text, builder, check);
    } else if ((secret ? textKind(file, text) : kind) === "ini") {
      const { readIniInventory } = await import("./sources/ini_inventory.ts");
      readIniInventory(file, text, builder, check, secret);
    } else {
      const { isMap } = await import("yaml");
      const { readYaml } = await import("./yaml/yaml_document.ts");
      const { readYamlInventory } = await import("./sources/yaml_inventory.ts");
      const { isConfigurationName, isConstructed, pluginOf } = await import(
        "./sources/plugin_configuration.ts"
      );
      const { readBlockYaml } = await import("./yaml/block_yaml.ts");
      const reading = { unseal, secret, warn: check.warn };
      const document = readBlockYaml(file, text, reading) ?? readYaml(file, text, ofSource, reading);
      const plugin = document && pluginOf(document);
      if (document && plugin && isConstructed(plugin) && isConfigurationName(file)) {
        await readConstructed(file, document, builder, check, unseal, options, constructing);
      } else if (document && (document.root === null || isMap(document.root))) {
        readYamlInventory(document, builder, check);
      } else {
        const { readIniInventory } = await import("./sources/ini_inventory.ts");
        // Ansible tries INI where YAML fails, whatever the file is called. What is a mistake in both was meant as YAML.
        const trial = new VariableCheck([], () => {});
        readIniInventory(file, text, new InventoryBuilder(), trial);
        if (trial.problems.length === 0) {
          ofSource.length = 0;
          readIniInventory(file, text, builder, check, secret);
        } else if (document) readYamlInventory(document, builder, check);
      }
    }
  }
  builder.source = "";
  const inOrder = byPlace(ofSource);
  append(checkOfAll.problems, plain?.secret ? discreet(inOrder) : inOrder);
}

/** Adds what a `constructed` inventory makes of the sources before it. */
async function readConstructed(
  file: string,
  document: YamlSource,
  builder: InventoryBuilder,
  check: VariableCheck,
  unseal: Unseal,
  { cwd, env }: LoadOptions,
  { before, extraVars }: BeforeConstruction,
): Promise<void> {
  const { constructedOptions } = await import("./sources/constructed/options.ts");
  const { construct } = await import("./sources/constructed/construct.ts");
  const problems: Problem[] = [];
  const meant = constructedOptions(document, check.of(problems, check.warn), env);
  append(check.problems, problems);
  if (problems.length > 0) return;
  const layers: VarsLayer[] = [];
  if (meant.useVarsPlugins) {
    // What is wrong with these files is said when they are read for good.
    const reading = { cwd, unseal, check: new VariableCheck([], () => {}) };
    const names = { groups: builder.groupNames(), hosts: builder.hostNames(), unused: new Set<string>() };
    for (const folder of new Set(before.map((source) => dirname(resolve(cwd, source))))) {
      layers.push(await readVarsFiles(folder, names, reading));
    }
  }
  const extra = meant.useExtraVars ? await extraVars() : new Map<string, Setting>();
  construct(meant, builder, check, { file, cwd, env, layers, extraVars: extra });
}

function addEnvironmentHost(builder: InventoryBuilder, env: LoadOptions["env"], check: VariableCheck): void {
  const host = env.DEPLOY_HOST;
  if (!host) {
    check.problems.push({
      where: "--inventory",
      message: "found no inventory, expected a file that names the hosts",
      hint: "give --inventory FILE, set LOCKSTEP_INVENTORY, or set DEPLOY_HOST for a single host",
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
