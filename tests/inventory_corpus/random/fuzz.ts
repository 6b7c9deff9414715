/**
 * Reads thousands of broken inventories in a process of its own, whose memory is limited: each must end in a result or in mistakes with their
 * places, in time. As a program: `deno run -A tests/inventory_corpus/random/fuzz.ts [--count=20000] [--seed=N] [--show]`; with `--against-ansible N`
 * it reads N valid inventories instead, beside Ansible.
 * @module
 */
import { fromFileUrl } from "@std/path";
import { findProgram } from "../../support.ts";
import { readCases } from "../case.ts";
import { Chance } from "./chance.ts";
import type { Outcome } from "./fuzz_child.ts";
import { mutate } from "./mutate.ts";

/** Megabytes for all objects together. */
const HEAP = 384;
/** Seconds without a word after which a child hangs; it measures itself more strictly, but only when it gets to. */
const SILENCE = 30;
/** A child that dies costs a start; so many of them prove enough. */
const MOST_DEATHS = 20;

/** What came of a run. */
export interface Fuzzed {
  readonly taken: number;
  readonly refused: number;
  readonly faults: readonly Outcome[];
  /** The one that took the most CPU. */
  readonly slowest: Outcome;
}

/** Runs `count` mutants from `seed` on. */
export async function fuzz(seed: number, count: number): Promise<Fuzzed> {
  const tally = {
    taken: 0,
    refused: 0,
    faults: [] as Outcome[],
    slowest: { seed, end: "started" } as Outcome,
  };
  let deaths = 0;
  for (let next = seed; next < seed + count && deaths < MOST_DEATHS;) {
    const last = await runChild(next, seed + count - next, (outcome) => {
      const { end, seconds = 0 } = outcome;
      if (seconds > (tally.slowest.seconds ?? 0)) tally.slowest = outcome;
      if (end === "taken" || end === "refused") tally[end]++;
      else if (end === "fault") tally.faults.push(outcome);
    });
    if (last.end === "started") {
      deaths++;
      tally.faults.push({ ...last, end: "fault", fault: "the process died or hung" });
    }
    next = last.seed + 1;
  }
  return tally;
}

/** The last outcome that the child told of: "started" where it did not come to an end. */
async function runChild(seed: number, count: number, tell: (outcome: Outcome) => void): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", `--v8-flags=--max-old-space-size=${HEAP}`],
      ...[fromFileUrl(new URL("fuzz_child.ts", import.meta.url)), String(seed), String(count)],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let last: Outcome = { seed, end: "started" };
  let alarm: ReturnType<typeof setTimeout> | undefined;
  const watch = () => {
    clearTimeout(alarm);
    alarm = setTimeout(() => child.kill("SIGKILL"), SILENCE * 1000);
  };
  watch();
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    watch();
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) tell(last = JSON.parse(line));
  }
  clearTimeout(alarm);
  await child.status;
  return last;
}

/** The faults in words, those of one kind together. */
export function formatFaults(faults: readonly Outcome[]): string {
  const kinds = Map.groupBy(faults, ({ fault = "" }) => fault.split("\n").slice(0, 3).join("\n"));
  return [...kinds].map(([fault, those]) =>
    `${those.length} × ${fault}\n  seeds ${those.slice(0, 8).map(({ seed }) => seed).join(" ")}`
  ).join("\n");
}

/** `--NAME=VALUE` or `--NAME VALUE` of the command line. */
function option(name: string): string | undefined {
  const joined = Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const at = Deno.args.indexOf(`--${name}`);
  return joined ?? (at < 0 ? undefined : Deno.args[at + 1]);
}

/** Compares valid inventories with what Ansible makes of them. Returns whether all agree. */
async function againstAnsible(seed: number, count: number): Promise<boolean> {
  if (findProgram("ansible-inventory") === undefined) {
    console.error("Cannot compare with Ansible: there is no ansible-inventory on the PATH");
    return false;
  }
  const { compareWithAnsible } = await import("./against_ansible.ts");
  const { refused, known, failures } = await compareWithAnsible(seed, count, (text) => console.log(text));
  for (const [why, times] of known) console.log(`${times} × known: ${why}`);
  console.log(
    `--seed=${seed} --against-ansible=${count}: ${failures.length} differ, Ansible refuses ${refused}`,
  );
  return failures.length === 0;
}

/** Reads mutants, and prints what did not end well. Returns whether all did. */
async function broken(seed: number, count: number): Promise<boolean> {
  if (Deno.args.includes("--show")) {
    const { files, ...mutant } = mutate(new Chance(seed), await readCases());
    console.log(mutant);
    for (const [name, bytes] of Object.entries(files)) {
      console.log(`-- ${name} --\n${new TextDecoder().decode(bytes).slice(0, 4000)}`);
    }
  }
  const { taken, refused, faults, slowest } = await fuzz(seed, count);
  console.log(`slowest: seed ${slowest.seed}, ${slowest.seconds?.toFixed(2)} s`);
  console.log(`--seed=${seed} --count=${count}: ${taken} taken, ${refused} refused, ${faults.length} faults`);
  if (faults.length > 0) console.log(formatFaults(faults));
  return faults.length === 0;
}

if (import.meta.main) {
  const seed = Number(option("seed") ?? Math.floor(Math.random() * 1e9));
  const compared = option("against-ansible");
  const well = compared === undefined
    ? await broken(seed, Number(option("count") ?? 20_000))
    : await againstAnsible(seed, Number(compared));
  if (!well) Deno.exit(1);
}
