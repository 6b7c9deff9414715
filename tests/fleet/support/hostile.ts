/**
 * Devices that misbehave: puts `hostile_shell.ts` in the place of a loopback device's `sh`, with ways that a seed chooses.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { findProgram } from "../../support.ts";
import type { Device } from "./fleet.ts";
import { chances, earlyWays, lateWays } from "./hostile_ways.ts";

/** How a device misbehaves. */
export interface Malice {
  readonly seed: number;
  /** How many answers are right before. */
  readonly honest: number;
  /** Names of `ways`, one after another. */
  readonly ways: readonly string[];
}

/** A few ways at random; the same for the same seed. */
export function maliceOf(seed: number): Malice {
  const random = chances(seed);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!;
  const honest = random() < 0.5 ? 0 : 1 + Math.floor(random() * 8);
  const early = random() < 0.15 ? [pick(earlyWays)] : [];
  const late = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(lateWays));
  return { seed, honest, ways: [...early, ...late] };
}

const script = fromFileUrl(new URL("hostile_shell.ts", import.meta.url));

/** From now on the device is so. Its login shell stays: what it is told to run by it is another. */
export async function corrupt(
  device: Pick<Device, "binDir">,
  cache: string,
  { seed, honest, ways }: Malice,
): Promise<void> {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const words = [
    Deno.execPath(),
    ...[
      "run",
      "--allow-run",
      "--no-config",
      "--no-lock",
      "--quiet",
      "--no-prompt",
      "--v8-flags=--max-old-space-size=256",
    ],
    script,
    findProgram("sh") ?? "/bin/sh",
    String(seed),
    String(honest),
    ways.join(","),
  ];
  const real = findProgram("sh") ?? "/bin/sh";
  await Deno.writeTextFile(
    join(device.binDir, "sh"),
    // The session's loop alone is played; what else is run by sh on the device is run.
    `#!${real}\nif [ "$3" != lockstep ]; then exec ${real} "$@"; fi\n` +
      `export DENO_DIR=${quoted(cache)}\nexec ${words.map(quoted).join(" ")} "$@"\n`,
    { mode: 0o755 },
  );
}

/** From now on the device is well. */
export async function heal(device: Pick<Device, "binDir">): Promise<void> {
  await Deno.remove(join(device.binDir, "sh")).catch(() => {}); // It may never have been another.
}

/** The way a malice is told in a failed test. */
export function inWords({ seed, honest, ways }: Malice): string {
  return `seed ${seed}: after ${honest} right answers: ${ways.join(", ")}`;
}
