/**
 * From options to what a run needs: hosts with their settings, local sets, sessions, the view on standard output.
 * @module
 */
import process from "node:process";
import { isAbsolute, relative } from "@std/path";
import { append } from "../../plain/append.ts";
import { Failure, formatFailure, formatProblem, type Problem, UsageError } from "../../errors.ts";
import type { Listener } from "../../events.ts";
import { type Host, selectHosts } from "../../ansible/mod.ts";
import {
  extraVarNames,
  type HostSettings,
  loadInventory,
  misspeltTaskVariables,
  noteSecretsOfHosts,
  noteSecretVariables,
  settingsOfAll,
  unusedVariables,
  type VariableSchemas,
} from "../../settings/mod.ts";
import { type ArtifactSet, type LinkOptions, type OutsideLink, readArtifactSet } from "../../manifest.ts";
import { oneLine } from "../../plain/printable.ts";
import type { Release } from "../../release.ts";
import type { RunDir } from "../../report/run_dir.ts";
import type { View, ViewOptions } from "../../report/views/view.ts";
import { newRun } from "../../run_context.ts";
import type { RunContext } from "../../task.ts";
import { noteSecretName } from "../../secrets.ts";
import type { Configured } from "../options/configured.ts";
import type { HostsOptions, InventoryOptions } from "../options/common.ts";
import { complain, draw, print, printJson, warn as sayWarning } from "../output/streams.ts";

export { print };

/** The inventory and the hosts of it that `--limit` leaves. */
export async function inventoryOf(options: Configured<InventoryOptions>) {
  const { inventory, warn } = await loadedOf(options);
  return { inventory, hosts: selectHosts(inventory, options.limit, warn) };
}

/** The inventory alone, and where to warn. */
export async function loadedOf(options: Configured<InventoryOptions>) {
  const load = loadOptions(options);
  const inventory = await loadInventory(options.inventory, load);
  noteSecretVariables(inventory, options.secret ?? [], process.cwd());
  return { inventory, warn: load.warn };
}

/** The names of the variables that -e sets, those of its files, too. */
export async function extraVarNamesOf(options: Configured<Partial<InventoryOptions>>): Promise<string[]> {
  return await extraVarNames(loadOptions(options));
}

function loadOptions(options: Configured<Partial<InventoryOptions>>) {
  const warn = (warning: Problem): void => sayWarning(formatProblem(warning));
  // Before anything is read: a mistake is shown with what is wrong. A run that an earlier version has recorded knows nothing of them.
  for (const name of options.secret ?? []) noteSecretName(name);
  return {
    extraVars: options.extraVars ?? [],
    vaultPasswordFiles: options.vaultPasswordFile ?? [],
    vaultIds: options.vaultId ?? [],
    skipUnreadable: options.skipUnreadableSources ?? false,
    configuration: options.configuration,
    env: process.env,
    cwd: process.cwd(),
    warn,
  };
}

export async function hostsOf(
  options: Configured<HostsOptions>,
  variables?: VariableSchemas,
): Promise<HostSettings[]> {
  const { hosts } = await inventoryOf(options);
  return settingsFor(hosts, options, variables);
}

export function settingsFor(
  hosts: readonly Host[],
  options: Configured<Pick<HostsOptions, "artifacts">>,
  variables: VariableSchemas = new Map(),
): HostSettings[] {
  noteSecretsOfHosts(hosts, process.cwd());
  const warnings = [...unusedVariables(hosts), ...misspeltTaskVariables(hosts, variables)];
  for (const warning of warnings) sayWarning(formatProblem(warning));
  return settingsOfAll(hosts, {
    cwd: process.cwd(),
    env: process.env,
    configuration: options.configuration,
    variables,
    ...(options.artifacts === undefined ? {} : { artifactsDir: options.artifacts }),
  });
}

/** A set as what is to be live. */
export function releaseOf(set: ArtifactSet): Release {
  return { id: set.id, version: set.version, files: set.files };
}

/** The local set of each folder that the hosts name, each read once. Throws a UsageError with everything that is wrong with any. */
export async function readSets(
  dirs: Iterable<string>,
  options: LinkOptions = {},
): Promise<Map<string, ArtifactSet>> {
  const sets = new Map<string, ArtifactSet>();
  const problems: Problem[] = [];
  for (const dir of new Set(dirs)) {
    try {
      sets.set(dir, await readArtifactSet(shortest(dir), options));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      append(problems, error.problems);
    }
  }
  if (problems.length > 0) throw new UsageError(problems);
  return sets;
}

