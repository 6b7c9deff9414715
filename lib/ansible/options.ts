/**
 * How an inventory is read.
 * @module
 */
import type { Problem } from "../errors.ts";
import type { Configuration } from "./configuration/mod.ts";
import type { Adviser } from "./variable_check.ts";

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
  /** Whether sources that cannot be read are left out, with a warning that names them, instead of ending everything. */
  readonly skipUnreadable?: boolean | undefined;
  /** False if Ansible is not to be run for the configuration of a plugin of its own. */
  readonly runPlugins?: boolean;
  /** How long a program may take for its answer. */
  readonly programSeconds?: number;
  /** What Ansible is configured with: the inventory if no other is named, passwords of vaults, what becomes of mappings. */
  readonly configuration?: Configuration;
}

/** The same, and what only an application that reads inventories has to say. */
export interface ReadOptions extends LoadOptions {
  /** What an application has to say about the name of a variable: a warning. */
  readonly adviser?: Adviser;
  /** Called now and then while hosts are added. */
  readonly onHosts?: () => void;
}
