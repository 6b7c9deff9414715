/**
 * `resume`: takes up a deploy that was interrupted or partly failed.
 * @module
 */
import { Command, Option } from "@commander-js/extra-typings";
import { resolve } from "@std/path";
import { EXIT, UsageError } from "../../errors.ts";
import type { HostOutcome, HostStatus } from "../../events.ts";
import { oneLine } from "../../plain/printable.ts";
import type { Report, RunStarted } from "../../report/report.ts";
import { isResumable, newestResumable, readOutcomes } from "../../report/run_dir.ts";
import { nameList, thousands } from "../../report/views/text.ts";
import { collect, OUTPUTS, reportsModeOption } from "../options/common.ts";
import { type Configured, configured } from "../options/configured.ts";
import { extraVarNamesOf } from "../fleet/hosts.ts";
import type { LoadPipelines } from "../project/pipelines.ts";
import { checkSets, goTo, readRecord, type Recorded, restored } from "../options/recorded.ts";
import type { FleetOptions } from "../options/rollout.ts";
import { runPipeline } from "../run.ts";
import { complain, print, warn } from "../output/streams.ts";
import { pipelineNamed, projectPipelines } from "../project/project.ts";
import { chosen, deployment, fleetOf } from "./deploy.ts";
import { namedRun, pipelineOf } from "./run.ts";

export function resumeCommand(load: LoadPipelines, done: (exitCode: number) => void) {
  return new Command("resume")
    .description(
      "go on with a deploy (or a run of a pipeline) that was interrupted or partly failed: hosts that are done are not touched again",
    )
    .argument("[run]", "the run, as its folder under --reports is called (default: the newest of these)")
    .option(
      "--retry-failed",
      "only hosts that failed, were rolled back or unreachable; none that was not begun",
    )
    .option("--force", "also where this release has failed before")
    .option("--yes", "answer yes to what --confirm asks")
    .option(
      "-e, --extra-vars <vars>",
      "secret variables that the run was given with -e, again: they are not recorded",
      collect,
      [],
    )
    .option("--reports <dir>", "where runs are kept", "reports")
    .addOption(reportsModeOption())
    .addOption(
      new Option(
        "-o, --output <form>",
        "what standard output carries (default: pretty on a terminal, else plain)",
      )
        .choices(OUTPUTS),
    )
    .addOption(
      new Option("-v, --verbose", "more detail; repeatable").default(0)
        .argParser((_: string, before: number) => before + 1),
    )
    .action(async (name, options) => {
      const run = name ?? await newestResumable(options.reports, warn);
      const { start: first, report } = await readOutcomes(options.reports, run, warn);
      const pipeline = pipelineOf(first.command);
      if (!isResumable(first)) {
        throw UsageError.of(
          "resume",
          `${run} is no deploy, and no run of a pipeline`,
          "run its command again: it converges",
        );
      }
      const recorded = readRecord(first.options, report.run);
      const finished = hostsDone(report, options.retryFailed === true);
      if (finished.length === report.hosts.length) {
        print(`nothing is left to do: ${wordsFor(options.retryFailed === true)} in run ${report.run}\n`);
        return done(EXIT.ok);
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
      const { hosts, fleet } = await fleetOf(given, tasks, project, first);
      refuseMissing(first.hosts, new Set(hosts.map((host) => host.name)), report.run);
      const runOf = pipeline === undefined ? deployment : namedRun;
      const what = await runOf(first.command, given, hosts, project, tasks);
      checkSets(recorded, what.sets ?? [], report.run);
      done(
        await runPipeline(given, { ...what, ...fleet, done: finished, resumes: report.run }),
      );
    });
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
    `resume of run ${oneLine(run)}, a ${oneLine(command)} begun ${oneLine(at)} in ${oneLine(cwd)}`,
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