/** A folder as a person would write it: relative, where it is below the current one. */
function shortest(dir: string): string {
  const path = relative(process.cwd(), dir);
  return path === "" ? "." : path.startsWith("..") || isAbsolute(path) ? dir : path;
}

/** What is to be said of sets: which files stay here, because the manifest does not list them; which come from outside the folder. */
export function setWarnings(sets: Iterable<ArtifactSet>): string[] {
  const all = [...sets];
  return [...unlistedWarnings(all), ...all.flatMap((set) => linkWarnings(set.dir, set.outside ?? []))];
}

/** What the manifest does not list and therefore stays here. */
export function unlistedWarnings(sets: Iterable<ArtifactSet>): string[] {
  return [...sets].filter((set) => set.unlisted.length > 0)
    .map((set) =>
      `not listed in ${set.dir}/metadata.json, so not deployed: ${set.unlisted.map(oneLine).join(", ")}`
    );
}

/** Each link that was followed out of a set's folder. */
export function linkWarnings(dir: string, links: readonly OutsideLink[]): string[] {
  if (links.length === 0) return [];
  const shown = links.map(({ name, target }) => `${oneLine(name)} -> ${oneLine(target)}`).join(", ");
  return [`taken from outside ${dir}, where links lead (--follow-links): ${shown}`];
}

export function runContext(
  command: string,
  options: Pick<HostsOptions, "dryRun" | "check" | "bwlimit"> & {
    readonly force?: boolean | undefined;
    readonly diff?: boolean | undefined;
  },
): RunContext {
  return newRun(command, {
    dryRun: options.dryRun || options.check,
    diff: options.diff ?? false,
    force: options.force ?? false,
    slow: options.bwlimit !== undefined,
  });
}

/** Said aloud, so that nobody takes a rehearsal for the real thing. */
export function simulationWarnings(hosts: readonly HostSettings[]): string[] {
  const simulated = hosts.filter((host) => host.connection === "simulated").length;
  if (simulated === 0) return [];
  const who = simulated === hosts.length ? "all hosts are" : `${simulated} of ${hosts.length} hosts are`;
  return [
    `${who} simulated (ansible_connection): nothing is contacted, nothing is changed on any device there`,
  ];
}

export type Output = "pretty" | "plain" | "json" | "ndjson";

/** The form of standard output: `pretty` only where somebody looks at a terminal. */
export function outputForm(options: { readonly output?: Output | undefined }): Output {
  const asked = options.output ?? "pretty";
  return asked === "pretty" && !Deno.stdout.isTerminal() ? "plain" : asked;
}

/** The view that goes with a form of output. It has to hear of an event after the run's folder has. */
export async function viewOf(
  form: Output,
  runDir: RunDir,
  asked: Omit<ViewOptions, "runDir">,
): Promise<View> {
  const options = { ...asked, runDir: runDir.path };
  switch (form) {
    case "pretty":
      return (await import("../../report/views/pretty.ts")).prettyView(draw, options);
    case "plain":
      return (await import("../../report/views/plain.ts")).plainView(print, options);
    case "json":
      return (await import("../../report/views/json.ts")).jsonView(printJson, runDir.report);
    case "ndjson":
      return (await import("../../report/views/json.ts")).ndjsonView(printJson);
  }
}

/** One listener of several. */
export function together(...listeners: readonly Listener[]): Listener {
  return (event) => listeners.forEach((listener) => listener(event));
}

/** A view whose faults are told once and end nothing: what cannot be shown must not stop what is done. */
export function harmless(view: View, say: (text: string) => void = complain): View {
  let told = false;
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!told) say(formatFailure(Failure.from(error, "show the run").data));
      told = true;
    }
  };
  return Object.assign((event: Parameters<Listener>[0]) => guarded(() => view(event)), {
    close: () => guarded(() => view.close()),
  });
}

/** A runner such as `deno task` or npx passes on the Ctrl-C that the terminal has sent to all: so soon, it is the same one. Milliseconds. */
const SAME_SIGNAL = 500;

/**
 * The user's wish to stop: aborted at the first Ctrl-C (or SIGTERM), so that no host is begun any more. `now` runs at the second, which ends
 * the program at once.
 */
export function stopSignal(now: () => void): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  let first = 0;
  const stop = (): void => {
    if (!controller.signal.aborted) {
      first = performance.now();
      controller.abort();
    } else if (performance.now() - first > SAME_SIGNAL) now();
  };
  // Windows knows no SIGTERM.
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  return {
    signal: controller.signal,
    dispose: () => signals.forEach((signal) => Deno.removeSignalListener(signal, stop)),
  };
}
