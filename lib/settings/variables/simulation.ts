/**
 * Variables of hosts that are made up in memory.
 * @module
 */
import { FAULTS } from "../../remote/simulated/faults.ts";
import { integer, oneOf } from "./kinds.ts";
import type { Variables } from "./variable.ts";

/** What a device does whose connection is simulated. */
export const simulationVariables = {
  simulated_fault: {
    type: oneOf(FAULTS).default("none"),
    meaning:
      "What goes wrong on a device whose `ansible_connection` is `simulated`. [Each fault](inventory.md#rehearse) ends a deploy in its own way.",
    derived: true,
  },
  simulated_latency: {
    type: integer(0, 60_000, "milliseconds").default(0),
    meaning: "Milliseconds that the connection to a simulated device and each request to it take.",
    derived: true,
  },
} satisfies Variables;
