/**
 * Measures Lockstep beside what a user would take instead and beside the least that ssh allows, on loopback fleets; then what the program
 * itself takes for a host in flight, and for 10,000 simulated hosts. As root on Debian it installs what it compares with; what is missing
 * is named. `deno task bench --help` has the options.
 * @module
 */
import { parseArgs } from "node:util";
import { fromFileUrl, join } from "@std/path";
import { installMissing, missingPackages, type Packages } from "../tests/runner/install.ts";
import { compare } from "./compare.ts";
import type { Contender } from "./contender.ts";
import { ansible } from "./contenders/ansible.ts";
import { bareSsh } from "./contenders/bare_ssh.ts";
import { clush } from "./contenders/clush.ts";
import { floor } from "./contenders/floor.ts";
import { lockstep } from "./contenders/lockstep.ts";
import { manual } from "./contenders/manual.ts";
import { mitogen } from "./contenders/mitogen.ts";
import { measureFleetSize } from "./fleet_size.ts";
import { type FleetSpec, readFleets } from "./fleets.ts";
import { measureInFlight } from "./in_flight.ts";
import { commitOf, machineFacts } from "./measure/machine.ts";
import { type Comparison, markdown, type Results, text } from "./results.ts";
import { type Slow, states } from "./states.ts";

const usage = `Usage: deno task bench [options]

  --quick                    two minutes on 10 devices, for a look while one works; writes results/quick.*
  --only PARTS               of devices, in-flight, fleet-size; the other parts stay as they were recorded
  --fleets LIST              devices x MB, and the states where not all are wanted: 50x2,200x2:first+nothing
  --contenders LIST          of floor, bare-ssh, lockstep, clush, manual, mitogen, ansible
  --states LIST              of first, new-set, one-file, nothing
  --key-exchanges LIST       of default, curve25519
  --pairs N                  runs of each contender, beside a warm-up (default 3)
  --slow-runs N              runs of each slow one: manual, mitogen and ansible (default 1)
  --seconds N                that one contender may run in one state; it runs at least once (default 40)
  --forks N                  hosts at once (default 20)
  --best-of LIST             forks that Ansible and Mitogen try; the fastest is measured (default 5,20,50)
  --slow all|first|none      what slow ones do in fleets that take more than 100 MB in all: everything; the first deploy with the
                             first key exchange (default); nothing
  --slow-key-exchanges LIST  those that they are measured with (default: all)
  --out NAME                 results/NAME.json and .md (default latest)
`;

const contenders: Readonly<Record<string, Contender>> = {
  floor,
  "bare-ssh": bareSsh,
  lockstep,
  clush,
  manual,
  mitogen,
  ansible,
};

/** The lines for ssh's configuration; sshd takes whatever the client prefers. */
const keyExchanges: Readonly<Record<string, string>> = {
  default: "",
  curve25519: "KexAlgorithms curve25519-sha256\n",
};

/** What the bench itself runs, on top of the contenders. */
const needs: Packages = {
  ssh: "openssh-client",
  sshd: "openssh-server",
  "ssh-keygen": "openssh-client",
  python3: "python3",
  tar: "tar",
  sha256sum: "coreutils",
  find: "findutils",
};

/** Options that are not given. */
const usual = {
  only: "devices,in-flight,fleet-size",
  fleets: "10x2:first+one-file+nothing,50x2,200x2:first+nothing,10x40:first+one-file+nothing",
  contenders: Object.keys(contenders).join(),
  states: Object.keys(states).join(),
  "key-exchanges": Object.keys(keyExchanges).join(),
  pairs: "3",
  "slow-runs": "1",
  seconds: "40",
  forks: "20",
  "best-of": "5,20,50",
  slow: "first",
  "slow-key-exchanges": Object.keys(keyExchanges).join(),
  out: "latest",
};
/** The same with `--quick`. */
const usualQuick = {
  ...usual,
  only: "devices",
  fleets: "10x2",
  states: "first,one-file,nothing",
  "key-exchanges": "default",
  pairs: "2",
  seconds: "8",
  "best-of": "5",
  out: "quick",
};

const { values: { help, quick, ...given } } = parseArgs({
  options: {
    help: { type: "boolean", short: "h", default: false },
    quick: { type: "boolean", default: false },
    ...Object.fromEntries(Object.keys(usual).map((name) => [name, { type: "string" }])),
  },
});
if (help) {
  console.log(usage);
  Deno.exit();
}
const options: typeof usual = { ...(quick ? usualQuick : usual), ...given };

