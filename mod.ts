/**
 * Lockstep: rolls a set of artifacts out to a fleet of devices, atomically, over plain ssh. The program when run, the library when imported.
 * @module
 */
export * from "./lib/errors.ts";
export type * from "./lib/events.ts";
export type { Connect, RolloutOptions } from "./lib/rollout/rollout.ts";
export type { Remote } from "./lib/remote/session.ts";
export { defineTask } from "./lib/task.ts";
export type * from "./lib/task.ts";

if (import.meta.main) {
  const { main } = await import("./lib/cli/main.ts");
  const { default: config } = await import("./deno.json", { with: { type: "json" } });
  Deno.exit(await main(Deno.args, config.version, () => import("./tasks/mod.ts")));
}
