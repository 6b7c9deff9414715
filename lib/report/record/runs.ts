/**
 * The runs under `--reports`: which of them are ours, and which is the newest.
 * @module
 */
import { join } from "@std/path";
import { UsageError } from "../../errors.ts";
import { isRunId } from "../../run/id.ts";
import { EVENTS, firstEvent } from "./event_lines.ts";
import { type Distrust, distrustOf, distrustOfFolder, ownUid } from "./ownership.ts";

/** The link to the run that ended last. */
export const LATEST = "latest";

/** Told of what is not used, and why. */
export type Warn = (message: string) => void;

/**
 * Why a run is not used, or null: its folder and its events must be ours, as no link, and nobody else may write them. Nor may anybody else
 * be able to put another in its place.
 */
async function whyNotUsed(
  reportsDir: string,
  run: string,
): Promise<Distrust & { readonly path: string } | null> {
  const own = await ownUid(reportsDir);
  if (own === undefined) {
    const fix = "grant --allow-sys=uid";
    return { path: reportsDir, reason: "has runs whose owner is not known", fix };
  }
  if (own === null) return null;
  const whole = distrustOfFolder(reportsDir, await Deno.stat(reportsDir), own);
  if (whole !== null) return { path: reportsDir, ...whole };
  for (
    const [path, kind] of [[join(reportsDir, run), "folder"], [
      join(reportsDir, run, EVENTS),
      "file",
    ]] as const
  ) {
    const info = await Deno.lstat(path);
    if (info.isSymlink) {
      return { path, reason: `is a link of uid ${info.uid}`, fix: `put the ${kind} itself there` };
    }
    if (kind === "folder" ? !info.isDirectory : !info.isFile) {
      return { path, reason: `is not a ${kind}`, fix: "name another run" };
    }
    const distrust = distrustOf(path, info, own);
    if (distrust !== null) return { path, ...distrust };
  }
  return null;
}

/** The same, where nothing is said about a run that is not there. */
export async function distrustOfRun(reportsDir: string, run: string) {
  try {
    return await whyNotUsed(reportsDir, run);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** The runs under a folder that are ours, newest first, each looked at when it is its turn; `warn` is told of those that are skipped. */
async function* ownRuns(reportsDir: string, warn: Warn): AsyncGenerator<string> {
  for (const name of await listedRuns(reportsDir)) {
    const distrust = await distrustOfRun(reportsDir, name);
    if (distrust === null) yield name;
    else warn(`run ${name} is skipped: ${distrust.path} ${distrust.reason}; ${distrust.fix}`);
  }
}

/** The name of the newest run of ours. Throws a UsageError if there is none. */
export async function newestRun(reportsDir: string, warn: Warn): Promise<string> {
  for await (const newest of ownRuns(reportsDir, warn)) return newest;
  throw UsageError.of("--reports", `there is no run in ${reportsDir} yet`, "the first deploy creates one");
}

/**
 * The name of the newest run of ours that can be resumed: a deploy, or a run of a project's pipeline; `warn` is told of others that are
 * skipped. Throws a UsageError if there is none.
 */
export async function newestResumable(reportsDir: string, warn: Warn = () => {}): Promise<string> {
  for await (const name of ownRuns(reportsDir, warn)) {
    const first = await firstEvent(join(reportsDir, name, EVENTS));
    if (first?.type === "run-started" && isResumable(first)) return name;
  }
  throw UsageError.of(
    "--reports",
    `there is no deploy in ${reportsDir} yet`,
    "name its folder with --reports",
  );
}

/** What the command of a run of a project's pipeline begins with. */
export const PIPELINE_RUN = "run ";

/** Whether `resume` can go on with a run. */
export function isResumable(
  { command, dryRun }: { readonly command: string; readonly dryRun: boolean },
): boolean {
  return !dryRun && (command === "deploy" || command.startsWith(PIPELINE_RUN));
}

/** The runs of ours under a folder, newest first. */
export async function runNames(reportsDir: string): Promise<string[]> {
  return await Array.fromAsync(ownRuns(reportsDir, () => {}));
}

/** Everything under a folder that is called as a run is, newest first. */
async function listedRuns(reportsDir: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(reportsDir)) {
      if ((isDirectory || isSymlink) && isRunId(name)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort().reverse();
}
