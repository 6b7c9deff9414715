/**
 * What people read of the runner's own cost. Pure.
 * @module
 */
import type { FleetSize, FleetSizeCase, FleetSizeRun } from "./fleet_size.ts";
import { median } from "./measure/median.ts";

/** What should be kept: milliseconds a host, MiB, and how much more memory the largest fleet may take than the smallest. */
export const LIMITS = { perHostMs: 1, memoryMib: 300, growth: 1.25 } as const;

const heads = ["hosts", "at once", "output", "time", "time a host", "CPU a host", "peak memory"];

/** A row a case: medians. */
export function fleetSizeRows({ cases }: FleetSize): string[][] {
  return cases.map((each) => {
    const of = (pick: (run: FleetSizeRun) => number): number => median(each.runs.map(pick));
    const perHost = (ms: number): string => judged(ms / each.hosts, LIMITS.perHostMs, 2, "ms");
    return [
      each.hosts.toLocaleString("en"),
      String(each.forks),
      each.output,
      `${(of((run) => run.wallMs) / 1000).toFixed(1)} s`,
      perHost(of((run) => run.wallMs)),
      perHost(of((run) => run.cpuMs)),
      judged(memoryOf(each), LIMITS.memoryMib, 0, "MiB"),
    ];
  });
}

/** For each way to deploy: how many times the memory of the smallest fleet the largest takes. */
export function growthLines({ cases }: FleetSize): string[] {
  const sizes = cases.map(({ hosts }) => hosts);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (least === most) return [];
  return cases.filter(({ hosts }) => hosts === most).flatMap((large) => {
    const small = cases.find(({ hosts, forks, output }) =>
      hosts === least && forks === large.forks && output === large.output
    );
    if (small === undefined) return [];
    const growth = judged(memoryOf(large) / memoryOf(small), LIMITS.growth, 2, "×");
    return [
      `memory of ${most.toLocaleString("en")} hosts to ${least.toLocaleString("en")}, ` +
      `${large.forks} at once, ${large.output}: ${growth}`,
    ];
  });
}

/** The whole, for a terminal or, in Markdown, for the record. */
export function fleetSizeText(found: FleetSize, form: "text" | "markdown"): string {
  const rows = [heads, ...fleetSizeRows(found)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = form === "markdown"
    ? [rows[0]!, heads.map(() => "---"), ...rows.slice(1)].map((row) => `| ${row.join(" | ")} |`)
    : rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd());
  const item = form === "markdown" ? "- " : "";
  return [
    `Simulated devices, which answer at once: what is left is the program itself, from its start to the last report. ` +
    `Medians of ${found.cases[0]?.runs.length ?? 0} runs, ${found.startedAt.slice(0, 10)}, ` +
    `load of the machine ${found.load.toFixed(1)}.`,
    "",
    ...table,
    "",
    ...growthLines(found).map((line) => item + line),
    ...found.loading.map(({ hosts, inventoryMs, settingsMs }) =>
      `${item}of it, reading an inventory of ${hosts.toLocaleString("en")} hosts: ` +
      `${inventoryMs.toFixed(0)} ms of CPU, and ${settingsMs.toFixed(0)} ms for their settings`
    ),
    "",
  ].join("\n");
}

function memoryOf({ runs }: FleetSizeCase): number {
  return median(runs.map((run) => run.peakRssKib)) / 1024;
}

/** A number beside its limit: `0.81 ms < 1`, `428 MiB > 300`. */
function judged(value: number, limit: number, digits: number, unit: string): string {
  return `${value.toFixed(digits)} ${unit} ${value < limit ? "<" : "≥"} ${limit}`;
}
