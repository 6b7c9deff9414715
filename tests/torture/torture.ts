/**
 * `deno task torture`: interrupts deploys at every moment and in every way, and prints what was interrupted how often and that the promises
 * held. `--quick` takes a sample, `--only` some parts. Chance comes from `--seed`, which is printed. Ends with 1 where a promise was broken
 * or a part could not run.
 * @module
 */
import { Command } from "@commander-js/extra-typings";
import { fromFileUrl } from "@std/path";
import { missingOf, type Need } from "../support.ts";
import { allOrNothing } from "./all_or_nothing.ts";
import { comeTooLate, leaveAlone, takeOverInTime } from "./alone.ts";
import { deployBesideDead } from "./hosts/dead_hosts.ts";
import { Field, type Kind, kinds, needsOf, type Scene } from "./field.ts";
import { hangAtOffsets } from "./hosts/hanging_hosts.ts";
import { runRow } from "./kills/kill_matrix.ts";
import type { Deployed, Fate } from "./kills/request_faults.ts";
import { deployBesideHostile, fuzzDevices } from "./hosts/hostile_hosts.ts";
import { killAtRandom } from "./kills/random_kills.ts";
import { runOnRealDevices } from "./real_devices.ts";
import { killAndResume } from "./kills/resume_kills.ts";
import { makeStepField, runStepRow } from "./kills/step_matrix.ts";

interface How {
  readonly quick: boolean;
  readonly seed: number;
}

/** One line of the matrix. */
interface Row {
  readonly name: string;
  readonly needs: readonly Need[];
  /** Throws if a promise is broken; returns what it has seen. */
  run(how: How): Promise<string>;
}

const scenes: readonly Scene[] = ["release", "folder", "former"];
const outcomes: readonly Deployed[] = ["good", "sick"];
const fates: readonly Fate[] = ["controller", "session", "link"];

/** Only root deploys for a service's user. */
function rootFor(scene: Scene): readonly Need[] {
  return scene === "former" ? ["root"] : [];
}

/** Every third of them with `--quick`; all of them otherwise. */
function sample({ quick }: How): ((moment: { readonly n: number }) => boolean) | undefined {
  return quick ? ({ n }) => n % 3 === 1 : undefined;
}

const killRows = kinds.flatMap((kind) =>
  scenes.flatMap((scene) =>
    outcomes.flatMap((deployed) =>
      fates.map((fate): Row => ({
        name: `${kind}: over a ${scene}, ${deployed} set: ${fate}`,
        needs: [...needsOf(kind), ...rootFor(scene)],
        run: async (how) => {
          await using field = await Field.make({ kind, devices: deployed === "good" ? 20 : 28 });
          return await runRow(field, { scene, deployed, fate }, sample(how));
        },
      }))
    )
  )
);

const stepRows = (["exchange", "plain"] as const).flatMap((kind) =>
  scenes.flatMap((scene) =>
    outcomes.flatMap((deployed) =>
      (["session", "command"] as const).map((fate): Row => ({
        name: `${kind}: over a ${scene}, ${deployed} set: ${fate}`,
        needs: [...needsOf(kind), ...rootFor(scene)],
        run: async (how) => {
          await using field = await makeStepField({ kind, devices: 32 });
          return await runStepRow(field, { scene, deployed, fate }, sample(how));
        },
      }))
    )
  )
);

const randomRows = (["exchange", "plain"] as const).flatMap((kind) =>
  [120, 2].map((confirmTimeout): Row => ({
    name: `${kind}: confirm_timeout ${confirmTimeout}`,
    needs: [...needsOf(kind), "python3"],
    run: ({ quick, seed }) => killAtRandom({ kind, deploys: quick ? 40 : 200, seed, confirmTimeout }),
  }))
);

const aloneRows = kinds.flatMap((kind: Kind): Row[] => [
  ...scenes.map((scene): Row => ({
    name: `${kind}: over a ${scene}, confirm_timeout 4`,
    needs: [...needsOf(kind), ...rootFor(scene)],
    run: () => leaveAlone(kind, scene),
  })),
  {
    name: `${kind}: another run comes in time`,
    needs: needsOf(kind),
    run: () => takeOverInTime(kind),
  },
  {
    name: `${kind}: the run itself comes too late`,
    needs: needsOf(kind),
    run: () => comeTooLate(kind),
  },
]);

const realRows: readonly Row[] = [{
  name: "power cuts, lost controllers, sick sets, owners",
  needs: ["lab"],
  run: async ({ seed }) => {
    await runOnRealDevices({ seed, say: (line) => console.log(`  ${line}`) });
    return "as told above";
  },
}];

