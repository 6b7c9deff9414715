/**
 * A run's files under `--reports`: `<run>/events.ndjson` while it goes on, `<run>/hosts/<host>.json` as each host ends, `<run>/report.json`
 * once the run has ended, and `latest`, a link to the run that ended last.
 * @module
 */
import { join, resolve } from "@std/path";
import { Failure, UsageError } from "../../errors.ts";
import { type Event, type Listener, SCHEMA } from "../../events.ts";
import { didYouMean } from "../../plain/near_miss.ts";
import { toJson } from "../../plain/printable.ts";
import { isRunId } from "../../run/id.ts";
import { json } from "../formats/json.ts";
import { keepFetched } from "./fetched.ts";
import { makeFolder, PRIVATE, type RecordModes, widen } from "./modes.ts";
import { type Distrust, distrustOf, distrustOfFolder, openToGroup, ownUid } from "./ownership.ts";
import { type Report, ReportFold } from "../fold/report.ts";
import { RunRecord } from "./run_record.ts";
import type { RunStarted } from "../fold/run_state.ts";

const EVENTS = "events.ndjson";
const HOSTS = "hosts";
const LATEST = "latest";

/** A run that is being recorded. */
export interface RunDir {
  /** The run's folder, as the user would write it: `reports/20261124T021945Z-3f9a1c`. */
  readonly path: string;
  /**
   * Appends each event as one whole line before it returns, so that a killed run loses nothing. Never throws: a full disk here must not
   * stop a deploy half-way. After a failed write it records no more (a record with holes would mislead), and `finish()` says so.
   */
  readonly listener: Listener;
  /** Keeps a file of a host among the run's files. Returns where, from the run's folder: `fetched/edge-1/var/log/app.log`. */
  readonly keep: (host: string, path: string, bytes: Uint8Array) => Promise<string>;
  /** The text of `report.json` as far as the run has come, host by host, also if the files could not be kept. */
  readonly report: () => Iterable<string>;
  /**
   * Writes `report.json` and the files of hosts that never ended, and points `latest` here. Call it once, after the last event.
   * Throws a Failure if the record could not be kept.
   */
  finish(): Promise<void>;
}

export type { RecordModes } from "./modes.ts";

/** Told of what is not used, and why. */
export type Warn = (message: string) => void;

/**
 * Makes the folder of a new run. Throws a UsageError if that cannot be, or if somebody else could swap it: what is written next would
 * go wherever he likes.
 */
