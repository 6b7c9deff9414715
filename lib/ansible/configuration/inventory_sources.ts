/**
 * Which inventory is meant if none is given.
 * @module
 */
import { isAbsolute, relative } from "@std/path";
import type { Configuration } from "./mod.ts";
import { placeOf } from "./mod.ts";

/** What decides it. */
export interface SourcesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  readonly configuration?: Configuration | undefined;
}

/** Sources, and the option, the variable or the line that names them. */
export interface NamedSources {
  readonly sources: readonly string[];
  readonly namedBy: string;
}

/**
 * The sources that are given; else `$LOCKSTEP_INVENTORY`; else none if `DEPLOY_HOST` names a single host; else those that Ansible is
 * configured with. A configuration that lies about must not make a fleet of the one host that somebody has named.
 */
export function inventorySources(
  given: readonly string[],
  { env, cwd, configuration }: SourcesOptions,
): NamedSources {
  if (given.length > 0) return { sources: given, namedBy: "--inventory" };
  if (env.LOCKSTEP_INVENTORY) return { sources: [env.LOCKSTEP_INVENTORY], namedBy: "LOCKSTEP_INVENTORY" };
  const { inventory } = configuration?.settings ?? {};
  if (env.DEPLOY_HOST || inventory === undefined) return { sources: [], namedBy: "DEPLOY_HOST" };
  const sources = inventory.value.map((path) => {
    const below = relative(cwd, path);
    return below === "" || below.startsWith("..") || isAbsolute(below) ? path : below;
  });
  return { sources, namedBy: placeOf(inventory.origin) };
}
