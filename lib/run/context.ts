/**
 * A new run: its name, when it begins, and who runs it.
 * @module
 */
import { hostname } from "node:os";
import process from "node:process";
import type { RunContext } from "../task.ts";
import { currentUser } from "../user.ts";
import { newRunId } from "./id.ts";

/** What of a run may be left out: it is false then. */
export type RunChoices = Partial<Pick<RunContext, "dryRun" | "diff" | "force" | "slow">>;

/** A run of `command` that begins now. */
export function newRun(
  command: string,
  { dryRun = false, diff = false, force = false, slow = false }: RunChoices = {},
): RunContext {
  const startedAt = new Date();
  const user = currentUser()?.username ?? process.env.USER ?? process.env.USERNAME ?? "unknown";
  return {
    id: newRunId(startedAt),
    startedAt,
    dryRun,
    diff,
    force,
    slow,
    who: `${user}@${hostname()}`,
    command,
  };
}
