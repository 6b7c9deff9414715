/**
 * Hosts that hang: each falls silent after another number of bytes of its session, for good, all of them and some that are well in one
 * deploy. Each costs its own deadline and nothing more; its live set is whole all the while, and the next deploy converges.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { runOn } from "../../fleet/support/program.ts";
import { faultMatrix, tally } from "../fault_matrix.ts";
import { Field, type Scene } from "../field.ts";

/** Seconds. */
const CONNECT_TIMEOUT = 5;
/** The controller waits a little longer than the deadline for the device's word, and closes what is left of a session. Seconds. */
const GRACE = 6;

/** Hangs one host at each of `offsets` offsets, spread over the whole session. Throws if a promise is broken; what it has seen. */
export async function hangAtOffsets(
  { offsets, well, hostTimeout, confirmTimeout, scene = "release" }: {
    readonly offsets: number;
    readonly well: number;
    readonly hostTimeout: number;
    readonly confirmTimeout: number;
    readonly scene?: Scene;
  },
): Promise<string> {
  await using field = await Field.make({
    kind: "exchange",
    devices: offsets + well,
    bytes: 20_000,
    vars: { confirm_timeout: confirmTimeout },
  });
  const { devices, links, sets: { old, next } } = field;
  await field.reset(devices, scene);
  const inventory = await field.inventory(devices, "links");
  const first = devices[0]!;
  const deploy = ["deploy", "--artifacts", next.dir];
  const undisturbed = await runOn(field.fleet, inventory, [
    ...deploy,
    "--limit",
    first.name,
    "-e",
    "confirm_timeout=120",
  ]);
  assertEquals(undisturbed.code, 0, undisturbed.text);
  const bytes = links.bytes(first.name);
  let slowestWell = 0;
  const hanging = devices.slice(0, offsets);
  const limits = new Map<string, number>();
  // Its deadline; and where it had begun to switch, one connection more, which tries to bring the old set back.
  const limit = hostTimeout + CONNECT_TIMEOUT + 2 * GRACE;
  const tried = await faultMatrix({
    fault: {
      name: "its link falls silent",
      at: (offset) => `${offset} bytes`,
      arm: ({ name }, offset) => {
        limits.set(name, links.bytes(name) + offset);
        links.cutAfter(name, offset);
      },
      fired: ({ name }) => links.bytes(name) === limits.get(name),
    },
    places: hanging,
    points: hanging.map((_, at) => Math.floor(at * bytes / offsets)),
    prep: () => field.reset(devices, scene),
    body: async () => {
      const run = await runOn(field.fleet, inventory, [
        ...[...deploy, "--max-failures", "100%", "--forks", "1000"],
        ...["--connect-timeout", `${CONNECT_TIMEOUT}`, "--host-timeout", `${hostTimeout}`],
      ]);
      return { ...run, hosts: new Map((await run.report()).hosts.map((host) => [host.host, host])) };
    },
    check: async (device, { hosts }) => {
      const { status, durationMs } = hosts.get(device.name)!;
      assert(durationMs <= limit * 1000, `a host that hung took ${durationMs} ms, of ${limit} s`);
      const live = await field.judge(device, old, next);
      return { status, seconds: durationMs / 1000, next: live === next.id };
    },
    after: async (_, { hosts }) => {
      for (const { name } of devices.slice(offsets)) {
        const { status, durationMs } = hosts.get(name)!;
        assertEquals(status, "changed", `${name} was well`);
        assert(durationMs < hostTimeout * 1000, `a host that was well took ${durationMs} ms`);
        slowestWell = Math.max(slowestWell, durationMs / 1000);
      }
      for (const { name } of hanging) links.mend(name, "reset");
      await field.assertConverges(devices, next, 120);
    },
  });
  const slowestHung = Math.max(...tried.map(({ seen }) => seen.seconds));
  const switched = tried.filter(({ seen }) => seen.next).length;
  return `${tried.length} offsets of ${bytes} bytes: ${
    tally(tried.map(({ seen }) => seen.status))
  }, ${switched} on the ` +
    `new set; the slowest took ${slowestHung.toFixed(0)} s, of those that were well ${
      slowestWell.toFixed(0)
    } s`;
}
