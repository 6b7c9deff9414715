/**
 * One page that needs nothing else: no script, no font, no picture, and a policy in its head that lets in none. What went wrong comes
 * first; hosts are folded, and laid out only when they are looked at, so that thousands stay usable.
 * @module
 */
import { formatFailure, printable } from "../../errors.ts";
import type { Json, TaskReport } from "../../events.ts";
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
import { STYLE } from "./html_style.ts";
import { FEW, type Shared } from "../words/groups.ts";
import { count, duration, size, thousands } from "../words/text.ts";
import { oneLine } from "../../plain/printable.ts";
import type { Format } from "./format.ts";
import { taskName } from "../words/tasks.ts";

/** Hosts of a failure that are named at once; the others are folded. */
const NAMED = 40;

export const html: Format = { name: "html", file: "report.html", render };

/** The page, in pieces of a host each. */
function* render(report: Report): Generator<string> {
  const { hosts, summary, dryRun, waves, releases } = report;
  const title = titleOf(report);
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${esc(`${verdictOf(report)}: ${title}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${esc(title)}</h1>
<p class="verdict ${isWell(report) ? "ok" : "failed"}">${esc(verdictOf(report))}</p>
<ul class="counts">${
    STATUSES.filter((status) => summary[status] > 0).map((status) =>
      `<li class="${status}"><a href="#${status}"><b>${thousands(summary[status])}</b> ${
        wordOf(status, dryRun)
      }</a></li>`
    ).join("")
  }</ul>
<dl>${
    factsOf(report).map(([name, value]) => `<div><dt>${name}</dt><dd>${esc(value)}</dd></div>`).join("")
  }</dl>
${noticesOf(report).map((notice) => `<p class="notice">${esc(notice)}</p>\n`).join("")}</header>
<main>
`;
  const ids = new Map(hosts.map(({ host }, at) => [host, `h${at + 1}`]));
  const groups = failureGroups(hosts);
  if (groups.length > 0) yield "<h2>What went wrong</h2>\n";
  for (const group of groups) yield failure(group, ids);

  const plans = planGroups(report);
  if (plans.length > 0) yield "<h2>What would change</h2>\n";
  for (const { first, hosts } of plans) {
    yield `<section class="group changed">\n<h3>${count(hosts.length, "host")}</h3>\n` +
      `<pre>${esc(planText(first))}</pre>\n<p class="names">${nameHosts(hosts, ids)}</p>\n</section>\n`;
  }

  const warnings = warningGroups(report.warnings);
  if (warnings.length > 0) yield "<h2>Warnings</h2>\n<ul>\n";
  for (const { first, hosts } of warnings) yield `<li>${esc(first)}${nameHosts(hosts, ids)}</li>\n`;
  if (warnings.length > 0) yield "</ul>\n";

  if (waves.length > 1) {
    yield table(
      "Waves",
      ["wave", "name", "hosts", "began"],
      waves.map(({ wave, name, hosts, startedAt }) => [
        String(wave),
        name,
        thousands(hosts),
        startedAt ?? "not begun",
      ]),
    );
  }
  yield table(
    "What is live",
    ["release", "version", "hosts"],
    releases.map(({ release, version, hosts }) => [
      release ?? "none, or not known",
      version ?? "–",
      thousands(hosts),
    ]),
  );

  yield "<h2>Hosts</h2>\n";
  for (const status of STATUSES) {
    const ended = hosts.filter((host) => host.status === status);
    if (ended.length === 0) continue;
    const open = ended.length <= FEW ? " open" : "";
    yield `<details class="status"${open}><summary><span class="pill ${status}">${
      wordOf(status, dryRun)
    }</span> ${count(ended.length, "host")}</summary>\n<div id="${status}">\n`;
    for (const host of ended) yield hostRow(host, ids.get(host.host)!, report);
    yield "</div>\n</details>\n";
  }
  yield "</main>\n</body>\n</html>\n";
}

function failure({ first, hosts }: Shared<HostReport>, ids: ReadonlyMap<string, string>): string {
  const { host, status, rollbackError } = first;
  const said = failuresOf(first)
    .map((failure) => `<pre>${esc(formatFailure({ ...failure, host }))}</pre>\n`).join("");
  return `<section class="group ${rollbackError === undefined ? status : "failed"}">
<h3>${esc(groupTitle(first))} <small>${count(hosts.length, "host")}</small></h3>
${said}<p class="names">${nameHosts(hosts, ids)}</p>
</section>
`;
}

/** Links to the hosts; past some, folded. */
function nameHosts(hosts: readonly string[], ids: ReadonlyMap<string, string>): string {
  const links = hosts.map((host) => {
    const id = ids.get(host);
    return id === undefined
      ? ` <span>${esc(oneLine(host))}</span>`
      : ` <a href="#${id}">${esc(oneLine(host))}</a>`;
  });
  const rest = links.slice(NAMED);
  return links.slice(0, NAMED).join("") +
    (rest.length === 0
      ? ""
      : `<details class="more"><summary>and ${thousands(rest.length)} more</summary>${
        rest.join("")
      }</details>`);
}

/** A link into a folded element unfolds it, so what is linked to is inside. */
function hostRow(host: HostReport, id: string, { dryRun, artifacts }: Report): string {
  const { release, previousRelease, bytesSent, durationMs, startedAt, run, wave } = host;
  const sent = artifacts === null ? "" : size(bytesSent);
  const about = [
    ...(wave > 0 ? [`wave ${wave}`] : []),
    `began ${startedAt}`,
    `live now ${release ?? "none, or not known"}`,
    `before ${previousRelease ?? "none, or not known"}`,
    ...(run === undefined ? [] : [`done in run ${run}`]),
  ];
  return `<details class="host"><summary><span class="name">${esc(oneLine(host.host))}</span>` +
    `<span class="release">${esc(release?.slice(0, 8) ?? "–")}</span><span class="sent">${sent}</span>` +
    `<span class="took">${duration(durationMs)}</span></summary>\n` +
    `<p class="about" id="${id}">${esc(about.join(" · "))}</p>\n` +
    failuresOf(host).map((failure) => `<pre>${esc(formatFailure(failure))}</pre>\n`).join("") +
    host.tasks.map((task) => taskBlock(task, dryRun)).join("") +
    "</details>\n";
}

function taskBlock(report: TaskReport, dryRun: boolean): string {
  const { status, durationMs, steps, detail, error } = report;
  const name = esc(oneLine(taskName(report)));
  const head = `<b>${name}</b> <span class="pill ${esc(status)}">${esc(wordOf(status, dryRun))}</span> ` +
    `<small>${duration(durationMs)}</small>`;
  const list = steps.length === 0
    ? ""
    : `<ol>${steps.map((step) => `<li>${esc(printable(step))}</li>`).join("")}</ol>`;
  const found = Object.entries(detail ?? {}).map(([key, value]) =>
    `<dt>${esc(oneLine(key))}</dt><dd>${detailText(value)}</dd>`
  ).join("");
  const why = error === undefined ? "" : `<p>${esc(error.kind)}: ${esc(printable(error.evidence))}</p>`;
  return `<div class="task">${head}${why}${list}${
    found === "" ? "" : `<details><summary>what it found</summary><dl>${found}</dl></details>`
  }</div>\n`;
}

function detailText(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return text.includes("\n") ? `<pre>${esc(printable(text))}</pre>` : esc(printable(text));
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const cells = (row: readonly string[], cell: "th" | "td") =>
    `<tr>${row.map((text) => `<${cell}>${esc(oneLine(text))}</${cell}>`).join("")}</tr>\n`;
  return `<h2>${title}</h2>\n<div class="wide"><table>\n<thead>${cells(head, "th")}</thead>\n<tbody>\n${
    rows.map((row) => cells(row, "td")).join("")
  }</tbody>\n</table></div>\n`;
}

/** Text from outside, between tags or in a quoted attribute. */
export function esc(text: string): string {
  return printable(text).toWellFormed().replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`);
}
