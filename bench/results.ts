/**
 * What a bench run found, and the tables that people read. Pure.
 * @module
 */
import type { FleetSize } from "./fleet_size.ts";
import { fleetSizeText } from "./fleet_size_table.ts";
import type { InFlight } from "./in_flight.ts";
import { inFlightLines } from "./in_flight_table.ts";
import type { Cost } from "./measure/measure.ts";
import { median, ratio } from "./measure/median.ts";
import { targetLines } from "./targets.ts";

/** One run of one contender. */
export interface Sample extends Cost {
  readonly phases?: Readonly<Record<string, number>>;
}

/** One state of the devices of one fleet, with one key exchange. */
export interface Scenario {
  readonly hosts: number;
  readonly setMb: number;
  readonly state: string;
  readonly keyExchange: string;
  readonly contenders: readonly Entry[];
}

export interface Entry {
  readonly name: string;
  /** Hosts at once. */
  readonly forks: number;
  /** None if it failed. */
  readonly samples: readonly Sample[];
  /** Why it is not counted: it did not reach every host, or left something else there. */
  readonly failed?: string;
}

/** A first deploy with one number of forks, to find the best. */
export interface TriedForks {
  readonly contender: string;
  readonly hosts: number;
  readonly setMb: number;
  readonly forks: number;
  readonly wallMs: number;
}

/** The contenders side by side. */
export interface Comparison {
  readonly startedAt: string;
  /** What was measured: `git describe`. */
  readonly commit: string;
  /** Of the machine when it began, over a minute. */
  readonly load: number;
  /** The most runs of each contender that is not slow; one before them is a warm-up. */
  readonly pairs: number;
  /** The most runs of each that is slow. */
  readonly slowRuns: number;
  /** That one contender may run in one scenario: some run fewer times for it. */
  readonly seconds: number;
  /** Name and what it does. */
  readonly contenders: Readonly<Record<string, string>>;
  /** Contenders that could not be measured, and the packages that are not there. */
  readonly missing: Readonly<Record<string, readonly string[]>>;
  readonly scenarios: readonly Scenario[];
  readonly triedForks: readonly TriedForks[];
}

export interface Results {
  readonly schema: 2;
  readonly machine: Machine;
  readonly comparison?: Comparison;
  /** What the program itself takes for every host that it works on at once. */
  readonly inFlight?: InFlight;
  /** What the program itself costs, by the size of the fleet. */
  readonly fleetSize?: FleetSize;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly openssh: string;
  /** What ssh prefers where nothing is configured. */
  readonly defaultKeyExchange: string;
  readonly deno: string;
  /** Debian's packages of what is compared, and their versions. */
  readonly packages: Readonly<Record<string, string>>;
}

