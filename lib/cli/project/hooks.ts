/**
 * Hooks on this machine: the user's commands that are run once a run, as `hooks` in the inventory says.
 * @module
 */
import process from "node:process";
import { resolve } from "@std/path";
import { runShellLine } from "./shell_line.ts";
import type { Host } from "../../ansible/mod.ts";
import { EXIT, UsageError } from "../../errors.ts";
import type { Hooks, HostSettings } from "../../settings/mod.ts";
import { masked } from "../../secrets.ts";
import { complain } from "../output/streams.ts";
import { demandTrust } from "./trust.ts";

/** What a hook is told of the run, as `LOCKSTEP_…` in its environment. */
export interface HookFacts {
  readonly run: string;
  /** Release ids. */
  readonly releases: readonly string[];
  readonly hosts: number;
  /** The folder that the run is recorded in. */
  readonly report: string;
}

/** The commands for this machine, by moment. */
export type ControllerHooks = ReadonlyMap<keyof Hooks, string>;

const MOMENTS: readonly (keyof Hooks)[] = ["before_deploy", "after_commit", "after_deploy", "on_failure"];

/**
 * The commands of these hosts, of which all have the same. Throws a UsageError if they have not, and if somebody else could have written
 * the file that sets them.
 */
export async function controllerHooks(
  hosts: readonly Host[],
  settings: readonly HostSettings[],
): Promise<ControllerHooks> {
  const commands = new Map<keyof Hooks, string>();
  const setBy = new Map<keyof Hooks, HostSettings>();
  for (const host of settings) {
    for (const moment of MOMENTS) {
      const command = host.hooks[moment]?.controller;
      if (command === undefined || command === commands.get(moment)) continue;
      const other = setBy.get(moment);
      if (other !== undefined) {
        throw UsageError.of(
          `hooks.${moment}.controller`,
          `${other.name} and ${host.name} have different ones, expected the same for the whole run`,
          "set it for the group all",
        );
      }
      commands.set(moment, command);
      setBy.set(moment, host);
    }
  }
  const names = new Set([...setBy.values()].map(({ name }) => name));
  for (const host of hosts) {
    if (!names.has(host.name)) continue;
    const origin = host.origins.lockstep_hooks ?? host.origins.hooks;
    // What -e says was typed by the user.
    if (origin === undefined || origin.line === 0) continue;
    await demandTrust(resolve(process.cwd(), origin.file), "its hooks are not run on this machine");
  }
  return commands;
}

/** Runs a hook, if there is one. Returns why it failed; null if it ended well. */
export async function runHook(
  hooks: ControllerHooks,
  moment: keyof Hooks,
  { run, releases, hosts, report }: HookFacts,
  outcome: { readonly exitCode?: number } = {},
): Promise<string | null> {
  const command = hooks.get(moment);
  if (command === undefined) return null;
  const { exitCode } = outcome;
  const { code, output } = await runShellLine(command, {
    LOCKSTEP_RUN: run,
    LOCKSTEP_HOST: "",
    LOCKSTEP_HOSTS: String(hosts),
    LOCKSTEP_RELEASE: releases.join(" "),
    LOCKSTEP_STATUS: exitCode === undefined ? "" : exitCode === EXIT.ok ? "ok" : "failed",
    LOCKSTEP_REPORT: report,
    LOCKSTEP_EXIT_CODE: exitCode === undefined ? "" : String(exitCode),
  });
  if (code === 0) return null;
  const said = output.trim().split("\n").at(-1) ?? "";
  return `${moment} exited with code ${code}: ${masked(command)}${said === "" ? "" : ` (${masked(said)})`}`;
}

/** Runs the hooks of a run that has ended, and says which failed. Returns the exit code: a hook that fails makes a good run a bad one. */
export async function runHooksAfter(
  hooks: ControllerHooks,
  facts: HookFacts,
  switched: boolean,
  exitCode: number,
): Promise<number> {
  const failures = [
    switched ? await runHook(hooks, "after_commit", facts, { exitCode }) : null,
    await runHook(hooks, exitCode === EXIT.ok ? "after_deploy" : "on_failure", facts, { exitCode }),
  ].filter((failure) => failure !== null);
  for (const failure of failures) complain(`the hook ${failure}`);
  return failures.length > 0 && exitCode === EXIT.ok ? EXIT.fault : exitCode;
}
