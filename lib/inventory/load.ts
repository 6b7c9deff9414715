/**
 * From the sources that the user named to one inventory.
 * @module
 */
import { type Problem, UsageError } from "../errors.ts";
import { InventoryBuilder } from "./builder.ts";
import { readExtraVars } from "./extra_vars.ts";
import { readSource } from "./sources.ts";
import type { Inventory, Setting } from "./types.ts";
import { variableProblem } from "./variable_check.ts";
import { readYaml } from "./yaml_document.ts";
import { readYamlInventory } from "./yaml_inventory.ts";

/** What beside the sources decides an inventory. */
export interface LoadOptions {
  /** Each `K=V` (several, as words), a YAML or JSON mapping, or `@FILE`. Win over every other variable. */
  readonly extraVars: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. Relative names begin here. */
  readonly cwd: string;
}

/** The environment variables that describe a single host, beside `DEPLOY_HOST`, and the variables that they set. */
const ENVIRONMENT = { DEPLOY_USER: "ansible_user", DEPLOY_PATH: "deploy_path" } as const;

/**
 * Reads all sources and merges them, later ones over earlier ones. Without sources `$LOCKSTEP_INVENTORY` names one; without that
 * `DEPLOY_HOST` is the only host. Throws a UsageError with every mistake in every source and extra variable.
 */
export async function loadInventory(sources: readonly string[], options: LoadOptions): Promise<Inventory> {
  const { env, cwd } = options;
  const problems: Problem[] = [];
  const builder = new InventoryBuilder();
  const [named, namedBy] = sources.length > 0
    ? [sources, "--inventory"]
    : [env.LOCKSTEP_INVENTORY ? [env.LOCKSTEP_INVENTORY] : [], "LOCKSTEP_INVENTORY"];
  if (named.length > 0) {
    const found = await Promise.all(named.map((source) => readSource(source, namedBy, cwd)));
    for (const { source, problems: ofSource } of found) {
      const document = source && readYaml(source.file, source.text, ofSource);
      if (document) readYamlInventory(document, builder, ofSource);
      problems.push(...ofSource.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.col ?? 0) - (b.col ?? 0)));
    }
  } else {
    addEnvironmentHost(builder, env, problems);
  }
  const extraVars = await readExtraVars(options.extraVars, cwd, problems);
  if (problems.length > 0) throw new UsageError(problems);
  return builder.build(extraVars);
}

function addEnvironmentHost(builder: InventoryBuilder, env: LoadOptions["env"], problems: Problem[]): void {
  const host = env.DEPLOY_HOST;
  if (!host) {
    problems.push({
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
    builder.setVariable(host, variable, setting);
    const problem = variableProblem(variable, setting);
    if (problem) problems.push(problem);
  }
}
