/**
 * A run's files under `--reports`: `<run>/events.ndjson` while it goes on, `<run>/hosts/<host>.json` as each host ends, `<run>/report.json`
 * once the run has ended, and `latest`, a link to the run that ended last.
 * @module
 */
import { join, resolve } from "@std/path";
import { Failure, UsageError } from "../../errors.ts";
import type { Listener } from "../../events.ts";
import { toJson } from "../../plain/printable.ts";
import { json } from "../formats/json.ts";
import { EVENTS } from "./event_lines.ts";
import { keepFetched } from "./fetched.ts";
import { makeFolder, PRIVATE, type RecordModes, widen } from "./modes.ts";
import { distrustOfFolder, openToGroup } from "./ownership.ts";
import { writeAll, writePieces } from "./pieces.ts";
import { RunRecord } from "./run_record.ts";
import { LATEST, type Warn } from "./runs.ts";

const HOSTS = "hosts";

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
