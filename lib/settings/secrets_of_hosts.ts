/**
 * What the variables of hosts have that must not be seen. Lockstep itself needs few of them, but a device may print any: a service logs the
 * password that Ansible once gave it.
 * @module
 */
import { UsageError } from "../errors.ts";
import type { Json } from "../plain/json.ts";
import { isSecretName, noteSecret, noteVariable } from "../secrets.ts";
import { TemplateError } from "../ansible/jinja/references.ts";
import { resolveVariable } from "./resolved_variable.ts";
import { CannotOpen, isSealed, type Sealed } from "../ansible/vault/sealed.ts";
import type { Host, Inventory } from "../ansible/types.ts";
import { isTemplate } from "../ansible/values.ts";

/** How many values are decrypted that Lockstep itself has no use for; each costs some ten milliseconds. */
const MOST = 64;
const DEEPEST = 32;

/**
 * Masks what is secret by a variable's name or stands in a URL, what such variables come to if they name others, and what encrypted ones
 * hold, up to so many, those first that are secret by their name. What cannot be opened stays what it is.
 */
export function noteSecretsOfHosts(hosts: readonly Host[], cwd: string): void {
  const sealed = new Map<Sealed, boolean>();
  const seen = new Set<Json>();
  const look = (name: string, value: Json, depth: number): void => {
    if (typeof value !== "object" || value === null || depth > DEEPEST) return;
    if (isSealed(value)) sealed.set(value, sealed.get(value) || isSecretName(name));
    else if (!seen.has(value)) {
      seen.add(value);
      for (const [key, inner] of Object.entries(value)) {
        look(Array.isArray(value) ? name : key, inner, depth + 1);
      }
    }
  };
  for (const host of hosts) {
    for (const name in host.vars) {
      const value = host.vars[name]!;
      noteVariable(name, value);
      look(name, value, 0);
      if (!isTemplate(value) || !isSecretName(name)) continue;
      openedIfPossible(() => noteSecret(resolveVariable(host, name, cwd)?.value));
    }
  }
  const first = [...sealed].sort(([, a], [, b]) => Number(b) - Number(a)).slice(0, MOST);
  for (const [value] of first) openedIfPossible(() => value.open());
}

/**
 * Remembers what the variables come to that the user calls secret, on every host. Throws a UsageError for a name that no host has: it is
 * most likely mistyped, and then a secret would be told.
 */
export function noteSecretVariables(inventory: Inventory, names: readonly string[], cwd: string): void {
  for (const name of names) {
    const holders = inventory.hosts.filter(({ vars }) => Object.hasOwn(vars, name));
    if (holders.length === 0) {
      throw UsageError.of("--secret", `found ${JSON.stringify(name)}, which is not a variable of any host`);
    }
    for (const host of holders) {
      openedIfPossible(() => noteSecret(resolveVariable(host, name, cwd)?.value));
    }
  }
}

/** A variable whose value is not known fails where it is used. */
function openedIfPossible(open: () => unknown): void {
  try {
    open();
  } catch (error) {
    if (!(error instanceof CannotOpen || error instanceof TemplateError)) throw error;
  }
}
