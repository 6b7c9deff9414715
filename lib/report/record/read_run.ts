/**
 * Reads a run back: its events, and what they come to.
 * @module
 */
import { join } from "@std/path";
import { UsageError } from "../../errors.ts";
import type { Event } from "../../events.ts";
import { didYouMean } from "../../plain/near_miss.ts";
import { type Report, ReportFold } from "../fold/report.ts";
import type { RunStarted } from "../fold/run_state.ts";
import { EVENTS, eventsOf } from "./event_lines.ts";
import { distrustOfRun, LATEST, newestRun, runNames, type Warn } from "./runs.ts";

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
