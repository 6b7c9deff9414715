/**
 * What a device of the lab is up to, read from outside: what its service serves, how far a switch has come, what waits to restore it.
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { LabDevice } from "../lab/lab.ts";
import { namesIn } from "../fleet/support/live.ts";

/** Waits until `condition` gives something, and returns it; throws with `what` after so many seconds. */
export async function until<T>(
  what: string,
  seconds: number,
  condition: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  while (true) {
    const found = await condition();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await delay(100);
  }
}

export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The release whose files the service of a device has loaded; undefined while it does not answer. */
export async function served(device: LabDevice): Promise<string | undefined> {
  const fetch = device.kind === "tiny" ? ["wget", "-qO-"] : ["curl", "-fsS", "-m", "2"];
  const { code, stdout } = await device.exec([...fetch, "http://localhost:9208/health"]);
  if (code !== 0) return undefined;
  const { set } = JSON.parse(stdout) as { readonly set: string };
  return set.replace(/.*\//, "").replace(/\.b$/, "");
}

/** Whether the device's manager of services calls the service active. */
export async function isActive(device: LabDevice): Promise<boolean> {
  const command = device.kind === "tiny"
    ? ["/etc/init.d/phase4-inference", "status"]
    : ["systemctl", "is-active", "--quiet", "phase4-inference"];
  return (await device.exec(command)).code === 0;
}

/** A value in the device's journal of a switch that is not confirmed; undefined if there is none. */
export async function journalField(device: LabDevice, name: string): Promise<string | undefined> {
  try {
    const journal = await Deno.readTextFile(join(device.deployDir, ".lockstep/journal"));
    return new RegExp(`^${name}=(.*)$`, "m").exec(journal)?.[1];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The slot that the live name links to; undefined where it is no link. */
export async function liveSlot(device: LabDevice): Promise<string | undefined> {
  try {
    return (await Deno.readLink(join(device.deployDir, "artifacts_phase2"))).replace(/.*\//, "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.InvalidData) return undefined;
    // EINVAL: a folder.
    if (error instanceof Error && /os error 22/.test(error.message)) return undefined;
    throw error;
  }
}

/**
 * All that is left of a run on a device that is up: a journal, a lock, and whatever waits to restore it: files, units, timers, links in /etc,
 * processes.
 */
export async function leftovers(device: LabDevice): Promise<string[]> {
  const own = (await namesIn(join(device.deployDir, ".lockstep"))).filter((name) =>
    !["backups", "failed", "history", "releases", "restart.log", "staging"].includes(name)
  );
  // A word of its own, not a mention in the text of a program that is at work.
  const { stdout: processes } = await device.exec([
    "sh",
    "-c",
    "for f in /proc/[0-9]*/cmdline; do tr '\\n\\0' ' \\n' <$f; done 2>/dev/null | grep '^[^ ]*/[.]lockstep/restore/[a-z]*$'",
  ]);
  const lines = processes.split("\n");
  if (device.kind !== "tiny") {
    const { stdout } = await device.exec([
      "sh",
      "-c",
      "systemctl list-units --all --plain --no-legend 'lockstep*'; systemctl list-unit-files --no-legend 'lockstep*'; " +
      "find /etc/systemd /run/systemd -name 'lockstep*'",
    ]);
    lines.push(...stdout.split("\n"));
  }
  return [...own.map((name) => `.lockstep/${name}`), ...lines.map((line) => line.trim())].filter((line) =>
    line !== ""
  );
}

/** Asserts that nothing is left of a run, and that one release is kept: the live one. */
export async function assertSettled(device: LabDevice): Promise<void> {
  assertEquals(await leftovers(device), [], `${device.name} has leftovers`);
  assertEquals(await namesIn(join(device.deployDir, ".lockstep/staging")), [], `${device.name}'s staging`);
}

/** The lines of the device's history. */
export async function historyOf(
  device: LabDevice,
): Promise<{ readonly event: string; readonly run: string; readonly release: string }[]> {
  const text = await Deno.readTextFile(join(device.deployDir, ".lockstep/history"));
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** Lets the service of a Debian device be started as often as a test likes: five times in ten seconds is what systemd allows. */
export async function liftStartLimit(device: LabDevice): Promise<void> {
  const folder = join(device.root, "etc/systemd/system/phase4-inference.service.d");
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "limit.conf"), "[Unit]\nStartLimitIntervalSec=0\n");
  await device.sh("systemctl daemon-reload");
}
