/**
 * Random kills: deploys that alternate two sets, each killed at a random moment of up to 1.1 times its length, the next one right on top of
 * it; all the while a program on the device reads the live set and must never see a mixture, a missing name or a wrong digest.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import type { Artifacts } from "../../fleet/support/artifacts.ts";
import type { Device } from "../../fleet/support/fleet.ts";
import { backupsOf } from "../../fleet/support/live.ts";
import { startOn, statuses } from "../../fleet/support/program.ts";
import { sha256 } from "../../fleet/support/tree.ts";
import { Field, type Kind } from "../field.ts";
import { seededRandom } from "./random.ts";

export interface RandomKills {
  readonly kind: Exclude<Kind, "tiny">;
  readonly deploys: number;
  readonly seed: number;
  /** Seconds after which the device restores itself: with a short time, that comes on top of the next deploys. */
  readonly confirmTimeout: number;
}

export interface RandomKillsResult {
  readonly deploys: number;
  /** How many were killed before they had ended. */
  readonly interrupted: number;
  /** Milliseconds that undisturbed deploys took: the shortest and the longest that was reckoned with. */
  readonly length: readonly [from: number, to: number];
  /** What the watcher has seen: sets read, switches between two reads, sets that were replaced and removed while it read them. */
  readonly watched: { readonly reads: number; readonly switches: number; readonly moved: number };
}

/** Throws where a promise is broken. */
export async function killAtRandom(options: RandomKills): Promise<RandomKillsResult> {
  const random = seededRandom(options.seed);
  const vars = { confirm_timeout: options.confirmTimeout, keep_backups: 1000 };
  await using field = await Field.make({ kind: options.kind, devices: 1, vars, backedUp: ["old", "next"] });
  const [device] = field.devices;
  const { first, old, next } = field.sets;
  await field.reset([device!], "release");
  const inventory = await field.inventory([device!], "directly");
  const start = (set: Artifacts) => startOn(field.fleet, inventory, ["deploy", "--artifacts", set.dir]);

  await using watcher = await watch(device!, [old, next, first]);
  // Measured under the watcher's eyes: it takes a processor of its own.
  const lengths: number[] = [];
  for (const set of [next, old, next, old]) {
    const began = performance.now();
    const run = await start(set).ended;
    assertEquals(run.code, 0, run.text);
    lengths.push(performance.now() - began);
  }

  let interrupted = 0;
  let backups = await backupsOf(device!);
  for (let i = 0; i < options.deploys; i++) {
    const running = start(i % 2 === 0 ? next : old);
    // The longest of the last few counts, so that the last moments are hit, too; a machine is not equally fast all the time.
    const length = Math.max(...lengths.slice(-4));
    const began = performance.now();
    const timer = setTimeout(running.kill, random() * 1.1 * length);
    const run = await running.ended;
    clearTimeout(timer);
    if (run.code === 128 + 9) interrupted++;
    else if (statuses(await run.report())[device!.name] === "changed") {
      lengths.push(performance.now() - began);
    }
    watcher.assertWell();
    const now = new Set(await backupsOf(device!));
    assertEquals(backups.filter((name) => !now.has(name)), [], "a backup is lost");
    backups = [...now];
  }
  // Whatever the last of them left, a deploy of a third set settles it.
  await field.assertConverges([device!], first, 60);
  const watched = await watcher.end();
  const ends = [Math.min(...lengths), Math.max(...lengths)].map(Math.round);
  return { deploys: options.deploys, interrupted, length: [ends[0]!, ends[1]!], watched };
}

export interface Watcher extends AsyncDisposable {
  /** Throws with what it has seen, where it has seen something that must not be. */
  assertWell(): void;
  /** Ends it; it must have seen nothing wrong. */
  end(): Promise<RandomKillsResult["watched"]>;
}

/** Starts the program that reads the live set of a device: `watch.py`. */
export async function watch(device: Device, sets: readonly Artifacts[]): Promise<Watcher> {
  const digests = await Promise.all(
    sets.map(async ({ dir, files }) => ({
      ...files,
      "metadata.json": await sha256(join(dir, "metadata.json")),
    })),
  );
  const child = new Deno.Command("python3", {
    args: [
      fromFileUrl(new URL("../watch.py", import.meta.url)),
      join(device.deployDir, "artifacts_phase2"),
      JSON.stringify(digests),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let gone: string | undefined;
  const ended = new Response(child.stdout).text().then((text) => gone = text);
  const end = async () => {
    // Where it has ended already, there is nobody who reads it.
    await child.stdin.close().catch(() => {});
    return { text: await ended, ...await child.status };
  };
  return {
    assertWell: () => assert(gone === undefined, `the watcher has seen what must not be: ${gone}`),
    end: async () => {
      const { text, code } = await end();
      assertEquals(code, 0, `the watcher has seen what must not be: ${text}`);
      return JSON.parse(text) as RandomKillsResult["watched"];
    },
    [Symbol.asyncDispose]: async () => {
      await end();
    },
  };
}
