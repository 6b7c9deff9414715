/**
 * How a fleet is rolled out, as options say it and else the inventory's `rollout`: waves, budgets, deadlines, and what happens between
 * waves and after failures.
 * @module
 */
import { Option } from "@commander-js/extra-typings";
import { UsageError } from "../../errors.ts";
import type { Wave } from "../../events.ts";
import { type Inventory, selectHosts } from "../../ansible/mod.ts";
import type { HostSettings, RolloutVariable } from "../../settings/mod.ts";
import { allowance } from "../../rollout/budget.ts";
import type { OnFailure, RolloutOptions } from "../../rollout/rollout.ts";
import { planWaves } from "../../rollout/waves.ts";
import { askUser } from "../output/ask_user.ts";
import { hostsCommand, whole } from "./common.ts";

const ON_FAILURE = ["stop", "rollback-wave", "rollback-all"] as const;

/** A command over hosts that takes them wave by wave. */
export function rolloutCommand(name: string, description: string) {
  return hostsCommand(name, description)
    .option("--project <file>", "your own tasks and pipelines (default: lockstep.ts beside the inventory)")
    .option("--only <tasks>", "only these tasks, separated by commas")
    .option("--skip <tasks>", "all but these tasks, separated by commas")
    .option("--start-at <task>", "this task and those after it")
    .option("--list-tasks", "print the names of the tasks, and do nothing")
    .option("-D, --diff", "show how the content of files changes, or would change")
    .option("--force", "deploy even if this release has failed on the host before")
    .option(
      "--waves <list>",
      "the waves of hosts, in order: counts, percentages, groups, rest: 1,10%,100%",
    )
    .addOption(new Option("--serial <list>", "the same as --waves").hideHelp())
    .option("--max-failures <n|p%>", "how many hosts may fail before no new hosts are started (default: 0)")
    .option("--max-unreachable <n|p%>", "how many hosts may be unreachable, counted separately")
    .addOption(
      new Option("--on-failure <what>", "what happens to hosts that succeeded, once too many failed")
        .choices(ON_FAILURE),
    )
    .option(
      "--all-or-nothing",
      "prepare every host before the first switches; any failure rolls all of them back",
    )
    .option("--pause <seconds>", "seconds to wait between two waves", whole(0))
    .option("--confirm", "ask before every wave but the first")
    .option("--yes", "answer yes to the questions of --confirm")
    .option("--task-timeout <seconds>", "limit for one task on a host", whole(1), 3600)
    .option("--host-timeout <seconds>", "limit for all work on a host", whole(1), 7200);
}

/** What `rolloutCommand()` parses to. */
export type FleetOptions = ReturnType<ReturnType<typeof rolloutCommand>["opts"]>;

/** The parts of a rollout that options and inventory decide, unless its waves are `planned`. Throws a UsageError for what cannot be. */
export function rolloutOf(
  options: FleetOptions,
  hosts: readonly HostSettings[],
  inventory: Inventory,
  planned?: readonly Wave[],
): Partial<RolloutOptions> & { readonly waves: readonly Wave[]; readonly onFailure: OnFailure } {
  const said = saidByInventory(hosts);
  const fleet = hosts.length;
  const all = hosts.map((host) => host.name);
  const allOrNothing = options.allOrNothing ?? said.all_or_nothing ?? false;
  const onFailure = options.onFailure ?? said.on_failure;
  const failures = options.maxFailures ?? said.max_failures;
  const unreachable = options.maxUnreachable ?? said.max_unreachable;
  if (allOrNothing) refuseContradictions({ failures, unreachable, onFailure });
  if (options.waves !== undefined && options.serial !== undefined) {
    throw UsageError.of("--serial", "is the same as --waves: give one of them");
  }
  const list = (options.waves ?? options.serial)?.split(",").map((word) => word.trim()).filter((word) =>
    word
  );
  const where = list === undefined ? "rollout" : options.waves === undefined ? "--serial" : "--waves";
  const words = list ?? said.waves;
  const pause = options.pause ?? said.pause ?? 0;
  const plan = (): readonly Wave[] =>
    words === undefined
      ? [{ name: "all", hosts: all }]
      : planWaves(words, all, { where, matching: (pattern) => namesOf(inventory, pattern, where) });
  return {
    waves: planned ?? plan(),
    budget: {
      failures: allowance(failures ?? "0", fleet, "--max-failures"),
      unreachable: unreachable === undefined ? null : allowance(unreachable, fleet, "--max-unreachable"),
    },
    deadlines: { task: options.taskTimeout, host: options.hostTimeout },
    onFailure: onFailure ?? "stop",
    allOrNothing,
    pause,
    ...confirmation(options),
  };
}

/** The one `rollout` of the fleet. */
function saidByInventory(hosts: readonly HostSettings[]): RolloutVariable {
  const saying = hosts.filter((host) => host.rollout !== null);
  const [first] = saying;
  if (first === undefined) return {};
  const other = saying.find((host) => JSON.stringify(host.rollout) !== JSON.stringify(first.rollout));
  if (other === undefined) return first.rollout ?? {};
  throw UsageError.of(
    "rollout",
    `${first.name} and ${other.name} have different ones, expected the same for the whole fleet`,
    "set it for the group all, or give --waves and related options",
  );
}

function refuseContradictions(
  { failures, unreachable, onFailure }: {
    failures: string | undefined;
    unreachable: string | undefined;
    onFailure: OnFailure | undefined;
  },
): void {
  const fixed = "with --all-or-nothing any failure rolls every host back";
  if (failures !== undefined && Number(failures) !== 0) throw UsageError.of("--max-failures", fixed);
  if (unreachable !== undefined && Number(unreachable) !== 0) throw UsageError.of("--max-unreachable", fixed);
  if (onFailure !== undefined && onFailure !== "rollback-all") throw UsageError.of("--on-failure", fixed);
}

/** The hosts of a wave's pattern. A misspelt group must not shift the waves, so a word that names nothing is wrong. */
function namesOf(inventory: Inventory, pattern: string, where: string): string[] {
  const refuse = (problem: { readonly message: string }): never => {
    throw new UsageError([{ where, ...problem }]);
  };
  return selectHosts(inventory, pattern, refuse, where).map((host) => host.name);
}

function confirmation(options: FleetOptions): Pick<RolloutOptions, "confirm"> {
  const dry = options.dryRun || options.check;
  if (!options.confirm || options.yes || dry) return {};
  if (!Deno.stdin.isTerminal()) {
    throw UsageError.of("--confirm", "there is no terminal for the question", "add --yes, or use --pause");
  }
  return {
    confirm: (wave, waves) => {
      const { name, hosts } = waves[wave - 1]!;
      const many = hosts.length === 1 ? "1 host" : `${hosts.length} hosts`;
      return askUser(`Continue with wave ${wave} of ${waves.length}, ${name} (${many})?`);
    },
  };
}
