/**
 * The variable that gives a host several sets.
 * @module
 */
import { z } from "zod";
import { expecting } from "./kinds.ts";
import type { Variables } from "./variable.ts";

const sets = expecting(
  "a list of sets, each a mapping of its name and of variables of its own",
  z.array(z.looseObject({ name: z.string() })),
);

/** Several sets of artifacts for one host. */
export const setVariables = {
  sets: {
    type: sets.nullish(),
    meaning:
      "Several sets for one host, each with a `name` and the variables that differ. [They are switched in one session and reverted together](sets.md).",
    unset: "none",
    example:
      "[{ name: model, deploy_path: /opt/model, artifacts_dir: model }, { name: config, deploy_path: /opt/config, artifacts_dir: config }]",
    derived: true,
  },
} satisfies Variables;
