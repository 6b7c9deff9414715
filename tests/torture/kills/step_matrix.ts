/**
 * The step matrix: finer than the kill matrix. A deploy's programs on the device change something by `mv`, `ln`, `rm`, `mkdir`, `cp`, `dd`,
 * `sync` and a few more. Before and after each of those the whole session is killed on the device, in the middle of its program, and the
 * device lets nobody in until it was looked at; or the command alone is killed, as the kernel does where memory is short, and the run
 * has to cope.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Artifacts } from "../../fleet/support/artifacts.ts";
import type { Device } from "../../fleet/support/fleet.ts";
import { Field, type Scene } from "../field.ts";
import { assertRefusesSick, type Deployed } from "./kill_matrix.ts";

/** A moment: before or after the Nth command (from 1) by which a deploy changes something on a device. */
export interface StepMoment {
  readonly n: number;
  readonly when: "before" | "after";
}

export interface StepRow {
  readonly scene: Scene;
  readonly deployed: Deployed;
  /** What is killed. */
  readonly fate: "session" | "command";
}

export interface StepRowResult {
  /** The commands of an undisturbed deploy, in order, each with its first arguments. */
  readonly commands: readonly string[];
  readonly moments: number;
  readonly old: number;
  readonly next: number;
  /** Devices that cannot exchange two names, and were caught with their live name missing, journaled and healed by the next run. */
  readonly missing: number;
}

/** Commands that change something. */
const changing = ["mv", "ln", "rm", "mkdir", "cp", "dd", "sync", "chmod", "chown", "python3", "perl"];

/** Stands in for a command: counts, and at its moment kills the session that runs it, from the shell that sshd started on. */
const shim = (folder: string, real: string) =>
  `#!/bin/sh
s='${folder}'
# What root has the service's user do is part of the command around it: he could not end root's session.
if [ ! -w "$s/count" ]; then exec '${real}' "$@"; fi
n=0
read -r n <"$s/count"
n=$((n + 1))
echo "$n" >"$s/count"
echo "$n \${0##*/} $*" >>"$s/log"
at=
read -r at <"$s/at"
die() {
  : >"$s/met"
  if [ -f "$s/alone" ]; then kill -9 $$; fi
  : >"$s/dead"
  pids=$$
  pid=$PPID
  while read -r stat <"/proc/$pid/stat"; do
    case $stat in *"(sshd"*) break ;; esac
    # The shell that sshd has started goes first: nobody is left to tell what happened.
    pids="$pid $pids"
    set -- \${stat##*)}
    pid=$2
  done
  kill -9 $pids 2>/dev/null
}
if [ "$at" = "$n before" ]; then die; fi
'${real}' "$@"
code=$?
if [ "$at" = "$n after" ]; then die; fi
exit $code
`;

/** A field whose devices' commands are counted. */
export async function makeStepField(
  { kind, devices }: { readonly kind: "exchange" | "plain"; readonly devices: number },
): Promise<Field> {
  const field = await Field.make({ kind, devices, ownPrograms: true });
  for (const device of field.devices) {
    for (const name of changing) {
      const path = join(device.dir, "bin", name);
      const real = await Deno.readLink(path).catch(() => undefined);
      if (real === undefined) continue;
      await Deno.remove(path);
      await Deno.writeTextFile(path, shim(folderOf(device), real), { mode: 0o755 });
    }
    // bash reads it for every login: a device that is dead lets nobody in.
    await Deno.writeTextFile(
      join(device.home, ".bashrc"),
      `if [ -f '${folderOf(device)}/dead' ]; then exit 1; fi\n`,
    );
  }
  return field;
}

/** The commands of an undisturbed deploy. */
export async function commandsOf(
  field: Field,
  { scene, deployed }: Omit<StepRow, "fate">,
): Promise<string[]> {
  const [device] = field.devices;
  await field.reset([device!], scene);
  await orders(device!, "");
  const run = await field.deploy([device!], setOf(field, deployed));
  assertEquals(run.code, deployed === "sick" ? 2 : 0, run.text);
  const log = await Deno.readTextFile(join(folderOf(device!), "log"));
  return log.split("\n").filter((line) => /^\d+ /.test(line)).map((line) =>
    line.replace(/^\d+ /, "").slice(0, 100)
  );
}

/** Runs a row: all moments, or those that `chosen` leaves. Throws where a promise is broken. */
export async function runStepRow(
  field: Field,
  row: StepRow,
  chosen: (moment: StepMoment, command: string) => boolean = () => true,
): Promise<StepRowResult> {
  const commands = await commandsOf(field, row);
  const all = commands.flatMap((_, i) =>
    [{ n: i + 1, when: "before" }, { n: i + 1, when: "after" }] as const
  );
  // A service whose own command is killed has failed: its release is marked, and rightly not put live again.
  const ours = (command: string) => row.fate === "session" || !command.includes("/service/");
  const moments = all.filter(({ n, when }) =>
    ours(commands[n - 1]!) && chosen({ n, when }, commands[n - 1]!)
  );
  const counts = { old: 0, next: 0, missing: 0 };
  for (let at = 0; at < moments.length; at += field.devices.length) {
    const part = moments.slice(at, at + field.devices.length);
    for (const live of await runMoments(field, row, part, commands)) {
      counts[live === undefined ? "missing" : live === field.sets.old.id ? "old" : "next"]++;
    }
  }
  return { commands, moments: moments.length, ...counts };
}

async function runMoments(
  field: Field,
  { scene, deployed, fate }: StepRow,
  moments: readonly StepMoment[],
  commands: readonly string[],
): Promise<(string | undefined)[]> {
  const devices = field.devices.slice(0, moments.length);
  const set = setOf(field, deployed);
  const { old, next } = field.sets;
  const told = devices.map(({ name }, i) =>
    `${name}: ${moments[i]!.when} ${moments[i]!.n} ${commands[moments[i]!.n - 1]}`
  );
  const lives: (string | undefined)[] = [];
  let said = "";
  try {
    await field.reset(devices, scene);
    for (const [i, device] of devices.entries()) {
      await orders(device, `${moments[i]!.n} ${moments[i]!.when}`);
      if (fate === "command") await Deno.writeTextFile(join(folderOf(device), "alone"), "");
    }
    const run = await field.deploy(devices, set);
    said = run.text;
    for (const device of devices) {
      assert(await exists(join(folderOf(device), "met")), `${device.name} did not come to its moment`);
      const judged = field.kind === "plain" && scene === "folder"
        ? field.judgeWindow(device, old, set)
        : field.judge(device, old, set);
      lives.push(await judged);
    }
    for (const device of devices) {
      await orders(device, "");
      if (fate === "session") await Deno.remove(join(folderOf(device), "dead"));
    }
    if (deployed === "sick") await assertRefusesSick(field, devices);
    await field.assertConverges(devices, next, 90);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${scene}, ${deployed}, ${fate}: ${message}\n${told.join("\n")}\n${said}`, {
      cause: error,
    });
  }
  return lives;
}

function setOf(field: Field, deployed: Deployed): Artifacts {
  return deployed === "sick" ? field.sets.sick : field.sets.next;
}

/** Where the counting of a device is kept: with its service, which is nobody's business. */
function folderOf(device: Device): string {
  return join(device.homeDir, "service");
}

async function orders(device: Device, at: string): Promise<void> {
  await Deno.writeTextFile(join(folderOf(device), "at"), `${at}\n`);
  await Deno.writeTextFile(join(folderOf(device), "count"), "0\n");
  await Deno.writeTextFile(join(folderOf(device), "log"), "");
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
