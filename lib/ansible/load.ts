/**
 * From the sources that the user named to one inventory.
 * @module
 */
import { type Problem, UsageError } from "../errors.ts";
import { placeOf } from "./configuration/mod.ts";
import { LeftOut } from "./sources/left_out_sources.ts";
import type { ReadOptions } from "./options.ts";
import { problemOnce } from "./problems.ts";
import { readSources } from "./read_sources.ts";
import { readExtraVars } from "./variables/extra_vars.ts";
import { combineOf } from "./variables/hash_behaviour.ts";
import { Programs } from "./sources/programs.ts";
import type { Inventory } from "./types.ts";
import { VariableCheck } from "./variable_check.ts";
import { noPassword, type Unseal } from "./vault/sealed.ts";

/**
 * Reads all sources and merges them, later ones over earlier ones. Without sources `$LOCKSTEP_INVENTORY` names one; without that
 * `DEPLOY_HOST` is the only host; without that the configuration names some. Throws a UsageError with every mistake in every source,
 * variable file and extra variable; with
 * `skipUnreadable` a source with a mistake is left out as a whole, with a warning, as long as another one is left.
 */
export async function readInventory(sources: readonly string[], options: ReadOptions): Promise<Inventory> {
  const ofKeys: Problem[] = [];
  const unseal = await keysOf(options, ofKeys);
  const { skipUnreadable = false, warn = () => {} } = options;
  const named = { sources, unseal, programs: new Programs(options.cwd) };
  const leftOut = new LeftOut();
  for (;;) {
    // If sources are read once more without one of them, their warnings would come twice.
    const warnings: Problem[] = [];
    const attempt = skipUnreadable
      ? { ...options, warn: (one: Problem) => void warnings.push(one) }
      : options;
    const { problems, unreadable, taken, finish } = await readSources(named, attempt, leftOut);
    if (skipUnreadable && unreadable.size > 0) {
      leftOut.add(unreadable);
      continue;
    }
    warnings.forEach(warn);
    const nothingLeft = taken === 0 ? leftOut.problems() : [];
    const wrong = [...ofKeys, ...nothingLeft, ...problems];
    if (wrong.length > 0) throw new UsageError(problemOnce(wrong));
    const warning = leftOut.warning();
    if (warning !== undefined) warn(warning);
    return finish();
  }
}

/** The names of the variables that `extraVars` sets. Throws a UsageError with everything that is wrong with them. */
export async function readExtraVarNames(options: ReadOptions): Promise<string[]> {
  const problems: Problem[] = [];
  const check = new VariableCheck(problems, options.warn ?? (() => {}), options.adviser);
  const unseal = await keysOf(options, problems);
  const vars = await readExtraVars(options.extraVars, {
    cwd: options.cwd,
    unseal,
    check,
    combine: combineOf(options.configuration),
  });
  if (problems.length > 0) throw new UsageError(problemOnce(problems));
  return [...vars.keys()];
}

/** Nothing of the vault is loaded for who has no password. */
async function keysOf(options: ReadOptions, problems: Problem[]): Promise<Unseal> {
  const { env, cwd, vaultIds = [], configuration } = options;
  const { vault_identity_list: list, vault_password_file: file } = configuration?.settings ?? {};
  const files = [
    ...options.vaultPasswordFiles ?? [],
    // The configuration has it already.
    ...(configuration === undefined && env.ANSIBLE_VAULT_PASSWORD_FILE
      ? [env.ANSIBLE_VAULT_PASSWORD_FILE]
      : []),
  ];
  if (files.length + vaultIds.length + (list?.value.length ?? 0) === 0 && file === undefined) {
    return noPassword;
  }
  const { namedId, readVaultPasswords, unsealWith } = await import("./vault/vault.ts");
  const configured = [
    ...list?.value.map((id) => namedId(id, placeOf(list.origin))) ?? [],
    ...(file === undefined ? [] : [{ where: placeOf(file.origin), label: "default", file: file.value }]),
  ];
  return unsealWith(await readVaultPasswords({ files, ids: vaultIds, configured }, cwd, problems));
}
