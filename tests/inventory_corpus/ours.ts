/**
 * What the library says about an inventory.
 * @module
 */
import { type Problem, UsageError } from "../../lib/errors.ts";
import { type Inventory, loadInventory, selectHosts, toAnsibleList } from "../../lib/inventory/mod.ts";
import type { Answer, Question, Selection } from "./answer.ts";

/** Our answer; where the inventory is refused, also the mistakes one by one. */
export interface OwnAnswer extends Answer {
  readonly problems?: readonly Problem[];
}

/** Loads the inventory, lists it and applies every pattern, as the command does. */
export async function askOurs(question: Question): Promise<OwnAnswer> {
  const { cwd, sources, extraVars, vaultPasswordFile, patterns } = question;
  try {
    const inventory = await loadInventory(sources, {
      cwd,
      extraVars,
      env: {},
      ...(vaultPasswordFile === undefined ? {} : { vaultPasswordFile }),
    });
    return {
      list: JSON.parse(JSON.stringify(toAnsibleList(inventory))),
      patterns: Object.fromEntries(patterns.map((pattern) => [pattern, select(inventory, pattern)])),
    };
  } catch (error) {
    return { error: messageOf(error), problems: (error as UsageError).problems };
  }
}

function select(inventory: Inventory, pattern: string): Selection {
  const warnings: Problem[] = [];
  try {
    const hosts = selectHosts(inventory, pattern, (warning) => warnings.push(warning)).map((host) =>
      host.name
    );
    return {
      hosts,
      unmatched: warnings.map(({ message }) => /^found "(.*?)"/s.exec(message)?.[1] ?? message),
    };
  } catch (error) {
    return { error: messageOf(error), unmatched: [] };
  }
}

/** Anything but a UsageError is a fault, and goes up. */
function messageOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  throw error;
}
