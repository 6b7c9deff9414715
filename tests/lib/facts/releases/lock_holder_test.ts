import { assertEquals } from "@std/assert";
import { outputOf } from "../../../../lib/facts/fact.ts";
import { lockHolder } from "../../../../lib/facts/releases/lock_holder.ts";
import { makeLocalDevice } from "../../../local_device.ts";
import { testWhere } from "../../../support.ts";

testWhere("lockHolder is whoever holds the lock, while its owner lives", { needs: ["linux"] }, async () => {
  await using device = await makeLocalDevice();
  await Deno.mkdir(device.at(".lockstep"));
  const remote = await device.connect();
  const boot = (await Deno.readTextFile("/proc/sys/kernel/random/boot_id")).trim();
  const start = (await Deno.readTextFile(`/proc/${Deno.pid}/stat`)).split(") ").at(-1)!.split(" ")[19];
  const cases: [lock: string | null, held: boolean][] = [
    [null, false],
    [`${Deno.pid} ${start} ${boot} RUN+TOKEN 2026 mary@laptop`, true],
    [`${Deno.pid} 1 ${boot} RUN+TOKEN 2026 mary@laptop`, false],
    [`${Deno.pid} ${start} other RUN+TOKEN 2026 mary@laptop`, false],
    ["nonsense", false],
  ];
  try {
    const subject = { settings: device.settings, release: null };
    for (const [lock, held] of cases) {
      if (lock !== null) await Deno.symlink(lock, device.at(".lockstep/lock"));
      const answer = await remote.run(lockHolder.program, lockHolder.args(subject));
      const found = lockHolder.parse(outputOf(answer, lockHolder.program, "edge-1"), subject);
      assertEquals(found, held ? { run: "RUN", since: "2026", who: "mary@laptop" } : null, lock ?? "none");
      if (lock !== null) await Deno.remove(device.at(".lockstep/lock"));
    }
  } finally {
    await remote.close();
  }
});
