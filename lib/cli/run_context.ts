/**
 * From options to a new run.
 * @module
 */
import { newRun } from "../run/context.ts";
import type { RunContext } from "../task.ts";
import type { HostsOptions } from "./options/common.ts";

/** A run of `command` that begins now. */
export function runContext(
  command: string,
  options: Pick<HostsOptions, "dryRun" | "check" | "bwlimit"> & {
    readonly force?: boolean | undefined;
    readonly diff?: boolean | undefined;
  },
): RunContext {
  return newRun(command, {
    dryRun: options.dryRun || options.check,
    diff: options.diff ?? false,
    force: options.force ?? false,
    slow: options.bwlimit !== undefined,
  });
}
