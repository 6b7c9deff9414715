/**
 * The step matrix: finer than the kill matrix. A deploy's programs on the device change something by `mv`, `ln`, `rm`, `mkdir`, `cp`, `dd`,
 * `sync` and a few more. Before and after each of those the whole session is killed on the device, in the middle of its program, and the
 * device lets nobody in until it was looked at; or the command alone is killed, as the kernel does where memory is short, and the run
 * has to cope.
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Device } from "../../fleet/support/fleet.ts";
import { faultMatrix, tally } from "../fault_matrix.ts";
import { Field } from "../field.ts";
import type { Moment } from "./controller.ts";
import { assertRefusesSick, type Row } from "./kill_matrix.ts";
import { inWords, momentOf, pointsOf, setOf } from "./request_faults.ts";

export interface StepRow extends Omit<Row, "fate"> {
  /** What is killed. */
  readonly fate: "session" | "command";
}

/** Commands that change something. */
const changing = ["mv", "ln", "rm", "mkdir", "cp", "dd", "sync", "chmod", "chown", "python3", "perl"];

/** Stands in for a command: counts, and at its moment kills the session that runs it, from the shell that sshd started on. */
const shim = (folder: string, real: string) =>
  `#!/bin/sh
s='${folder}'
# What root has the service's user do is part of the command around it: he could not end root's session.
if [ ! -w "$s/count" ]; then exec '${real}' "$@"; fi
# A service whose own command is killed has failed: its release is marked, and rightly not put live again.
if [ -f "$s/alone" ]; then case $* in */service/*) exec '${real}' "$@" ;; esac; fi
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

/** The commands of an undisturbed deploy that count. */
export async function commandsOf(
  field: Field,
  { scene, deployed, fate }: StepRow,
): Promise<string[]> {
  const [device] = field.devices;
  await field.reset([device!], scene);
  await order(device!, fate, "");
  const run = await field.deploy([device!], setOf(field, deployed));
  assertEquals(run.code, deployed === "sick" ? 2 : 0, run.text);
  const log = await Deno.readTextFile(join(folderOf(device!), "log"));
  return log.split("\n").filter((line) => /^\d+ /.test(line)).map((line) =>
    line.replace(/^\d+ /, "").slice(0, 100)
  );
}

/**
 * Runs a row: all moments, or those that `chosen` leaves. Throws if a promise is broken; what it has seen. A device that cannot exchange
 * two names may be caught with its live name missing, journaled and healed by the next run.
 */
export async function runStepRow(
  field: Field,
  { scene, deployed, fate }: StepRow,
  chosen?: (moment: Moment, command: string) => boolean,
): Promise<string> {
  const { old, next } = field.sets;
  const commands = await commandsOf(field, { scene, deployed, fate });
  const set = setOf(field, deployed);
  const tried = await faultMatrix({
    fault: {
      name: `${scene}, ${deployed}, ${fate}`,
      at: inWords(commands),
      arm: (device, point) => {
        const { n, when } = momentOf(point);
        return order(device, fate, `${n} ${when}`);
      },
      fired: (device) => exists(join(folderOf(device), "met")),
    },
    ...(chosen === undefined ? {} : { points: pointsOf(commands, chosen) }),
    places: field.devices,
    prep: (devices) => field.reset(devices, scene),
    body: (devices) => field.deploy(devices, set),
    check: (device) =>
      field.kind === "plain" && scene === "folder"
        ? field.judgeWindow(device, old, set)
        : field.judge(device, old, set),
    after: async (devices) => {
      for (const device of devices) await order(device, "session", "");
      if (deployed === "sick") await assertRefusesSick(field, devices);
      await field.assertConverges(devices, next, 90);
    },
  });
  if (chosen === undefined) {
    assertEquals(tried.length, 2 * commands.length, "moments of an undisturbed deploy");
  }
  const lives = tried.map(({ seen }) =>
    seen === undefined ? "missing and healed" : seen === old.id ? "old" : "new"
  );
  return `${tried.length} moments of ${commands.length} changes: ${tally(lives)}`;
}

/** Where the counting of a device is kept: with its service, which is nobody's business. */
function folderOf(device: Device): string {
  return join(device.homeDir, "service");
}

/** What is killed before or after which command; nothing if `at` is empty. Lets everybody in again. */
async function order(device: Device, fate: StepRow["fate"], at: string): Promise<void> {
  const file = (name: string) => join(folderOf(device), name);
  if (await exists(file("dead"))) await Deno.remove(file("dead"));
  if (fate === "command") await Deno.writeTextFile(file("alone"), "");
  for (const [name, text] of [["at", `${at}\n`], ["count", "0\n"], ["log", ""]] as const) {
    await Deno.writeTextFile(file(name), text);
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
