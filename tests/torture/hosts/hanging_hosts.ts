/**
 * Hosts that hang: each falls silent after another number of bytes of its session, for good, all of them and some that are well in one
 * deploy. Each costs its own deadline and nothing more; its live set is whole all the while, and the next deploy converges.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { runOn } from "../../fleet/support/program.ts";
import { Field } from "../field.ts";

export interface HangingHostsResult {
  /** The bytes that a device says in an undisturbed deploy. */
  readonly bytes: number;
  readonly offsets: number;
  /** How many hosts ended how. */
  readonly ends: Readonly<Record<string, number>>;
  /** Hosts that had the new set live right after. */
  readonly next: number;
  /** Seconds that the slowest of those that hung took, and the slowest of those that were well. */
  readonly slowestHung: number;
  readonly slowestWell: number;
}

/** Seconds. */
const CONNECT_TIMEOUT = 5;
/** The controller waits a little longer than the deadline for the device's word, and closes what is left of a session. Seconds. */
const GRACE = 6;

/** Hangs one host at each of `offsets` offsets, spread over the whole session. Throws where a promise is broken. */
export async function hangAtOffsets(
  { offsets, well, hostTimeout, confirmTimeout }: {
    readonly offsets: number;
    readonly well: number;
    readonly hostTimeout: number;
    readonly confirmTimeout: number;
  },
): Promise<HangingHostsResult> {
  await using field = await Field.make({
    kind: "exchange",
    devices: offsets + well,
    bytes: 20_000,
    vars: { confirm_timeout: confirmTimeout },
  });
  const { devices, links, sets: { old, next } } = field;
  await field.reset(devices, "release");
  const inventory = await field.inventory(devices, "links");
  const first = devices[0]!;
  const deploy = ["deploy", "--artifacts", next.dir];
  const undisturbed = await runOn(field.fleet, inventory, [...deploy, "--limit", first.name]);
  assertEquals(undisturbed.code, 0, undisturbed.text);
  const bytes = links.bytes(first.name);
  await field.reset(devices, "release");

  const hanging = devices.slice(0, offsets);
  for (const [at, { name }] of hanging.entries()) {
    links.cutAfter(name, Math.floor(at * bytes / offsets));
  }
  const run = await runOn(field.fleet, inventory, [
    ...[...deploy, "--max-failures", "100%", "--forks", "1000"],
    ...["--connect-timeout", `${CONNECT_TIMEOUT}`, "--host-timeout", `${hostTimeout}`],
  ]);
  const report = await run.report();
  const ends: Record<string, number> = {};
  let onNext = 0;
  let slowestHung = 0;
  let slowestWell = 0;
  for (const device of devices) {
    const { status, durationMs } = report.hosts.find(({ host }) => host === device.name)!;
    const seconds = durationMs / 1000;
    if (!hanging.includes(device)) {
      assertEquals(status, "changed", `${device.name} was well: ${run.text}`);
      slowestWell = Math.max(slowestWell, seconds);
      continue;
    }
    slowestHung = Math.max(slowestHung, seconds);
    ends[status] = (ends[status] ?? 0) + 1;
    if (await field.judge(device, old, next) === next.id) onNext++;
  }
  // Its deadline; and where it had begun to switch, one connection more, which tries to bring the old set back.
  const limit = hostTimeout + CONNECT_TIMEOUT + 2 * GRACE;
  assert(slowestHung <= limit, `a host that hung took ${slowestHung} s, of ${limit}: ${run.text}`);
  assert(slowestWell < hostTimeout, `a host that was well took ${slowestWell} s: ${run.text}`);

  for (const { name } of hanging) links.mend(name, "reset");
  await field.assertConverges(devices, next, 120);
  return { bytes, offsets, ends, next: onNext, slowestHung, slowestWell };
}
