/**
 * What a bench run found, and the table that people read. Pure.
 * @module
 */
import type { FleetSize } from "./fleet_size.ts";
import { fleetSizeText } from "./fleet_size_table.ts";
import type { Cost } from "./measure.ts";
import { median } from "./median.ts";

/** One run of one contender. */
export interface Sample extends Cost {
  readonly bytesSent: number;
  readonly phases?: Readonly<Record<string, number>>;
}

/** One state of the devices with one key exchange; the first contender is what the others are compared with. */
export interface Scenario {
  readonly state: string;
  readonly keyExchange: string;
  /** The ratio that is to be reached. */
  readonly target?: number;
  readonly contenders: readonly { readonly name: string; readonly samples: readonly Sample[] }[];
}

export interface Results {
  readonly schema: 1;
  readonly startedAt: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly kernel: string;
    readonly openssh: string;
    /** What ssh prefers where nothing is configured. */
    readonly defaultKeyExchange: string;
    readonly deno: string;
  };
  readonly hosts: number;
  readonly forks: number;
  readonly setBytes: number;
  /** Measured runs of each contender; one before them is a warm-up. */
  readonly pairs: number;
  readonly contenders: Readonly<Record<string, string>>;
  readonly scenarios: readonly Scenario[];
  /** What the program itself costs, by the size of the fleet. */
  readonly fleetSize?: FleetSize;
}

/** Ratio of the medians of two contenders' times. */
export function ratio(samples: readonly Sample[], base: readonly Sample[]): number {
  return median(samples.map((sample) => sample.wallMs)) / median(base.map((sample) => sample.wallMs));
}

/** The mean of every phase over the samples, longest first; empty where the contender tells none. */
export function meanPhases(samples: readonly Sample[]): [phase: string, ms: number][] {
  const sums = new Map<string, number>();
  for (const { phases = {} } of samples) {
    for (const [phase, ms] of Object.entries(phases)) {
      sums.set(phase, (sums.get(phase) ?? 0) + ms / samples.length);
    }
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

const heads = [
  "state",
  "key exchange",
  "contender",
  "time (min–max)",
  "ratio",
  "CPU: controller",
  "its ssh",
  "devices",
  "peak memory",
  "connections",
  "sent",
];

/** A row a scenario and contender: medians. */
export function rowsOf(scenarios: readonly Scenario[]): string[][] {
  return scenarios.flatMap(({ state, keyExchange, target, contenders }) =>
    contenders.map(({ name, samples }, i) => {
      const of = (pick: (sample: Sample) => number): number => median(samples.map(pick));
      const walls = samples.map((sample) => sample.wallMs);
      const [min, max] = [Math.min(...walls), Math.max(...walls)];
      const compared = ratio(samples, contenders[0]!.samples);
      const verdict = target === undefined || i === 0
        ? ""
        : compared <= target
        ? ` ≤ ${target}`
        : ` > ${target}`;
      return [
        state,
        keyExchange,
        name,
        `${seconds(of((sample) => sample.wallMs))} (${seconds(min)}–${seconds(max)})`,
        `${compared.toFixed(2)}${verdict}`,
        seconds(of((sample) => sample.controllerCpuMs)),
        seconds(of((sample) => sample.clientsCpuMs)),
        seconds(of((sample) => sample.devicesCpuMs)),
        `${(of((sample) => sample.peakRssKib) / 1024).toFixed(0)} MiB`,
        String(of((sample) => sample.connections)),
        `${(of((sample) => sample.bytesSent) / 1e6).toFixed(2)} MB`,
      ];
    })
  );
}

/** Columns that line up, for the terminal. */
export function textTable(scenarios: readonly Scenario[]): string {
  const rows = [heads, ...rowsOf(scenarios)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd())
    .join("\n") + "\n";
}

/** The whole for the README. */
export function markdown(results: Results): string {
  const { machine, hosts, forks, setBytes, pairs, contenders, scenarios } = results;
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const phases = scenarios.flatMap(({ state, keyExchange, contenders }) =>
    contenders.map(({ name, samples }) => ({ state, keyExchange, name, phases: meanPhases(samples) }))
  ).filter(({ phases }) => phases.length > 0);
  return [
    `${hosts} devices (sshd on loopback), ${forks} at once, a set of ${
      (setBytes / 1e6).toFixed(1)
    } MB in five files; ` +
    `medians of ${pairs} runs of each, taken in turns after one warm-up. Seconds; CPU is user and system time. ` +
    `The ratio is that of the medians, to the first of each state. After every run each device's bytes were checked.`,
    ``,
    row(heads),
    row(heads.map(() => "---")),
    ...rowsOf(scenarios).map(row),
    ``,
    ...Object.entries(contenders).map(([name, what]) => `- ${name}: ${what}`),
    ``,
    `Where a host's time goes, as the program tells it (mean seconds a host, ${forks} hosts at once):`,
    ``,
    ...phases.map(({ state, keyExchange, name, phases }) =>
      `- ${state}, ${keyExchange}, ${name}: ${
        phases.map(([phase, ms]) => `${phase} ${seconds(ms)}`).join(", ")
      }`
    ),
    ``,
    ...(results.fleetSize === undefined ? [] : [
      `## The program itself, by the size of the fleet`,
      ``,
      fleetSizeText(results.fleetSize, "markdown"),
    ]),
    `${results.startedAt.slice(0, 10)}, ${machine.cores} cores (${machine.cpu}), Linux ${machine.kernel}, ` +
    `${machine.openssh} (default key exchange ${machine.defaultKeyExchange}), Deno ${machine.deno}. Both ends share these cores. Repeat it: \`deno task bench\`.`,
    ``,
  ].join("\n");
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
