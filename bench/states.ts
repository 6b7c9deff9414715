/**
 * What the devices are like before a run, and what should be live after it.
 * @module
 */
import { join } from "@std/path";
import { type Artifacts, changeFile, makeArtifacts } from "../tests/fleet/support/artifacts.ts";
import type { Contender, Job } from "./contender.ts";

export interface State {
  readonly name: string;
  readonly expect: Job["expect"];
  /** Which of the sets should be live. */
  readonly set: keyof Sets;
}

export interface Sets {
  /** Live at first, but for a first deploy. */
  readonly base: Artifacts;
  /** Every file another. */
  readonly other: Artifacts;
  /** One small file of five another. */
  readonly oneFile: Artifacts;
}

export const states: Readonly<Record<string, State>> = {
  first: { name: "first deploy", expect: "first", set: "base" },
  "new-set": { name: "a new set", expect: "change", set: "other" },
  "one-file": { name: "one file of five", expect: "change", set: "oneFile" },
  nothing: { name: "nothing to change", expect: "nothing", set: "base" },
};

/** Makes the sets, of about so many bytes each. */
export async function makeSets(dir: string, bytes: number): Promise<Sets> {
  const base = await makeArtifacts(join(dir, "set-base"), { bytes, seed: 1 });
  const other = await makeArtifacts(join(dir, "set-other"), { bytes, seed: 2 });
  const same = await makeArtifacts(join(dir, "set-one-file"), { bytes, seed: 1 });
  const features = JSON.stringify(Array.from({ length: 200 }, (_, i) => `feature_${i}`));
  return { base, other, oneFile: await changeFile(same, "feature_order.json", features, "1.0.3") };
}

/** What slow contenders do in large fleets. */
export type Slow = "all" | "first" | "none";

/** Whether a contender is measured in a state of the devices. */
export function takesPart(
  contender: Contender,
  state: State,
  { slow, large, firstExchange }: {
    readonly slow: Slow;
    /** Whether the fleet is a large one. */
    readonly large: boolean;
    /** Whether this is the first of the key exchanges that are measured. */
    readonly firstExchange: boolean;
  },
): boolean {
  // A host that is asked whether there is anything to do answers a handshake; elsewhere that says nothing.
  if (!contender.deploys) return state.expect === "nothing";
  if (contender.slow !== true) return true;
  // They send the whole set in either case.
  if (state.set === "other") return false;
  if (!large || slow === "all") return true;
  return slow === "first" && state.expect === "first" && firstExchange;
}
