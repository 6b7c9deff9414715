/**
 * The variable that has a user's own commands.
 * @module
 */
import { z } from "zod";
import { expecting, text } from "./kinds.ts";
import type { Variables } from "./variable.ts";

/** Where a hook's command is run: on the host, or once a run on this machine. */
export interface Hook {
  /** A line of shell for the device. */
  readonly host?: string | undefined;
  /** A line of shell for this machine. */
  readonly controller?: string | undefined;
}

/** The moments of a deploy at which a user's commands are run. */
export interface Hooks {
  /** Before anything changes. If it fails, nothing does. */
  readonly before_deploy?: Hook | undefined;
  /** After the switch, before the restart. If it fails, the host goes back to its old set. */
  readonly after_commit?: Hook | undefined;
  /** Once the release is confirmed. */
  readonly after_deploy?: Hook | undefined;
  /** Once it has failed, and the old set is back. */
  readonly on_failure?: Hook | undefined;
}

const hook = z.union([
  text.transform((host): Hook => ({ host })),
  z.strictObject({ host: text.optional(), controller: text.optional() }),
]).optional();
const hooks = expecting(
  "a mapping of before_deploy, after_commit, after_deploy and on_failure, each a command for the host, or a mapping of host and controller",
  z.strictObject({ before_deploy: hook, after_commit: hook, after_deploy: hook, on_failure: hook }),
);

/** A user's own commands. */
export const hookVariables = {
  hooks: {
    type: hooks.nullish(),
    meaning:
      "[Your own commands](hooks.md) before a deploy, after the switch, after it, after a failure. They run on the host, or once per run on this machine.",
    unset: "none",
    example: "{ before_deploy: /opt/app/leave-pool, after_deploy: /opt/app/join-pool }",
    derived: true,
  },
} satisfies Variables;