/** The mean of every phase over the samples, longest first; empty if the contender tells none. */
export function meanPhases(samples: readonly Sample[]): [phase: string, ms: number][] {
  const sums = new Map<string, number>();
  for (const { phases = {} } of samples) {
    for (const [phase, ms] of Object.entries(phases)) {
      sums.set(phase, (sums.get(phase) ?? 0) + ms / samples.length);
    }
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

/** For one fleet: a row a contender, a column a state and key exchange, in multiples of the floor. */
export function ratioRows(scenarios: readonly Scenario[]): string[][] {
  const names = [...new Set(scenarios.flatMap(({ contenders }) => contenders.map(({ name }) => name)))];
  const heads = scenarios.map(({ state, keyExchange }) => `${state}, ${keyExchange}`);
  return [
    ["× floor", ...heads],
    ...names.map((name) => [name, ...scenarios.map((scenario) => floorRatio(scenario, name))]),
  ];
}

/** Empty where it was not measured. The floor tells its seconds. */
function floorRatio({ contenders }: Scenario, name: string): string {
  const entry = contenders.find((entry) => entry.name === name);
  if (entry === undefined) return "";
  if (entry.failed !== undefined) return "failed";
  const floor = contenders.find(({ name }) => name === "floor");
  if (floor === undefined || floor.samples.length === 0) return "";
  if (entry === floor) return `1 (${seconds(median(floor.samples.map(({ wallMs }) => wallMs)))} s)`;
  return ratio(entry.samples, floor.samples).toFixed(2);
}

const heads = [
  "fleet",
  "state",
  "key exchange",
  "contender",
  "at once",
  "runs",
  "time (min–max)",
  "× floor",
  "CPU in all",
  "own process",
  "its children",
  "devices",
  "memory: own process",
  "all processes",
  "connections",
  "traffic",
];

/** A row a scenario and contender: medians. */
export function rowsOf(scenarios: readonly Scenario[]): string[][] {
  return scenarios.flatMap((scenario) =>
    scenario.contenders.map(({ name, forks, samples, failed }) => {
      const { hosts, setMb, state, keyExchange } = scenario;
      const where = [`${hosts} × ${setMb} MB`, state, keyExchange, name, String(forks)];
      if (failed !== undefined) return [...where, "0", "failed", ...heads.slice(7).map(() => "")];
      const of = (pick: (sample: Sample) => number): number => median(samples.map(pick));
      const walls = samples.map((sample) => sample.wallMs);
      const range = samples.length > 1
        ? ` (${seconds(Math.min(...walls))}–${seconds(Math.max(...walls))})`
        : "";
      return [
        ...where,
        String(samples.length),
        seconds(of((sample) => sample.wallMs)) + range,
        name === "floor" ? "1" : floorRatio(scenario, name),
        seconds(of((sample) => sample.controllerCpuMs + sample.clientsCpuMs + sample.devicesCpuMs)),
        seconds(of((sample) => sample.controllerCpuMs)),
        seconds(of((sample) => sample.clientsCpuMs)),
        seconds(of((sample) => sample.devicesCpuMs)),
        `${(of((sample) => sample.peakRssKib) / 1024).toFixed(0)} MiB`,
        `${(of((sample) => sample.treePeakKib) / 1024).toFixed(0)} MiB`,
        String(of((sample) => sample.connections)),
        `${(of((sample) => sample.trafficBytes) / 1e6).toFixed(2)} MB`,
      ];
    })
  );
}

/** Columns that line up, for the terminal. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd())
    .join("\n") + "\n";
}

/** What was measured, for the terminal. */
export function text({ comparison, inFlight, fleetSize }: Results): string {
  return [
    ...(comparison === undefined ? [] : [
      textTable([heads, ...rowsOf(comparison.scenarios)]),
      ...targetLines(comparison.scenarios),
      ...Object.entries(comparison.missing).map(([name, packages]) =>
        `not measured: ${name} (needs ${packages.join(", ")})`
      ),
    ]),
    ...(inFlight === undefined ? [] : ["", ...inFlightLines(inFlight)]),
    ...(fleetSize === undefined ? [] : ["", fleetSizeText(fleetSize, "text")]),
  ].join("\n");
}

/** The whole for the record. */
export function markdown({ machine, comparison, inFlight, fleetSize }: Results): string {
  return [
    ...(comparison === undefined ? [] : comparisonText(comparison)),
    ...(inFlight === undefined ? [] : [
      `## The program itself, by the hosts in flight`,
      ``,
      ...inFlightLines(inFlight).map((line) => `- ${line}`),
      ``,
    ]),
    ...(fleetSize === undefined ? [] : [
      `## The program itself, by the size of the fleet`,
      ``,
      fleetSizeText(fleetSize, "markdown"),
    ]),
    `## The machine`,
    ``,
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGb.toFixed(0)} GB, Linux ${machine.kernel}, ` +
    `${machine.openssh} (default key exchange ${machine.defaultKeyExchange}), Deno ${machine.deno}` +
    `${Object.entries(machine.packages).map(([name, version]) => `, ${name} ${version}`).join("")}. ` +
    `The controller and the devices share these cores. Repeat it: \`deno task bench\`.`,
    ``,
  ].join("\n");
}

function comparisonText(comparison: Comparison): string[] {
  const { scenarios, contenders, missing, triedForks } = comparison;
  const table = (rows: readonly (readonly string[])[]): string[] =>
    [rows[0]!, rows[0]!.map(() => "---"), ...rows.slice(1)].map((row) => `| ${row.join(" | ")} |`);
  const fleets = Map.groupBy(scenarios, ({ hosts, setMb }) => `${hosts} devices, a set of ${setMb} MB`);
  const reached = targetLines(scenarios);
  const failures = scenarios.flatMap(({ hosts, setMb, state, keyExchange, contenders }) =>
    contenders.filter(({ failed }) => failed !== undefined).map(({ name, failed }) =>
      `- ${hosts} × ${setMb} MB, ${state}, ${keyExchange}: ${name} is not counted: ` +
      failed!.replaceAll(/\s+/g, " ").slice(0, 300)
    )
  );
  return [
    `${comparison.startedAt.slice(0, 10)}, ${comparison.commit}, load of the machine ${
      comparison.load.toFixed(1)
    } ` +
    `before it began. Devices are sshds on loopback, the set has five files. Medians of up to ${comparison.pairs} runs, taken in turns ` +
    `after a warm-up; of up to ${comparison.slowRuns} for manual, mitogen and ansible; fewer where they would take more than ` +
    `${comparison.seconds} s together (the last tables say how many). ` +
    `Every run is a fresh one: ssh's masters of the run before are gone. ` +
    `After every run each device's bytes were checked; who did not reach all of them is not counted.`,
    ``,
    ...Object.entries(contenders).map(([name, what]) => `- ${name}: ${what}`),
    ...Object.entries(missing).map(([name, packages]) =>
      `- ${name}: not measured, it needs ${packages.join(", ")}`
    ),
    ``,
    ...[...fleets].flatMap(([fleet, scenarios]) => [`## ${fleet}`, ``, ...table(ratioRows(scenarios)), ``]),
    ...(reached.length === 0
      ? []
      : [`## What Lockstep is to reach`, ``, ...reached.map((line) => `- ${line}`), ``]),
    `## Each measurement`,
    ``,
    `Seconds. CPU is user and system time; a busy machine stretches the time and hardly the CPU. Memory is the most that was resident: of the controller's process (or its largest child, where ` +
    `that is larger), and with what its children have for themselves alone. Traffic is all that went over loopback, both ` +
    `ways, with headers and handshakes.`,
    ``,
    ...table([heads, ...rowsOf(scenarios)]),
    ``,
    ...failures,
    ...triedForks.map(({ contender, hosts, setMb, forks, wallMs }) =>
      `- ${contender}, tried on ${hosts} × ${setMb} MB: ${forks} forks ${seconds(wallMs)} s`
    ),
    ``,
    `Where a host's time goes, as the program tells it (mean seconds a host):`,
    ``,
    ...scenarios.flatMap(({ hosts, setMb, state, keyExchange, contenders }) =>
      contenders.map(({ name, samples }) => ({ name, phases: meanPhases(samples) }))
        .filter(({ phases }) => phases.length > 0)
        .map(({ name, phases }) =>
          `- ${hosts} × ${setMb} MB, ${state}, ${keyExchange}, ${name}: ` +
          phases.map(([phase, ms]) => `${phase} ${seconds(ms)}`).join(", ")
        )
    ),
    ``,
  ];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