const resultsDir = fromFileUrl(new URL("./results/", import.meta.url));
const out = join(resultsDir, options.out);
const parts = names("only", { devices: 1, "in-flight": 1, "fleet-size": 1 });
const asked = names("contenders", contenders).map((name) => contenders[name]!);
const comparing = {
  fleets: fleets(),
  states: names("states", states),
  keyExchanges: names("key-exchanges", keyExchanges).map((name) => [name, keyExchanges[name]!] as const),
  slowKeyExchanges: names("slow-key-exchanges", keyExchanges),
  slow: names("slow", { all: 1, first: 1, none: 1 })[0] as Slow,
  pairs: whole("pairs"),
  slowRuns: whole("slow-runs"),
  seconds: whole("seconds"),
  forks: whole("forks"),
  bestOf: options["best-of"].split(",").map((word) => whole("best-of", word)),
};

await installMissing(Object.assign({}, needs, ...asked.map(({ needs }) => needs)));
const lacking = missingPackages(needs);
if (Deno.build.os !== "linux" || lacking.length > 0) {
  console.error(`the bench needs ${["Linux", ...lacking].join(", ")}`);
  Deno.exit(64);
}
const missing = Object.fromEntries(
  asked.map(({ name, needs }) => [name, missingPackages(needs)] as const).filter(([, packages]) =>
    packages.length > 0
  ),
);
const earlier = await readEarlier();
const comparison = parts.includes("devices") ? await compareAll() : earlier?.comparison;
const inFlight = parts.includes("in-flight")
  ? await measureInFlight({ hosts: 200, setMb: 2, forks: [10, 200], runs: quick ? 1 : 3 })
  : earlier?.inFlight;
const fleetSize = parts.includes("fleet-size")
  ? await measureFleetSize({
    sizes: [2_000, 10_000],
    forks: quick ? [50] : [50, 200],
    outputs: quick ? ["plain"] : ["plain", "json"],
    runs: quick ? 1 : 3,
  })
  : earlier?.fleetSize;
const results: Results = {
  schema: 2,
  machine: await machineFacts(["ansible-core", "ansible-mitogen", "clustershell"]),
  ...(comparison === undefined ? {} : { comparison }),
  ...(inFlight === undefined ? {} : { inFlight }),
  ...(fleetSize === undefined ? {} : { fleetSize }),
};
await Deno.writeTextFile(`${out}.json`, JSON.stringify(results, rounded, 1) + "\n");
await Deno.writeTextFile(`${out}.md`, markdown(results));
console.log(text(results));
const gaveUp = comparison?.scenarios.some(({ contenders }) =>
  contenders.some(({ failed }) => failed !== undefined)
);
if (gaveUp === true) Deno.exitCode = 1;

async function compareAll(): Promise<Comparison> {
  const [startedAt, load] = [new Date().toISOString(), Deno.loadavg()[0]!];
  const able = asked.filter(({ name }) => missing[name] === undefined);
  const { pairs, slowRuns, seconds } = comparing;
  return {
    startedAt,
    commit: await commitOf(resultsDir),
    load,
    pairs,
    slowRuns,
    seconds,
    contenders: Object.fromEntries(able.map(({ name, what }) => [name, what])),
    missing,
    ...await compare({ ...comparing, contenders: able }),
  };
}

/** What was recorded before, for the parts that are not measured now. */
async function readEarlier(): Promise<Results | undefined> {
  try {
    const recorded = JSON.parse(await Deno.readTextFile(`${out}.json`)) as { schema: number };
    return recorded.schema === 2 ? recorded as Results : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

type Option = keyof typeof usual;

function whole(option: Option, text = options[option]): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  return wrong(`--${option}: found ${text}, expected a whole number above 0`);
}

/** A list of names that are keys of `all`. */
function names(option: Option, all: Readonly<Record<string, unknown>>, list = options[option]): string[] {
  return list.split(",").map((name) =>
    name in all ? name : wrong(`--${option}: found ${name}, expected ${Object.keys(all).join(", ")}`)
  );
}

function fleets(): FleetSpec[] {
  try {
    const read = readFleets(options.fleets);
    for (const { states: some } of read) if (some !== undefined) names("fleets", states, some.join());
    return read;
  } catch (error) {
    return wrong((error as Error).message);
  }
}

function wrong(message: string): never {
  console.error(message);
  Deno.exit(64);
}

/** Tenths of a millisecond are enough for anybody. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 10) / 10 : value;
}
