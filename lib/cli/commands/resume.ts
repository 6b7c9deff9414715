/**
 * `resume`: takes up a deploy that was interrupted or partly failed.
 * @module
 */
import { Command, Option } from "@commander-js/extra-typings";
import { resolve } from "@std/path";
import { EXIT, UsageError } from "../../errors.ts";
import type { HostOutcome, HostStatus } from "../../events.ts";
import { oneLine } from "../../plain/printable.ts";
import type { Report } from "../../report/fold/report.ts";
import { readOutcomes } from "../../report/record/read_run.ts";
import { isResumable, newestResumable } from "../../report/record/runs.ts";
import { collect, OUTPUTS, reportsModeOption } from "../options/common.ts";
import { type Configured, configured } from "../options/configured.ts";
import { extraVarNamesOf } from "../fleet/hosts.ts";
import type { LoadPipelines } from "../project/pipelines.ts";
import { checkRendered, checkSets, goTo, readRecord, type Recorded, restored } from "../options/recorded.ts";
import type { FleetOptions } from "../options/rollout.ts";
import { runPipeline } from "../run.ts";
import { complain, print, warn } from "../output/streams.ts";
import { pipelineNamed, projectPipelines } from "../project/project.ts";
import { chosen, deployment, fleetOf } from "./deploy.ts";
import { namedRun, pipelineOf, putsLive } from "./run.ts";
import type { RunStarted } from "../../report/fold/run_state.ts";
import { nameList, thousands } from "../../report/words/text.ts";
import { exits } from "../exits.ts";

export function resumeCommand(load: LoadPipelines) {
  return new Command("resume")
    .description(
      "continue a deploy (or a pipeline run) that was interrupted or partly failed: hosts that are done are not touched again",
    )
    .argument(
      "[run]",
      "the run, by the name of its folder under --reports (default: the newest deploy or pipeline run)",
    )
    .option(
      "--retry-failed",
      "only hosts that failed, were rolled back or unreachable; none that were not started",
    )
    .option("--force", "deploy even if this release has failed on the host before")
    .option("--yes", "answer yes to the questions of --confirm")
    .option(
      "-e, --extra-vars <vars>",
      "the secret variables that were given to the run with -e; they are not recorded",
      collect,
      [],
    )
    .option("--reports <dir>", "folder for the records of runs", "reports")
    .addOption(reportsModeOption())
    .addOption(
      new Option(
        "-o, --output <form>",
        "what goes to standard output (default: pretty on a terminal, else plain)",
      )
        .choices(OUTPUTS),
    )
    .addOption(
      new Option("-v, --verbose", "more detail; repeatable").default(0)
        .argParser((_: string, before: number) => before + 1),
    )
    .action(exits(async (name, options) => {
      const run = name ?? await newestResumable(options.reports, warn);
      const { start: first, report } = await readOutcomes(options.reports, run, warn);
      const pipeline = pipelineOf(first.command);
      if (!isResumable(first)) {
        throw UsageError.of(
          "resume",
          `${run} is neither a deploy nor a pipeline run`,
          "run its command again: it converges",
        );
      }
      const recorded = readRecord(first.options, report.run);
      const finished = hostsDone(report, options.retryFailed === true);
      if (finished.length === report.hosts.length) {
        print(`nothing left to do: ${wordsFor(options.retryFailed === true)} in run ${report.run}\n`);
        return EXIT.ok;
      }
      const again = options.extraVars.map(absoluteFile);
      const reports = goTo(recorded, options.reports);
      const base = await configured(recorded.given);
      // A vault's password may be what a program prints: nothing is run for variables that are not there.
      const names = again.length === 0 ? [] : await extraVarNamesOf({ ...base, extraVars: again });
      const { force = recorded.given.force, yes = recorded.given.yes, output, verbose, reportsMode } =
        options;
      const given = {
        ...base,
        ...restored(recorded, again, names, report.run),
        force,
        yes,
        output,
        verbose,
        reports,
        reportsMode,
      } as Configured<FleetOptions>;
      complain(announcement(first, recorded, report, finished));
      const project = await projectPipelines(given, load);
      const whole = pipeline === undefined ? project.pipelines.deploy : pipelineNamed(pipeline, project);
      const tasks = chosen(whole, given);
      const deploys = pipeline === undefined || putsLive(tasks);
      const { deployed, fleet } = await fleetOf(given, tasks, project, { planned: first, deploys });
      refuseMissing(first.hosts, new Set(deployed.hosts.map((host) => host.name)), report.run);
      const runOf = pipeline === undefined ? deployment : namedRun;
      const what = runOf(first.command, given, deployed, project, tasks);
      checkSets(recorded, [...deployed.sets.values()], report.run);
      checkRendered(first.artifacts, deployed.artifacts, finished, report.run);
      return await runPipeline(given, { ...what, ...fleet, done: finished, resumes: report.run });
    }));
}

/** `@FILE` as it is meant here: the run goes on in another folder. */
function absoluteFile(option: string): string {
  return option.startsWith("@") ? `@${resolve(option.slice(1))}` : option;
}

/** What is run now, and from where: an inventory is code, so nothing of it is read before this is said. */
function announcement(
  { run, at, command }: RunStarted,
  { cwd, given, sets }: Recorded,
  { hosts }: Report,
  finished: readonly HostOutcome[],
): string {
  const done = new Set(finished.map(({ host }) => host));
  const left = hosts.map(({ host }) => host).filter((host) => !done.has(host));
  return [
    `resume of run ${oneLine(run)}, a ${oneLine(command)} started ${oneLine(at)} in ${oneLine(cwd)}`,
    `  inventory: ${nameList(given.inventory ?? []) || "none: DEPLOY_HOST"}`,
    ...Object.entries(sets).map(([dir, id]) => `  set: ${oneLine(dir)} (release ${oneLine(id)})`),
    `  hosts: ${thousands(left.length)} of ${thousands(hosts.length)}: ${nameList(left, 8)}`,
  ].join("\n");
}

/** How hosts have ended that are not touched again. */
function hostsDone(report: Report, retryFailed: boolean): HostOutcome[] {
  const settled: readonly HostStatus[] = retryFailed ? ["ok", "changed", "skipped"] : ["ok", "changed"];
  return report.hosts.filter(({ status }) => settled.includes(status))
    .map(({ tasks: _, ...outcome }) => ({ ...outcome, run: outcome.run ?? report.run }));
}

function wordsFor(retryFailed: boolean): string {
  return retryFailed ? "no host has failed" : "every host is done";
}

function refuseMissing(wanted: readonly string[], found: ReadonlySet<string>, run: string): void {
  const missing = wanted.filter((host) => !found.has(host));
  if (missing.length === 0) return;
  throw UsageError.of(
    "--inventory",
    `${missing.length} hosts of run ${run} are no longer in it: ${missing.slice(0, 5).join(", ")}`,
    "deploy again instead: it converges",
  );
}
