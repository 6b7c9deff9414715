/**
 * The variable that says how a fleet is rolled out.
 * @module
 */
import { z } from "zod";
import { expecting, integer, truth } from "./kinds.ts";
import type { Variables } from "./variable.ts";

/** How a fleet is rolled out, as far as the inventory's `rollout` says it. */
export interface RolloutVariable {
  /** As `--waves` has them. */
  readonly waves?: readonly string[] | undefined;
  /** A number of hosts, or a percentage. */
  readonly max_failures?: string | undefined;
  /** A number of hosts, or a percentage. */
  readonly max_unreachable?: string | undefined;
  /** What happens to hosts that ended well, once too many have failed. */
  readonly on_failure?: "stop" | "rollback-wave" | "rollback-all" | undefined;
  /** Every host is prepared before the first switches. */
  readonly all_or_nothing?: boolean | undefined;
  /** Seconds between two waves. */
  readonly pause?: number | undefined;
}

const share = z.union([z.int().min(0), z.string().regex(/^\s*\d+(\.\d+)?%?\s*$/)]).transform((value) =>
  String(value).trim()
);
const waveList = z.union([
  z.union([z.string(), z.number()]).transform((value) => String(value).split(",")),
  z.array(z.union([z.string(), z.number()]).transform(String)),
]).transform((words) => words.map((word) => word.trim()).filter((word) => word !== ""));
const mapping = z.strictObject({
  waves: waveList.optional(),
  max_failures: share.optional(),
  max_unreachable: share.optional(),
  on_failure: z.enum(["stop", "rollback-wave", "rollback-all"]).optional(),
  all_or_nothing: truth.optional(),
  pause: integer(0, 86_400).optional(),
});

/** In waves alone, or with all that goes with them. */
const rollout = expecting(
  'waves, as "1,10%,100%" or a list, or a mapping of waves, max_failures, max_unreachable, on_failure, all_or_nothing and pause',
  z.union([waveList.transform((waves): RolloutVariable => ({ waves })), mapping]),
);

/** How a fleet is rolled out. */
export const rolloutVariables = {
  rollout: {
    type: rollout.nullish(),
    meaning:
      "How the fleet is rolled out; the same for all hosts. [`--waves` and related options](rollout.md) win.",
    unset: "all hosts in one wave",
    example:
      "{ waves: [canary, 25%, rest], max_failures: 2, max_unreachable: 10%, on_failure: rollback-wave, all_or_nothing: no, pause: 60 }",
    derived: true,
  },
} satisfies Variables;
