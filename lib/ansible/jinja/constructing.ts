/**
 * Templates while an inventory is still being read: of a host's variables so far, without other hosts and groups.
 * @module
 */
import type { Fleet, Host, Setting } from "../types.ts";
import type { Json } from "../../json.ts";
import { HostNames } from "./host_names.ts";
import type { Resolved } from "./references.ts";
import { Run } from "./values/run.ts";
import { dataOf } from "./values/text.ts";

/** Names of Ansible's own that are only known once the inventory is. */
const LATER: ReadonlySet<string> = new Set(["hostvars", "vars", "groups", "omit", "playbook_dir"]);

/** A host as it is so far. */
export interface UnfinishedHost {
  readonly name: string;
  readonly source: string;
  readonly groups: readonly string[];
  readonly settings: ReadonlyMap<string, Setting>;
}

/** What a text comes to as a template of a host's variables. Throws a TemplateError, and CannotOpen for an encrypted part. */
export function evaluateFor(
  unfinished: UnfinishedHost,
  template: string,
  setting: { readonly cwd: string; readonly env: Fleet["env"]; readonly withoutLookups: boolean },
): Resolved {
  const { name, source, groups, settings } = unfinished;
  const { cwd, env, withoutLookups } = setting;
  const vars: Record<string, Json> = Object.fromEntries(
    Array.from(settings, ([name, { value }]) => [name, value]),
  );
  const fleet: Fleet = {
    env,
    hostNames: [],
    groupNames: [],
    host: () => undefined,
    members: () => undefined,
  };
  const host: Host = { name, source, groups, fleet, vars, origins: {} };
  const run = new Run();
  const names = new HostNames(host, { run, cwd, chain: [], withoutLookups }, LATER);
  const value = dataOf(names.rendered(template), run);
  return { value, secret: run.isSecret(value) };
}
