/**
 * What one run of a program costs: its time, the CPU on either side, its memory, its connections.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import type { Device } from "../../tests/fleet/support/fleet.ts";

export interface Cost {
  readonly wallMs: number;
  /** User and system time of the controller's own process. */
  readonly controllerCpuMs: number;
  /** The same of what it started on this side: the ssh processes. */
  readonly clientsCpuMs: number;
  /** The same of the devices together: sshd, shells, and what they run. */
  readonly devicesCpuMs: number;
  /** Peak resident memory of the controller's process. */
  readonly peakRssKib: number;
  /** The most that it, and all that it started for themselves alone, held at once. */
  readonly treePeakKib: number;
  /** Logins that the devices accepted. */
  readonly connections: number;
  /** What went over loopback, both ways, with headers and handshakes. */
  readonly trafficBytes: number;
}

export interface Measured {
  readonly cost: Cost;
  readonly exitCode: number;
  /** Both streams, for error messages. */
  readonly text: string;
  /** The devices that let it in. */
  readonly reached: number;
}

/** Runs `argv` to its end. The clock runs for the program alone. */
export async function measure(
  argv: readonly string[],
  devices: readonly Device[],
  workDir: string,
): Promise<Measured> {
  await untilIdle(devices);
  const [cpuBefore, loginsBefore] = [await devicesCpuMs(devices), await loginsOf(devices)];
  const file = await Deno.makeTempFile({ dir: workDir, suffix: ".json" });
  const { stdout, stderr, success } = await new Deno.Command("python3", {
    args: [fromFileUrl(new URL("./measure.py", import.meta.url)), file, ...argv],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(`cannot measure ${argv.join(" ")}: ${text}`);
  const usage = JSON.parse(await Deno.readTextFile(file)) as Record<string, number>;
  await untilIdle(devices);
  const logins = (await loginsOf(devices)).map((count, at) => count - loginsBefore[at]!);
  return {
    cost: {
      wallMs: usage.wall_ms!,
      controllerCpuMs: usage.own_cpu_ms!,
      clientsCpuMs: usage.children_cpu_ms!,
      devicesCpuMs: await devicesCpuMs(devices) - cpuBefore,
      peakRssKib: usage.peak_rss_kib!,
      treePeakKib: usage.tree_peak_kib!,
      connections: logins.reduce((sum, count) => sum + count, 0),
      trafficBytes: usage.traffic_bytes!,
    },
    exitCode: usage.exit_code!,
    text,
    reached: logins.filter((count) => count > 0).length,
  };
}

/** The process of a device's server: the fleet's supervisor notes it there. */
async function serverOf(device: Device): Promise<number> {
  return Number(await Deno.readTextFile(join(device.dir, "pid")));
}

/** Waits until no session is open: only then has every process of it been counted. */
async function untilIdle(devices: readonly Device[]): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (const device of devices) {
    const pid = await serverOf(device);
    while ((await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`)).trim() !== "") {
      if (Date.now() > deadline) throw new Error(`a session on ${device.name} does not end`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** CPU that the devices have used so far. The kernel counts in ticks of 10 ms, which a sum over many devices evens out. */
async function devicesCpuMs(devices: readonly Device[]): Promise<number> {
  let ticks = 0;
  for (const device of devices) {
    const stat = await Deno.readTextFile(`/proc/${await serverOf(device)}/stat`);
    // Behind the name, which may hold spaces: state, parent, …, utime, stime, cutime, cstime.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  }
  return ticks * 10;
}

async function loginsOf(devices: readonly Device[]): Promise<number[]> {
  return await Promise.all(devices.map((device) => device.logins()));
}
