/**
 * What the library says about an inventory.
 * @module
 */
import { type Problem, UsageError } from "../../lib/errors.ts";
import type { Json } from "../../lib/events.ts";
import { type Host, type Inventory, selectHosts } from "../../lib/ansible/mod.ts";
import { loadInventory, toAnsibleList } from "../../lib/settings/mod.ts";
import { isPythonNumber } from "../../lib/ansible/python/python_number.ts";
import { CannotOpen, isSealed, type Sealed } from "../../lib/ansible/vault/sealed.ts";
import { resolveVariable, TemplateError } from "../../lib/ansible/jinja/references.ts";
import { WORDS } from "./ansible.ts";
import type { Answer, Question, Rendered, Selection } from "./answer.ts";
import { parseLiteral } from "./literal_json.ts";

/** Our answer; where the inventory is refused, also the mistakes one by one. */
export interface OwnAnswer extends Answer {
  readonly problems?: readonly Problem[];
}

/** Loads the inventory, lists it and applies every pattern, as the command does. */
export async function askOurs(question: Question): Promise<OwnAnswer> {
  const { cwd, sources, extraVars, vaultPasswordFile, patterns, render = [] } = question;
  try {
    const inventory = await loadInventory(sources, {
      cwd,
      extraVars,
      env: WORDS,
      runPlugins: false,
      ...(vaultPasswordFile === undefined ? {} : { vaultPasswordFiles: [vaultPasswordFile] }),
    });
    const hosts = inventory.hosts.map((host) => ({ ...host, vars: openedVars(host) }));
    return {
      list: parseLiteral(JSON.stringify(toAnsibleList({ ...inventory, hosts }))),
      secrets: secretsOf(inventory),
      rendered: Object.fromEntries(render.map((name) => [name, rendered(inventory, name, cwd)])),
      patterns: Object.fromEntries(patterns.map((pattern) => [pattern, select(inventory, pattern, cwd)])),
    };
  } catch (error) {
    return { error: messageOf(error), problems: (error as UsageError).problems };
  }
}

/** What every variable of a host comes to. */
function rendered(inventory: Inventory, name: string, cwd: string): Record<string, Rendered> {
  const host = inventory.hosts.find((host) => host.name === name);
  if (!host) return {};
  return Object.fromEntries(
    Object.keys(host.vars).map((variable) => {
      try {
        const resolved = resolveVariable(host, variable, cwd);
        if (resolved === undefined) return [variable, { omitted: true }];
        return [variable, { value: parseLiteral(JSON.stringify(opened(resolved.value, () => true))) }];
      } catch (error) {
        if (error instanceof TemplateError || error instanceof CannotOpen) {
          return [variable, { error: error.message }];
        }
        throw error;
      }
    }),
  );
}

function select(inventory: Inventory, pattern: string, cwd: string): Selection {
  const warnings: Problem[] = [];
  try {
    const hosts = selectHosts(inventory, pattern, (warning) => warnings.push(warning), "--limit", cwd).map((
      host,
    ) => host.name);
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

/** A host's variables as Ansible's list has them. */
function openedVars({ vars }: Host): Host["vars"] {
  return Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, opened(value, isOfFile)]));
}

/** A value out of a file that is encrypted as a whole: Ansible's list has it in plain, ours has not. */
function isOfFile(value: Sealed): boolean {
  return value.__ansible_vault.startsWith("in ");
}

/** The same value with those of the encrypted ones in plain that are asked for. */
function opened(value: Json, which: (value: Sealed) => boolean): Json {
  if (isSealed(value)) return which(value) ? opened(value.open(), which) : value as unknown as Json;
  if (Array.isArray(value)) return value.map((inner) => opened(inner, which));
  if (typeof value !== "object" || value === null || isPythonNumber(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, opened(inner, which)]));
}

/** The plain values of the encrypted variables, by host; null if there is no password. */
function secretsOf({ hosts }: Inventory): Json {
  const ofHost = hosts.map(({ name, vars }) => {
    const sealed = Object.entries(vars).filter(([, value]) => isSealed(value) && !isOfFile(value));
    return [name, Object.fromEntries(sealed.map(([key, value]) => [key, plain(value)]))] as const;
  });
  return Object.fromEntries(ofHost.filter(([, secrets]) => Object.keys(secrets).length > 0));
}

function plain(value: Json): Json {
  try {
    return opened(value, () => true);
  } catch (error) {
    if (error instanceof CannotOpen) return null;
    throw error;
  }
}
