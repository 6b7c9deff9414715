/**
 * Markdown for a comment on a change or an issue: short whatever the fleet (such comments end at 65,536 characters), what went wrong first.
 * Text from outside stands in code, where nothing of it is Markdown, HTML or somebody's name to be notified.
 * @module
 */
import { formatFailure } from "../../errors.ts";
import type { HostReport } from "../fold/host_fold.ts";
import type { Report } from "../fold/report.ts";
import {
  factsOf,
  failureGroups,
  failuresOf,
  groupTitle,
  isWell,
  noticesOf,
  planGroups,
  planText,
  STATUSES,
  titleOf,
  verdictOf,
  warningGroups,
  wordOf,
} from "./digest.ts";
import type { Shared } from "../words/groups.ts";
import { count, duration, firstLine, thousands } from "../words/text.ts";
import { oneLine } from "../../plain/printable.ts";
import type { Format } from "./format.ts";

/** Different failures, and warnings, that are shown whole. */
const GROUPS = 10;
/** Hosts that one of them names. */
const NAMED = 20;
/** Rows of the table of hosts. */
const ROWS = 50;
/** Lines of one failure, and characters of one of them. */
const LINES = 20;
const COLUMNS = 200;

export const markdown: Format = { name: "markdown", file: "report.md", render };

function* render(report: Report): Generator<string> {
  const { hosts, summary, dryRun } = report;
  yield `### ${isWell(report) ? "✅" : "❌"} ${code(titleOf(report))}: ${verdictOf(report)}\n\n`;
  yield `${
    STATUSES.filter((status) => summary[status] > 0)
      .map((status) => `**${thousands(summary[status])} ${wordOf(status, dryRun)}**`).join(" · ")
  }\n\n`;
  yield `${factsOf(report).map(([name, value]) => `${name} ${code(value)}`).join(" · ")}\n`;
  for (const notice of noticesOf(report)) yield `\n> ${text(notice)}\n`;

  const groups = failureGroups(hosts);
  for (const group of groups.slice(0, GROUPS)) yield* failure(group);
  yield left(groups.slice(GROUPS), "failure");

  const plans = planGroups(report);
  for (const { first, hosts } of plans.slice(0, GROUPS)) {
    yield `\n#### Would change (${count(hosts.length, "host")})\n\n${nameHosts(hosts)}\n\n${
      fenced(planText(first))
    }`;
  }
  yield left(plans.slice(GROUPS), "plan");

  const warnings = warningGroups(report.warnings);
  if (warnings.length > 0) yield "\n#### Warnings\n\n";
  for (const { first, hosts } of warnings.slice(0, GROUPS)) {
    yield `- ${code(first)}${hosts.length === 0 ? "" : `: ${nameHosts(hosts)}`}\n`;
  }
  yield left(warnings.slice(GROUPS), "warning");

  yield "\n#### Hosts\n\n| host | status | release | took | |\n| --- | --- | --- | --- | --- |\n";
  const sorted = STATUSES.flatMap((status) => hosts.filter((host) => host.status === status));
  for (const host of sorted.slice(0, ROWS)) yield row(host, dryRun);
  const rest = Map.groupBy(sorted.slice(ROWS), ({ status }) => status);
  if (rest.size > 0) {
    const counts = [...rest].map(([status, { length }]) => `${thousands(length)} ${wordOf(status, dryRun)}`);
    yield `\nLeft out here: ${count(sorted.length - ROWS, "more host")} (${counts.join(", ")}). ` +
      "`report --format html` shows all of them.\n";
  }
}

function* failure({ first, hosts }: Shared<HostReport>): Generator<string> {
  const { host } = first;
  yield `\n#### ${text(groupTitle(first)).replaceAll("&#58;", ":")} (${count(hosts.length, "host")})\n\n`;
  yield `${nameHosts(hosts)}\n\n`;
  const failures = failuresOf(first);
  if (failures.length === 0) return yield "No reason was recorded.\n";
  yield fenced(failures.map((failure) => formatFailure({ ...failure, host })).join("\n\n"));
}

function row({ host, status, release, durationMs, error }: HostReport, dryRun: boolean): string {
  const why = error === undefined ? "" : code(`${error.kind}: ${firstLine(error.evidence)}`.slice(0, 100));
  const cells = [code(host), wordOf(status, dryRun), code(release?.slice(0, 8) ?? ""), duration(durationMs)];
  return `| ${[...cells, why].join(" | ")} |\n`;
}

/** Names, as many as one can read. */
function nameHosts(hosts: readonly string[]): string {
  const more = hosts.length - NAMED;
  return hosts.slice(0, NAMED).map(code).join(", ") + (more > 0 ? ` and ${thousands(more)} more` : "");
}

function left(groups: readonly unknown[], noun: string): string {
  return groups.length === 0 ? "" : `\nLeft out here: ${count(groups.length, `other ${noun}`)}.\n`;
}

/** Text from outside in one line: a code span, and if it has what ends one, or a table's cell, plain text of which nothing is Markdown. */
export function code(outside: string): string {
  const line = oneLine(outside).slice(0, COLUMNS).toWellFormed();
  if (line.trim() === "") return "";
  return /[`|\\]/.test(line) ? text(line) : `\`${line}\``;
}

/** Text in which no character means anything: entities are never Markdown. */
export function text(outside: string): string {
  return oneLine(outside).toWellFormed()
    .replace(/[^\p{L}\p{N} .,-]|(?<=www)\./giu, (char) => `&#${char.codePointAt(0)};`);
}

/** A block of code that nothing in it can end. */
export function fenced(outside: string): string {
  const lines = outside.split("\n");
  const shown = lines.slice(0, LINES).map((line) => line.slice(0, COLUMNS));
  if (lines.length > LINES) shown.push(`(${lines.length - LINES} more lines)`);
  // A cut may leave half of a character.
  const inside = shown.join("\n").toWellFormed();
  const ticks = inside.matchAll(/`+/g).reduce((most, [run]) => Math.max(most, run.length), 2);
  const fence = "`".repeat(ticks + 1);
  return `${fence}text\n${inside}\n${fence}\n`;
}