export async function openRun(
  reportsDir: string,
  run: string,
  warn: Warn = () => {},
  modes: RecordModes = PRIVATE,
): Promise<RunDir> {
  const path = join(reportsDir, run);
  let file: Deno.FsFile;
  try {
    // The folder of all runs, where it is there already, stays as the user made it: each run in it is as private as it should be.
    if (!await isFolder(reportsDir)) await makeFolder(reportsDir, modes);
    await Deno.mkdir(path, { mode: modes.folder });
    await demandOwn(reportsDir, path, warn);
    await widen(path, modes.folder);
    await makeFolder(join(path, HOSTS), modes);
    file = await Deno.open(join(path, EVENTS), { append: true, createNew: true, mode: modes.file });
    await widen(join(path, EVENTS), modes.file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw UsageError.of(
      "--reports",
      `cannot keep the run's files in ${path}: ${messageOf(error)}`,
      "name a folder that you can write to",
    );
  }
  const record = new RunRecord(join(path, HOSTS), modes);
  let broken: unknown = null;

  const listener: Listener = (event) => {
    try {
      if (broken === null) writeAll(file, toJson(event) + "\n");
    } catch (error) {
      broken = error;
    }
    try {
      record.add(event);
    } catch (error) {
      broken ??= error;
    }
  };

  const finish = async () => {
    file.close();
    try {
      if (broken !== null) throw broken;
      record.writeHosts();
      await writePieces(join(path, json.file), record.report(), modes);
      if (record.problem !== null) throw record.problem;
      await pointLatest(reportsDir, run);
    } catch (error) {
      throw new Failure({
        kind: "fault",
        action: `keep the record of the run in ${path}`,
        evidence: messageOf(error),
        next: "the devices are in the state shown above; only the files here are incomplete",
      }, { cause: error });
    }
  };

  const keep: RunDir["keep"] = (host, name, bytes) => keepFetched(path, modes, host, name, bytes);
  return { path, listener, keep, report: () => record.report(), finish };
}

/** What we have just made is ours, which tells who we are. */
async function demandOwn(reportsDir: string, made: string, warn: Warn): Promise<void> {
  const own = Deno.build.os === "windows" ? null : (await Deno.lstat(made)).uid;
  const info = await Deno.stat(reportsDir);
  const distrust = distrustOfFolder(reportsDir, info, own);
  if (distrust !== null) {
    await Deno.remove(made);
    throw UsageError.of("--reports", `${reportsDir} ${distrust.reason}`, distrust.fix);
  }
  if (openToGroup(info)) {
    warn(
      `${reportsDir} can be written by its group, which could replace the files of runs there: chmod g-w ${reportsDir}`,
    );
  }
}

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
async function distrustOfRun(reportsDir: string, run: string) {
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

/**
 * The events of a run. `latest` is the run that began last, also where it was killed and so never ended. A torn last line, as a kill
 * leaves it, is skipped. Throws a UsageError if there is no such run, it cannot be read, or it is not ours.
 */
async function* runEvents(reportsDir: string, run: string, warn: Warn): AsyncGenerator<Event> {
  const name = run === LATEST ? await newestRun(reportsDir, warn) : run;
  if (!/^\w[\w.-]*$/.test(name)) {
    throw UsageError.of(
      "run",
      `${JSON.stringify(name)} is not the name of a run`,
      "for example 20261124T021945Z-3f9a1c",
    );
  }
  const path = join(reportsDir, name, EVENTS);
  const distrust = await distrustOfRun(reportsDir, name);
  if (distrust !== null) {
    throw UsageError.of("run", `${name} is not used: ${distrust.path} ${distrust.reason}`, distrust.fix);
  }
  try {
    yield* eventsOf(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const names = await runNames(reportsDir);
    const [newest] = names;
    throw UsageError.of(
      "run",
      `there is no run ${name} in ${reportsDir}`,
      didYouMean(name, names) ??
        (newest === undefined ? "--reports names the folder of its runs" : `the newest there is ${newest}`),
    );
  }
}

/** The events of a run, all at once. */
export async function readRun(reportsDir: string, run: string, warn: Warn = () => {}): Promise<Event[]> {
  return await Array.fromAsync(runEvents(reportsDir, run, warn));
}

/** What a run came to, also where it was killed: as far as its events say. */
export async function readReport(reportsDir: string, run: string, warn: Warn = () => {}): Promise<Report> {
  const fold = new ReportFold();
  for await (const event of runEvents(reportsDir, run, warn)) fold.add(event);
  return fold.report();
}

/** How a run's hosts ended: its report without their tasks, which in a large fleet are most of it; and the event that began it. */
export async function readOutcomes(
  reportsDir: string,
  run: string,
  warn: Warn = () => {},
): Promise<{ start: RunStarted; report: Report }> {
  const fold = new ReportFold({ tasks: false });
  for await (const event of runEvents(reportsDir, run, warn)) fold.add(event);
  return { start: fold.started(), report: fold.report() };
}

async function newestRun(reportsDir: string, warn: Warn): Promise<string> {
  for await (const newest of ownRuns(reportsDir, warn)) return newest;
  throw UsageError.of("--reports", `there is no run in ${reportsDir} yet`, "the first deploy creates one");
}

/**
 * The name of the newest run of ours that can be resumed: a deploy, or a run of a project's pipeline; `warn` is told of others that are passed
 * over. Throws a UsageError if there is none.
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

/** Null if the run was killed before it had told anything. */
async function firstEvent(path: string): Promise<Event | null> {
  try {
    for await (const { text } of linesOf(path)) return JSON.parse(text);
    return null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function* eventsOf(path: string): AsyncGenerator<Event> {
  let begun = false;
  let at = 0;
  for await (const { text, whole } of linesOf(path)) {
    at++;
    if (text === "") continue;
    let event: Event;
    try {
      event = JSON.parse(text);
    } catch (error) {
      if (!whole) break;
      throw new UsageError([{ where: path, line: at, message: `not an event: ${messageOf(error)}` }]);
    }
    if (!begun) checkStart(event, path);
    begun = true;
    yield event;
  }
  if (!begun) checkStart(undefined, path);
}

function checkStart(first: Event | undefined, path: string): void {
  if (first?.type !== "run-started") {
    throw UsageError.of(
      path,
      "does not start with a run-started event",
      "the run was killed before it started",
    );
  }
  if (first.schema > SCHEMA) {
    throw UsageError.of(
      path,
      `has schema ${first.schema}, this Lockstep reads up to ${SCHEMA}`,
      "update Lockstep",
    );
  }
}

/** The lines of a file, one after the other; the last one is not `whole` if no newline ends it. */
async function* linesOf(path: string): AsyncGenerator<{ text: string; whole: boolean }> {
  const file = await openOwn(path);
  // The parts of a line that is longer than one of them are put together once.
  let parts: string[] = [];
  for await (const part of file.readable.pipeThrough(new TextDecoderStream())) {
    const [first = "", ...others] = part.split("\n");
    parts.push(first);
    for (const other of others) {
      yield { text: parts.join(""), whole: true };
      parts = [other];
    }
  }
  const rest = parts.join("");
  if (rest !== "") yield { text: rest, whole: false };
}

/** Opens a run's events, and looks once more at what was opened: a folder above may have been swapped since its name was looked at. */
async function openOwn(path: string): Promise<Deno.FsFile> {
  const file = await Deno.open(path);
  const own = await ownUid(join(path, "..", ".."));
  const distrust = own === undefined ? null : distrustOf(path, await file.stat(), own);
  if (distrust === null) return file;
  file.close();
  throw UsageError.of("run", `${path} ${distrust.reason}`, distrust.fix);
}

/** Writes a file that is either absent or whole. */
export async function writePieces(
  path: string,
  pieces: Iterable<string>,
  { file: mode }: RecordModes,
): Promise<void> {
  const temporary = `${path}.tmp`;
  await Deno.remove(temporary).catch(() => {});
  const file = await Deno.open(temporary, { write: true, createNew: true, mode });
  try {
    await widen(temporary, mode);
    for (const piece of pieces) writeAll(file, piece);
  } finally {
    file.close();
  }
  await Deno.rename(temporary, path);
}

function writeAll(file: Deno.FsFile, text: string): void {
  const bytes = encoder.encode(text);
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
}

const encoder = new TextEncoder();

/** Makes `latest` name the run: a relative link, a junction on Windows, and if links cannot be made a file that holds the name. */
async function pointLatest(reportsDir: string, run: string): Promise<void> {
  const latest = join(reportsDir, LATEST);
  const temporary = join(reportsDir, `.${LATEST}-${run}`);
  const windows = Deno.build.os === "windows";
  try {
    await (windows
      ? Deno.symlink(resolve(reportsDir, run), temporary, { type: "junction" })
      : Deno.symlink(run, temporary));
  } catch {
    await Deno.writeTextFile(temporary, run + "\n");
  }
  // Windows cannot rename over a junction.
  if (windows) await Deno.remove(latest).catch(() => {});
  await Deno.rename(temporary, latest);
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
