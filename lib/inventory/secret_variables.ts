/**
 * Variables that the user calls secret, whatever source they come from.
 * @module
 */
import { UsageError } from "../errors.ts";
import { noteSecret } from "../secrets.ts";
import { NoReference, resolveVariable } from "./references.ts";
import { CannotOpen } from "./sealed.ts";
import type { Inventory } from "./types.ts";

/**
 * Remembers what these variables come to, on every host. Throws a UsageError for a name that no host has: it is most likely mistyped, and
 * then a secret would be told.
 */
export function noteSecretVariables(inventory: Inventory, names: readonly string[], cwd: string): void {
  for (const name of names) {
    const holders = inventory.hosts.filter(({ vars }) => Object.hasOwn(vars, name));
    if (holders.length === 0) {
      throw UsageError.of("--secret", `found ${JSON.stringify(name)}, which no host has for a variable`);
    }
    for (const host of holders) {
      try {
        noteSecret(resolveVariable(host, name, cwd)?.value);
      } catch (error) {
        // Whoever needs it is told why it comes to nothing.
        if (!(error instanceof NoReference || error instanceof CannotOpen)) throw error;
      }
    }
  }
}
