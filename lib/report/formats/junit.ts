/**
 * JUnit XML, as CI servers read it: a suite a host, a case a task. A host that went wrong without a task that failed (it was unreachable,
 * taken back, its record ends) has a case more, named after the command, so that no red host looks green.
 * @module
 */
import { type FailureData, formatFailure, printable } from "../../errors.ts";
import type { TaskReport } from "../../events.ts";
import type { HostReport } from "../fold/host_fold.ts";
import type { Report, ReportWarning } from "../fold/report.ts";
import { isBad } from "../words/statuses.ts";
import type { Format } from "./format.ts";
import { taskName } from "../words/tasks.ts";

/** A case as data: what the counts of its suite are counted from. */
interface Case {
  readonly name: string;
  readonly ms: number;
  readonly verdict: "passed" | "skipped" | "failure" | "error";
  /** In one line. */
  readonly message?: string;
  readonly kind?: string;
  readonly text?: string;
  readonly output?: string;
}

export const junit: Format = { name: "junit", file: "junit.xml", render };

/** The document, in pieces of a host each. */
function* render(report: Report): Generator<string> {
  const warnings = Map.groupBy(report.warnings, ({ host }) => host);
  const all = tally(report.hosts.flatMap((host) => casesOf(host, report.command)));
  yield '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<testsuites${
      attributes({
        name: `lockstep ${report.command} ${report.run}`,
        tests: all.tests,
        failures: all.failures,
        errors: all.errors,
        time: seconds(tookOf(report)),
      })
    }>\n`;
  for (const host of report.hosts) yield suite(host, report, warnings.get(host.host) ?? []);
  yield "</testsuites>\n";
}

function suite(host: HostReport, report: Report, warnings: readonly ReportWarning[]): string {
  const cases = casesOf(host, report.command);
  const head = attributes({
    name: host.host,
    ...tally(cases),
    time: seconds(host.durationMs),
    // The schema knows no time zone: UTC.
    timestamp: host.startedAt.replace(/\.\d+|Z$/g, ""),
    hostname: host.host,
  });
  const properties = Object.entries({
    run: report.run,
    status: host.status,
    dryRun: String(report.dryRun),
    wave: String(host.wave),
    release: host.release ?? "",
    previousRelease: host.previousRelease ?? "",
  }).map(([name, value]) => `      <property${attributes({ name, value })}/>\n`);
  const said = warnings.map(({ message }) => `warning: ${message}`).join("\n");
  return `  <testsuite${head}>\n` +
    `    <properties>\n${properties.join("")}    </properties>\n` +
    cases.map((one) => testcase(one, host.host)).join("") +
    (said === "" ? "" : `    <system-err>${xmlText(said)}</system-err>\n`) +
    "  </testsuite>\n";
}

function testcase({ name, ms, verdict, message, kind, text, output }: Case, classname: string): string {
  const inside = [
    verdict === "passed"
      ? ""
      : verdict === "skipped"
      ? `      <skipped${attributes({ message })}/>\n`
      : `      <${verdict}${attributes({ message, type: kind })}>${xmlText(text ?? "")}</${verdict}>\n`,
    output === undefined ? "" : `      <system-out>${xmlText(output)}</system-out>\n`,
  ].join("");
  const head = `    <testcase${attributes({ name, classname, time: seconds(ms) })}`;
  return inside === "" ? `${head}/>\n` : `${head}>\n${inside}    </testcase>\n`;
}

function casesOf(host: HostReport, command: string): Case[] {
  const cases = host.tasks.map(taskCase);
  const told = host.tasks.some(({ status, rollback }) => status === "failed" && !rollback);
  const whole = { name: command, ms: 0 };
  if (isBad(host) ? !told : cases.length === 0) cases.push({ ...whole, ...verdictOfHost(host) });
  const { rollbackError } = host;
  if (rollbackError !== undefined && !host.tasks.some((task) => task.rollback && task.status === "failed")) {
    cases.push({ name: "rollback", ms: 0, ...evidence("error", rollbackError) });
  }
  return cases;
}

function taskCase(report: TaskReport): Case {
  const { status, durationMs, steps, error } = report;
  const about = {
    name: taskName(report),
    ms: durationMs,
    ...(steps.length === 0 ? {} : { output: steps.join("\n") }),
  };
  if (status !== "failed") return { ...about, verdict: status === "skipped" ? "skipped" : "passed" };
  return { ...about, ...evidence("failure", error) };
}

function verdictOfHost({ status, error, run }: HostReport): Omit<Case, "name" | "ms"> {
  switch (status) {
    case "ok":
    case "changed":
      return { verdict: "passed", ...(run === undefined ? {} : { output: `done in run ${run}` }) };
    case "skipped":
      return { verdict: "skipped", message: error?.evidence ?? "not begun" };
    default:
      return evidence(status === "unreachable" ? "error" : "failure", error);
  }
}

function evidence(verdict: "failure" | "error", error: FailureData | undefined): Omit<Case, "name" | "ms"> {
  if (error === undefined) return { verdict, message: "no reason was recorded" };
  const text = formatFailure(error);
  return { verdict, kind: error.kind, message: text.split("\n", 1)[0]!, text };
}

function tally(cases: readonly Case[]) {
  const of = (verdict: Case["verdict"]) => cases.filter((one) => one.verdict === verdict).length;
  return { tests: cases.length, failures: of("failure"), errors: of("error"), skipped: of("skipped") };
}

function tookOf({ startedAt, finishedAt, hosts }: Report): number {
  if (finishedAt !== null) return Date.parse(finishedAt) - Date.parse(startedAt);
  // A run that was killed took at least as long as its slowest host.
  return hosts.reduce((most, { durationMs }) => Math.max(most, durationMs), 0);
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values).map(([name, value]) =>
    value === undefined ? "" : ` ${name}="${xmlText(String(value)).replaceAll("\n", "&#10;")}"`
  ).join("");
}

/** Text from outside as XML 1.0 can carry it: what it forbids (control characters, halves of surrogate pairs) is made visible. */
export function xmlText(text: string): string {
  return printable(text).toWellFormed()
    .replace(/[\ufffe\uffff]/g, (char) => `\\u{${char.charCodeAt(0).toString(16)}}`)
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
