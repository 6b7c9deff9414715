/**
 * What can be wrong with a simulated device, so that a rollout's troubles can be rehearsed.
 * @module
 */

/**
 * `unreachable` nothing listens there; `silent` it accepts the connection and stays silent; `no-space` its disk fills while the set is
 * staged; `hang` it never answers when the set is about to be sealed, before the switch; `drop` the link is lost after the switch, once;
 * `sick` the service does not get ready on a set that is new to the device.
 */
export type SimulatedFault = "none" | "unreachable" | "silent" | "no-space" | "hang" | "drop" | "sick";

/** All of them. */
export const FAULTS: readonly SimulatedFault[] = [
  "none",
  "unreachable",
  "silent",
  "no-space",
  "hang",
  "drop",
  "sick",
];

/** How a simulated device behaves. */
export interface Simulation {
  /** What is wrong with it. */
  readonly fault: SimulatedFault;
  /** Milliseconds that each request and the connection take. */
  readonly latency: number;
}
