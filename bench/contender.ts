/**
 * What is measured: something that brings a set to every device of a fleet.
 * @module
 */
import type { Artifacts } from "../tests/fleet/support/artifacts.ts";
import type { Fleet } from "../tests/fleet/support/fleet.ts";
import type { Packages } from "../tests/runner/install.ts";
import type { Measured } from "./measure/measure.ts";

/** What one run has to do. */
export interface Job {
  readonly fleet: Fleet;
  /** For `ssh -F`: the fleet's own, with the key exchange that is measured. */
  readonly sshConfig: string;
  /** What should be live in the end. */
  readonly set: Artifacts;
  /** Hosts at once. */
  readonly forks: number;
  /** A folder for this run alone. */
  readonly workDir: string;
  /** What the devices are like before: nothing live, or another set (`change`), or this very set (`nothing`). */
  readonly expect: "first" | "change" | "nothing";
}

/** A job made ready. */
export interface Ready {
  /** The program that is measured, with its arguments. */
  readonly argv: readonly string[];
  /** Reads what the run says of itself; throws if it did not reach every host or did something else than asked. */
  check(run: Measured): Says | Promise<Says>;
}

export interface Says {
  /** If the contender knows it: the mean over the hosts, by phase. Milliseconds. */
  readonly phases?: Readonly<Record<string, number>>;
}

export interface Contender {
  readonly name: string;
  /** One line for the reader of the results. */
  readonly what: string;
  /** What it needs of this machine, and of the devices, which are this machine. */
  readonly needs: Packages;
  /** Whether it puts a set live, and the devices' bytes should be checked afterwards. */
  readonly deploys: boolean;
  /** Whether it leaves a device alone that has the set already. */
  readonly idempotent: boolean;
  /** Takes many times the floor: not measured everywhere (see `--slow`). */
  readonly slow?: boolean;
  /** How many hosts at once is found out for every fleet: the fastest of `--best-of`. */
  readonly tunesForks?: boolean;
  /** The contender that leaves a device just as this one does, where there is one: they can start from the same state. */
  readonly leavesAs?: string;
  /** Makes everything ready that a user would have ready: inventories, configuration, a packed set. Not timed. */
  prepare(job: Job): Promise<Ready>;
}

/** For programs that end with 0 if they did everything everywhere. */
export function checkSuccess({ exitCode, text }: Measured): Says {
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${text.slice(-2000)}`);
  return {};
}
