/**
 * The variables as they are documented: what belongs together, and what is said about it.
 * @module
 */
import { connectionVariables, otherNames } from "../variables/connection.ts";
import { fileVariables } from "../variables/files.ts";
import { healthVariables } from "../variables/health.ts";
import { hookVariables } from "../variables/hooks.ts";
import { rolloutVariables } from "../variables/rollout.ts";
import { serviceVariables } from "../variables/service.ts";
import { setVariables } from "../variables/sets.ts";
import { simulationVariables } from "../variables/simulation.ts";
import type { Variables } from "../variables/variable.ts";

/** Variables that are documented together. */
export interface VariableGroup {
  /** The heading. */
  readonly title: string;
  /** What is said about all of them, in Markdown; links are relative to `docs`. */
  readonly introduction: string;
  /** The variables. */
  readonly variables: Variables;
  /** `inventory/example.yaml` has nothing of them. */
  readonly isLeftOut?: true;
}

/** All variables. */
export const variableGroups: readonly VariableGroup[] = [
  {
    title: "How to reach a device",
    introduction: "Ansible's variables work as they are. " +
      "[More about them](inventory.md#how-to-reach-a-device).",
    variables: connectionVariables,
  },
  {
    title: "What to deploy, and where",
    introduction: "[What lies where on a device](device.md).",
    variables: fileVariables,
  },
  {
    title: "The service",
    introduction: "[How it is restarted](device.md#the-service).",
    variables: serviceVariables,
  },
  {
    title: "Health",
    introduction: "Asked from the device itself.",
    variables: healthVariables,
  },
  {
    title: "Several sets for one host",
    introduction: "[What holds for them together](sets.md).",
    variables: setVariables,
  },
  {
    title: "How the fleet is rolled out",
    introduction: "[Waves and failure budgets](rollout.md).",
    variables: rolloutVariables,
  },
  {
    title: "Hooks",
    introduction: "[Your own commands](hooks.md) at four moments of a deploy.",
    variables: hookVariables,
  },
  {
    title: "Rehearsal",
    introduction: "For hosts with `ansible_connection: simulated`. " +
      "[Nothing is contacted](inventory.md#rehearse).",
    variables: simulationVariables,
  },
  {
    title: "Other names",
    introduction: "Ansible still reads them, and so they are read here.",
    variables: otherNames,
    isLeftOut: true,
  },
];