/** What is tested in tests of its own: locks, retention and rollbacks, a full disk. */
const testRows = ["locks", "disks/retention", "disks/disk_full"].map((path): Row => ({
  name: path.replace("disks/", "").replace("_", " "),
  needs: path.endsWith("disk_full") ? ["sshd", "mounts"] : ["sshd", "curl"],
  run: async () => {
    const file = fromFileUrl(new URL(`./${path}_test.ts`, import.meta.url));
    const command = new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--quiet", file],
      env: { TESTS: "all" },
    });
    const { success, stdout, stderr } = await command.output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    if (!success) throw new Error(text);
    return /\d+ passed/.exec(text)?.[0] ?? "passed";
  },
}));

const fleetRows: readonly Row[] = [
  {
    name: "200 hosts, of which 10 refuse and 10 are silent",
    needs: ["sshd"],
    run: ({ quick }) =>
      deployBesideDead({
        ...(quick ? { living: 40, refusing: 2, silent: 2 } : { living: 180, refusing: 10, silent: 10 }),
        pairs: quick ? 1 : 3,
        say: (line) => console.log(`  ${line}`),
      }),
  },
  {
    name: "a rollout in waves is killed, and resumed",
    needs: ["sshd", "curl"],
    run: ({ quick, seed }) =>
      killAndResume({
        devices: quick ? 20 : 50,
        waves: "1,10%,30%,100%",
        kills: quick ? 4 : 20,
        seed,
      }),
  },
  {
    name: "all or nothing: one cannot stage, one is sick",
    needs: ["sshd", "curl", "python3"],
    run: ({ quick }) => allOrNothing(quick ? 5 : 20),
  },
  {
    name: "hosts fall silent at every byte of a session",
    needs: ["sshd", "curl"],
    run: ({ quick }) =>
      hangAtOffsets({
        offsets: quick ? 12 : 60,
        well: quick ? 2 : 4,
        hostTimeout: quick ? 15 : 60,
        confirmTimeout: 5,
      }),
  },
];

const hostileRows: readonly Row[] = [
  {
    name: "devices misbehave at random",
    needs: ["sshd"],
    run: ({ quick, seed }) =>
      fuzzDevices({
        hostile: quick ? 8 : 24,
        well: 4,
        rounds: quick ? 3 : 30,
        seed,
        say: (line) => console.log(`  ${line}`),
      }),
  },
  {
    name: "200 hosts, of which 20 misbehave",
    needs: ["sshd"],
    run: ({ quick }) =>
      deployBesideHostile({
        ...(quick ? { well: 60, hostile: 10, pairs: 1 } : { well: 180, hostile: 20, pairs: 3 }),
        say: (line) => console.log(`  ${line}`),
      }),
  },
];

const parts: Readonly<Record<string, readonly Row[]>> = {
  "kill-matrix": killRows,
  "step-matrix": stepRows,
  "random-kills": randomRows,
  "left-alone": aloneRows,
  "real-devices": realRows,
  "tests": testRows,
  "fleet": fleetRows,
  "hostile": hostileRows,
};

async function torture(how: How, only: readonly string[], row: RegExp): Promise<boolean> {
  console.log(`seed ${how.seed}`);
  let whole = true;
  for (const [part, rows] of Object.entries(parts)) {
    if (only.length > 0 && !only.includes(part)) continue;
    const chosen = rows.filter(({ name }) => row.test(name));
    if (chosen.length > 0) console.log(`\n${part}`);
    for (const { name, needs, run } of chosen) {
      const began = performance.now();
      const missing = missingOf(needs);
      let line: string;
      try {
        line = missing.length > 0
          ? `CANNOT RUN HERE: needs ${missing.join(", ")}`
          : `held: ${await run(how)}`;
      } catch (error) {
        line = `BROKEN: ${error instanceof Error ? error.message : error}`;
      }
      if (!line.startsWith("held")) whole = false;
      const seconds = Math.round((performance.now() - began) / 1000);
      console.log(`  ${name.padEnd(48)} ${line} (${seconds} s)`);
    }
  }
  console.log(whole ? "\nevery promise held" : "\nNOT every promise was seen to hold");
  return whole;
}

if (import.meta.main) {
  const { quick, seed, only, row } = new Command("torture")
    .description("Interrupts deploys at every moment and in every way, and prints what held.")
    .option("--quick", "a sample of the moments", false)
    .option(
      "--seed <n>",
      "for what is left to chance",
      Number,
      crypto.getRandomValues(new Uint32Array(1))[0]!,
    )
    .option("--only <parts>", `some of ${Object.keys(parts).join(", ")}; joined by commas`, "")
    .option("--row <pattern>", "only rows whose names match", "")
    .parse(Deno.args, { from: "user" }).opts();
  const names = only.split(",").filter((name) => name !== "");
  const unknown = names.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    console.error(`--only: found ${unknown.join(", ")}, expected some of ${Object.keys(parts).join(", ")}`);
    Deno.exit(64);
  }
  Deno.exit(await torture({ quick, seed }, names, new RegExp(row)) ? 0 : 1);
}
