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
import { faultMatrix } from "../fault_matrix.ts";
import { Field, type Kind, type Scene } from "../field.ts";
import { seededRandom } from "./random.ts";

export interface RandomKills {
  readonly kind: Exclude<Kind, "tiny">;
  readonly deploys: number;
  readonly seed: number;
  /** Seconds after which the device restores itself: with a short time, that comes on top of the next deploys. */
  readonly confirmTimeout: number;
  /** Default: a release. */
  readonly scene?: Scene;
  /** See `watch()`. */
  readonly pause?: number;
}

/** Throws if a promise is broken; what it has seen. */
export async function killAtRandom(options: RandomKills): Promise<string> {
  const random = seededRandom(options.seed);
  const vars = { confirm_timeout: options.confirmTimeout, keep_backups: 1000 };
  await using field = await Field.make({ kind: options.kind, devices: 1, vars, backedUp: ["old", "next"] });
  const [device] = field.devices;
  const { first, old, next } = field.sets;
  await field.reset([device!], options.scene ?? "release");
  const inventory = await field.inventory([device!], "directly");
  const start = (set: Artifacts, ...more: string[]) =>
    startOn(field.fleet, inventory, ["deploy", "--artifacts", set.dir, ...more]);

  await using watcher = await watch(device!, [old, next, first], options.pause);
  // Measured under the watcher's eyes: it takes a processor of its own. They must come in time, however slow the machine.
  const lengths: number[] = [];
  for (const set of [next, old]) {
    const began = performance.now();
    const run = await start(set, "-e", "confirm_timeout=120").ended;
    assertEquals(run.code, 0, run.text);
    lengths.push(performance.now() - began);
  }

  let at = 0;
  let backups: string[] = [];
  let deploys = 0;
  const tried = await faultMatrix({
    fault: {
      name: `seed ${options.seed}: the controller is killed`,
      at: (part) => `${part} of its time`,
      arm: (_, part) => void (at = part),
      fired: (_, { code }) => code === 128 + 9,
    },
    places: [device!],
    points: Array.from({ length: options.deploys }, () => random() * 1.1),
    mayMiss: true,
    prep: async () => void (backups = await backupsOf(device!)),
    body: async () => {
      const running = start(deploys++ % 2 === 0 ? next : old);
      // The longest of the last few counts, so that the last moments are hit, too; a machine is not equally fast all the time.
      const began = performance.now();
      const timer = setTimeout(running.kill, at * Math.max(...lengths.slice(-4)));
      const run = await running.ended;
      clearTimeout(timer);
      const killed = run.code === 128 + 9;
      if (!killed && statuses(await run.report())[device!.name] === "changed") {
        lengths.push(performance.now() - began);
      }
      return run;
    },
    check: async () => {
      watcher.assertWell();
      const now = new Set(await backupsOf(device!));
      assertEquals(backups.filter((name) => !now.has(name)), [], "a backup is lost");
    },
  });
  // Whatever the last of them left, a deploy of a third set settles it.
  await field.assertConverges([device!], first, 60);
  const watched = await watcher.end();
  assert(watched.reads > 0, "nobody has read the live set");
  const interrupted = tried.filter(({ fired }) => fired).length;
  const length = [Math.min(...lengths), Math.max(...lengths)].map(Math.round).join(" to ");
  return `${deploys} deploys of ${length} ms, ${interrupted} interrupted; ` +
    `the live set was read ${watched.reads} times, through ${watched.switches} switches`;
}

/** What the watcher has seen: sets read, and switches between two reads. */
type Watched = Readonly<Record<"reads" | "switches", number>>;

export interface Watcher extends AsyncDisposable {
  /** Throws with what it has seen, where it has seen something that must not be. */
  assertWell(): void;
  /** Ends it; it must have seen nothing wrong. */
  end(): Promise<Watched>;
}

/** Starts the program that reads the live set of a device: `watch.py`. It takes a processor of its own, unless it pauses (seconds). */
export async function watch(device: Device, sets: readonly Artifacts[], pause = 0): Promise<Watcher> {
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
      String(pause),
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
      return JSON.parse(text) as Watched;
    },
    [Symbol.asyncDispose]: async () => {
      await end();
    },
  };
}
