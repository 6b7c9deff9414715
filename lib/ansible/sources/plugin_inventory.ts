/**
 * What one of Ansible's inventory plugins finds: only Ansible can run it, so `ansible-inventory` is asked for the list of that one file, and
 * the list is read as that of a program is.
 * @module
 */
import { resolve } from "@std/path";
import { SKIP_OPTION } from "./left_out_sources.ts";
import { problemAt } from "../problems.ts";
import type { Unseal } from "../vault/sealed.ts";
import type { VariableCheck } from "../variable_check.ts";
import type { InventoryBuilder } from "./builder.ts";
import { readListed } from "./listed_inventory.ts";
import type { Plugin } from "./plugin_configuration.ts";
import type { Json } from "../../plain/json.ts";
import { isMapping, type Mapping, type Programs } from "./programs.ts";

const PROGRAM = "ansible-inventory";
/** A cloud may have many pages of machines. */
const LONGEST_SECONDS = 300;
/** Ansible tries its other plugins, too, and says last that none could read the file: the cause stands before that. */
const QUOTED = 2000;

/** What is needed to ask Ansible. */
export interface PluginReading {
  readonly programs: Programs;
  readonly unseal: Unseal;
  readonly check: VariableCheck;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly extraVars: readonly string[];
  readonly vaultPasswordFiles?: readonly string[] | undefined;
  readonly vaultIds?: readonly string[] | undefined;
  /** For one call; the default is generous. */
  readonly seconds?: number | undefined;
  /** False if nothing should be run for an inventory. */
  readonly runs?: boolean | undefined;
}

/**
 * Adds what `plugin` finds, which the file `file` with this `text` configures, to `builder`. Everything that is wrong goes to the problems of
 * `check`.
 */
export async function readPluginInventory(
  file: string,
  text: string,
  plugin: Plugin,
  builder: InventoryBuilder,
  { programs, unseal, check, env, extraVars, vaultPasswordFiles = [], vaultIds = [], ...more }: PluginReading,
): Promise<void> {
  const { seconds = LONGEST_SECONDS, runs = true } = more;
  const found = `found the configuration of the inventory plugin "${plugin.name}"`;
  const refuse = (message: string, hint: string): void => {
    check.problems.push(problemAt(plugin.origin, `${found}, ${message}`, hint));
  };
  if (!runs) return refuse("and nothing is run here", "run the command itself");
  const path = resolve(programs.cwd, file);
  const called = ["-i", path, "--list", "--export"];
  const printed = await programs.ask(
    PROGRAM,
    [
      ...called,
      ...vaultPasswordFiles.flatMap((file) => ["--vault-password-file", file]),
      ...vaultIds.flatMap((id) => ["--vault-id", id]),
      ...(plugin.useExtraVars ? extraVars.flatMap((words) => ["-e", words]) : []),
    ],
    unseal,
    {
      shownAs: [PROGRAM, "-i", file, "--list", "--export"].join(" "),
      about: text,
      env: { ...env, ...settings(plugin.useVarsPlugins) },
      seconds,
      quoted: QUOTED,
    },
  );
  if ("mapping" in printed) {
    const listed = inTheirOrder(printed.mapping);
    // It always has the variables of the hosts.
    return readListed(file, listed, { builder, check, varsOf: () => Promise.resolve(undefined) });
  }
  if (printed.absent) {
    return refuse(
      `which only Ansible can run, and there is no ${PROGRAM} on the PATH`,
      `install Ansible (apt install ansible, pipx install --include-deps ansible), or leave such files out with ${SKIP_OPTION}`,
    );
  }
  refuse(
    `which gave no inventory: ${printed.failure}`,
    `try it by hand: "${PROGRAM} -i ${file} --list", or leave it out with ${SKIP_OPTION}`,
  );
}

/** What Ansible is told beside what its user has set. */
function settings(withVarsPlugins: boolean): Record<string, string> {
  return {
    // Else it would print nothing and call that a success.
    ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: "true",
    ANSIBLE_NOCOLOR: "true",
    ANSIBLE_FORCE_COLOR: "false",
    // The files of variables beside it are read here, in their place, and what is secret of them stays so.
    ...(withVarsPlugins ? {} : { ANSIBLE_VARS_ENABLED: "" }),
  };
}

/**
 * The groups as they came to be, which only the children of `all` still tell: the list is sorted by names, and has no entry for what is
 * empty. Those without another parent are below `all` by themselves in the end, behind those of the sources before.
 */
function inTheirOrder({ all, ...groups }: Mapping): Mapping {
  const childrenOf = (group: Json | undefined): readonly Json[] =>
    isMapping(group) && Array.isArray(group.children) ? group.children : [];
  const below = new Set(Object.values(groups).flatMap(childrenOf));
  const children = childrenOf(all);
  const ordered = children.map((name) => [String(name), groups[String(name)] ?? { hosts: [] }] as const);
  return {
    ...Object.fromEntries(ordered),
    ...groups,
    ...(isMapping(all) ? { all: { ...all, children: children.filter((name) => below.has(name)) } } : {}),
  };
}
