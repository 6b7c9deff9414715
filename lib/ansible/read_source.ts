/**
 * Reads one source, whatever it is, into what the sources before it have made.
 * @module
 */
import { dirname, resolve } from "@std/path";
import { append } from "../plain/append.ts";
import type { Problem } from "../errors.ts";
import type { ReadOptions } from "./options.ts";
import { byPlace } from "./problems.ts";
import type { InventoryBuilder, VarsLayer } from "./sources/builder.ts";
import type { Programs } from "./sources/programs.ts";
import { textKind } from "./sources/source_kind.ts";
import type { Source } from "./sources/sources.ts";
import { readVarsFiles } from "./variables/vars_files.ts";
import type { Setting } from "./types.ts";
import { discreet, type Unseal, unsealFile } from "./vault/sealed.ts";
import { VariableCheck } from "./variable_check.ts";
import type { YamlSource } from "./yaml/yaml_document.ts";

/** What every source is read with. */
export interface SourceReading {
  readonly builder: InventoryBuilder;
  readonly unseal: Unseal;
  readonly options: ReadOptions;
  readonly programs: Programs;
  /** The sources that have been read, of which this one may be constructed. */
  readonly before: string[];
  readonly extraVars: () => Promise<ReadonlyMap<string, Setting>>;
}

/** Adds what one source says to the builder. Returns what is wrong with it; what is worth a word goes to the warnings of `checkOfAll`. */
export async function readSource(
  source: Source,
  checkOfAll: VariableCheck,
  reading: SourceReading,
): Promise<Problem[]> {
  const ofSource: Problem[] = [];
  const { builder, unseal } = reading;
  const plain = unsealFile(source.file, source.text, unseal, ofSource);
  builder.source = source.file;
  if (plain) {
    const check = checkOfAll.of(ofSource, plain.secret ? () => {} : checkOfAll.warn);
    await readPlain({ ...source, ...plain }, check, reading);
  }
  builder.source = "";
  const inOrder = byPlace(ofSource);
  return plain?.secret ? discreet(inOrder) : inOrder;
}

/** A source in plain; `secret` says whether it was encrypted as a whole. */
type PlainSource = Source & { readonly secret: boolean };

async function readPlain(source: PlainSource, check: VariableCheck, reading: SourceReading): Promise<void> {
  const { file, kind, text, secret } = source;
  const { builder, unseal, programs, options } = reading;
  if (kind === "program") {
    const { readProgramInventory } = await import("./sources/program_inventory.ts");
    await readProgramInventory(file, builder, { programs, unseal, check, seconds: options.programSeconds });
  } else if (kind === "list") {
    const { readHostList } = await import("./sources/host_list.ts");
    readHostList(text, builder, check);
  } else if ((secret ? textKind(file, text) : kind) === "ini") {
    const { readIniInventory } = await import("./sources/ini_inventory.ts");
    readIniInventory(file, text, builder, check, secret);
  } else await readYamlSource(source, check, reading);
}

async function readYamlSource(
  { file, text, secret }: PlainSource,
  check: VariableCheck,
  reading: SourceReading,
): Promise<void> {
  const { builder, unseal, programs, options } = reading;
  const { isMap } = await import("yaml");
  const { readYaml } = await import("./yaml/yaml_document.ts");
  const { readYamlInventory } = await import("./sources/yaml_inventory.ts");
  const { isConfigurationName, isConstructed, pluginOf } = await import("./sources/plugin_configuration.ts");
  const { readBlockYaml } = await import("./yaml/block_yaml.ts");
  const yaml = { unseal, secret, warn: check.warn };
  const document = readBlockYaml(file, text, yaml) ?? readYaml(file, text, check.problems, yaml);
  const plugin = document && isConfigurationName(file) ? pluginOf(document) : undefined;
  if (document && plugin && isConstructed(plugin)) await readConstructed(file, document, check, reading);
  else if (plugin) {
    const { readPluginInventory } = await import("./sources/plugin_inventory.ts");
    const { runPlugins: runs, programSeconds: seconds } = options;
    await readPluginInventory(file, text, plugin, builder, {
      ...options,
      programs,
      unseal,
      check,
      runs,
      seconds,
    });
  } else if (document && (document.root === null || isMap(document.root))) {
    readYamlInventory(document, builder, check);
  } else {
    const { InventoryBuilder } = await import("./sources/builder.ts");
    const { readIniInventory } = await import("./sources/ini_inventory.ts");
    // Ansible tries INI if YAML fails, whatever the file is called. What is a mistake in both was meant as YAML.
    const trial = new VariableCheck([], () => {});
    readIniInventory(file, text, new InventoryBuilder(), trial);
    if (trial.problems.length === 0) {
      check.problems.length = 0;
      readIniInventory(file, text, builder, check, secret);
    } else if (document) readYamlInventory(document, builder, check);
  }
}

/** Adds what a `constructed` inventory makes of the sources before it. */
async function readConstructed(
  file: string,
  document: YamlSource,
  check: VariableCheck,
  { builder, unseal, options: { cwd, env }, before, extraVars }: SourceReading,
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
    const reading = { cwd, unseal, check: new VariableCheck([], () => {}), combine: builder.combine };
    const names = { groups: builder.groupNames(), hosts: builder.hostNames(), unused: new Set<string>() };
    for (const folder of new Set(before.map((source) => dirname(resolve(cwd, source))))) {
      layers.push(await readVarsFiles(folder, names, reading));
    }
  }
  const extra = meant.useExtraVars ? await extraVars() : new Map<string, Setting>();
  construct(meant, builder, check, { file, cwd, env, layers, extraVars: extra });
}
