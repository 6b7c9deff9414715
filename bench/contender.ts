/**
 * Whoever is measured: something that brings a set to every device of a fleet.
 * @module
 */
import type { Artifacts } from "../tests/fleet/artifacts.ts";
import type { Fleet } from "../tests/fleet/fleet.ts";
import type { Measured } from "./measure.ts";

/** What one run has to do. */
export interface Job {
  readonly fleet: Fleet;
  /** For `ssh -F`: the fleet's own, with the key exchange that is measured. */
  readonly sshConfig: string;
  /** What is to be live in the end. */
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
  /** Reads what the run says of itself; throws where it did not reach every host or did something else than asked. */
  check(run: Measured): Promise<Says>;
}

export interface Says {
  /** Artifact bytes that went to all devices together. */
  readonly bytesSent: number;
  /** Where the contender knows it: the mean over the hosts, by phase. Milliseconds. */
  readonly phases?: Readonly<Record<string, number>>;
}

export interface Contender {
  readonly name: string;
  /** One line for the reader of the results. */
  readonly what: string;
  /** Whether it puts a set live, and the devices' bytes are to be checked afterwards. */
  readonly deploys: boolean;
  /** Makes everything ready that a user would have ready: inventories, configuration. Not timed. */
  prepare(job: Job): Promise<Ready>;
}
