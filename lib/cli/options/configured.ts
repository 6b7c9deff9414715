/**
 * Options together with what Ansible is configured with, which fills in what they leave open.
 * @module
 */
import process from "node:process";
import { type Configuration, leftOutWarning, readConfiguration } from "../../ansible/mod.ts";
import { formatProblem, type Problem } from "../../errors.ts";
import { CONNECT_TIMEOUT } from "../../rollout/connector.ts";
import { FORKS } from "../../rollout/rollout.ts";
import type { HostsOptions } from "./common.ts";
import { warn } from "../output/streams.ts";

/** Hosts at once, and seconds for ssh to connect, where nobody says it. */
export const DEFAULTS = { forks: FORKS, timeout: CONNECT_TIMEOUT } as const;

/** Options of a command, filled in. */
export type Configured<O> = O & {
  readonly configuration: Configuration;
  readonly forks: number;
  readonly connectTimeout: number;
};

/** Reads the configuration, and warns once of what of it is not honoured. Throws a UsageError where it is broken. */
export async function configured<O extends object>(options: O): Promise<Configured<O>> {
  const configuration = await configurationHere();
  const warning = leftOutWarning(configuration);
  if (warning !== undefined) sayProblem(warning);
  const { forks, connectTimeout }: Partial<Pick<HostsOptions, "forks" | "connectTimeout">> = options;
  const { settings } = configuration;
  return {
    ...options,
    configuration,
    forks: forks ?? settings.forks?.value ?? DEFAULTS.forks,
    connectTimeout: connectTimeout ?? settings.timeout?.value ?? DEFAULTS.timeout,
  };
}

/** The configuration of the current folder and environment. */
export async function configurationHere(): Promise<Configuration> {
  return await readConfiguration({ env: process.env, cwd: process.cwd(), warn: sayProblem });
}

function sayProblem(problem: Problem): void {
  warn(formatProblem(problem));
}
