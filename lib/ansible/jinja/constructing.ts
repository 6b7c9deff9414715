/**
 * Templates while an inventory is still being read: of a host's variables so far, without other hosts and groups.
 * @module
 */
import type { Fleet, Host, HostSoFar } from "../types.ts";
import type { Json } from "../../plain/json.ts";
import { HostNames } from "./host_names.ts";
import type { Resolved } from "./references.ts";
import { Run } from "./values/run.ts";
import { dataOf } from "./values/text.ts";

/** Names of Ansible's own that are only known once the inventory is. */
const LATER: ReadonlySet<string> = new Set(["hostvars", "vars", "groups", "omit", "playbook_dir"]);

/** An unfinished host as templates see it. */
export function hostSoFar({ name, source, groups, settings }: HostSoFar, env: Fleet["env"]): Host {
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
  return { name, source, groups, fleet, vars, origins: {} };
}

/** What a text comes to as a template of such a host's variables. Throws a TemplateError, and CannotOpen for an encrypted part. */
export function evaluateFor(
  host: Host,
  template: string,
  { cwd, withoutLookups }: { readonly cwd: string; readonly withoutLookups: boolean },
): Resolved {
  const run = new Run();
  const names = new HostNames(host, { run, cwd, chain: [], withoutLookups }, LATER);
  const value = dataOf(names.rendered(template), run);
  return { value, secret: run.isSecret(value) };
}
