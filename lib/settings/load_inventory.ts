/**
 * Reads an inventory as Lockstep uses it: names that are close to one of its variables are warned of, secrets are remembered, and the memory
 * stays small.
 * @module
 */
import { readExtraVarNames, readInventory } from "../ansible/load.ts";
import type { LoadOptions } from "../ansible/options.ts";
import { keepSecretsWith } from "../ansible/secret_keeper.ts";
import type { Inventory } from "../ansible/types.ts";
import { heapKeeper } from "../memory.ts";
import { isSecretName, masked, noteSealed, noteSecret, noteVariable } from "../secrets.ts";
import { nearMissAdvice } from "./variable_check.ts";

export type { LoadOptions } from "../ansible/options.ts";

/** How much a large inventory may take before what reading it has left behind is collected. Bytes. */
const GROWTH = 32 * 1024 * 1024;
keepSecretsWith({
  opened: noteSealed,
  password: noteSecret,
  extraVariable: noteVariable,
  isSecretName,
  masked,
});

/**
 * Reads all sources and merges them, later ones over earlier ones. Without sources `$LOCKSTEP_INVENTORY` names one; without that
 * `DEPLOY_HOST` is the only host. Throws a UsageError with every mistake in every source, variable file and extra variable.
 */
export function loadInventory(sources: readonly string[], options: LoadOptions): Promise<Inventory> {
  return readInventory(sources, { ...options, adviser: nearMissAdvice, onHosts: heapKeeper(GROWTH) });
}

/** The names of the variables that `extraVars` sets. Throws a UsageError with everything that is wrong with them. */
export function extraVarNames(options: LoadOptions): Promise<string[]> {
  return readExtraVarNames({ ...options, adviser: nearMissAdvice });
}
