/**
 * How near to the floor, and how far ahead of the others, Lockstep should be; and whether it was. Pure.
 * @module
 */
import { checked } from "./limit.ts";
import { ratio } from "./measure/median.ts";
import type { Scenario } from "./results.ts";

export interface Target {
  readonly state: string;
  readonly hosts: number;
  readonly setMb: number;
  /** By key exchange: the most that Lockstep's time may be, as a multiple of that contender's. */
  readonly most: Readonly<Record<string, number>>;
  readonly of: string;
}

const phases = ["first deploy", "one file of five", "nothing to change"];

export const targets: readonly Target[] = [
  ...[
    { hosts: 50, setMb: 2, most: { default: 1.3, curve25519: 1.5 } },
    { hosts: 200, setMb: 2, most: { default: 1.4, curve25519: 1.6 } },
    { hosts: 10, setMb: 40, most: { default: 1.2, curve25519: 1.2 } },
  ].map((target) => ({ ...target, state: "first deploy", of: "floor" })),
  ...[
    { of: "bare ssh", most: { default: 1.25, curve25519: 1.8 } },
    { of: "floor", most: { curve25519: 0.45 } },
  ].map((target) => ({ ...target, state: "nothing to change", hosts: 50, setMb: 2 })),
  ...[["ansible", 1 / 10] as const, ["mitogen", 1 / 6] as const].flatMap(([of, most]) =>
    phases.map((state) => ({ state, of, hosts: 50, setMb: 2, most: { default: most, curve25519: most } }))
  ),
];

/** A line for every target that something was measured for. */
export function targetLines(scenarios: readonly Scenario[]): string[] {
  return targets.flatMap(({ state, hosts, setMb, most, of }) =>
    scenarios.filter((scenario) =>
      scenario.state === state && scenario.hosts === hosts && scenario.setMb === setMb
    ).flatMap(({ keyExchange, contenders }) => {
      const limit = most[keyExchange];
      const samplesOf = (wanted: string) => contenders.find(({ name }) => name === wanted)?.samples ?? [];
      const [ours, theirs] = [samplesOf("lockstep"), samplesOf(of)];
      if (limit === undefined || ours.length === 0 || theirs.length === 0) return [];
      const found = ratio(ours, theirs);
      return [
        `${state}, ${hosts} hosts, ${setMb} MB, ${keyExchange}: ` +
        (limit < 0.2
          ? checked(1 / found, 1 / limit, `× as fast as ${of}`, "at least")
          : checked(found, limit, `× ${of}`)),
      ];
    })
  );
}
