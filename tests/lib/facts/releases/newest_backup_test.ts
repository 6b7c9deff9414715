import { assertEquals } from "@std/assert";
import { outputOf } from "../../../../lib/facts/fact.ts";
import { type NewestBackup, newestBackup } from "../../../../lib/facts/releases/newest_backup.ts";
import { type LocalDevice, makeLocalDevice } from "../../../local_device.ts";
import { testWhere } from "../../../support.ts";

async function ask(device: LocalDevice): Promise<NewestBackup | null> {
  const remote = await device.connect();
  try {
    const subject = { settings: device.settings, release: null };
    const answer = await remote.run(newestBackup.program, newestBackup.args(subject));
    assertEquals(answer.stderr, "");
    return newestBackup.parse(outputOf(answer, newestBackup.program, "edge-1"), subject);
  } finally {
    await remote.close();
  }
}

testWhere(
  "newestBackup is the last by its name that has a record of ours",
  { needs: ["linux"] },
  async () => {
    await using device = await makeLocalDevice();
    assertEquals(await ask(device), null);
    for (const name of ["20260102T000000Z", "20260101-000000", "mine", "99", "$(touch pwned)"]) {
      await device.write(`backup/${name}/a`, name);
    }
    assertEquals(await ask(device), null);
    const record = (digit: string) => `${digit.repeat(64)}  ./a=b\n\\${digit.repeat(64)}  ./two\\nlines\n`;
    const listing = (digit: string) => new Map([["a=b", digit.repeat(64)], ["two\nlines", digit.repeat(64)]]);
    await device.write(".lockstep/backups/20260101-000000", record("b"));
    assertEquals(await ask(device), null);
    await device.write(".lockstep/backups/20260102T000000Z", record("a"));
    assertEquals(await ask(device), { backup: "20260102T000000Z", listing: listing("a") });
    // Drifted sets and second ones of the same second have longer names.
    await device.write("backup/20260102T000000Z-2/a", "");
    await device.write(".lockstep/backups/20260102T000000Z-2", record("c"));
    assertEquals(await ask(device), { backup: "20260102T000000Z-2", listing: listing("c") });
    await device.write("backup/20260102T000000Z-drifted-3/a", "");
    await device.write(".lockstep/backups/20260102T000000Z-drifted-3", record("d"));
    assertEquals(await ask(device), { backup: "20260102T000000Z-drifted-3", listing: listing("d") });
    await device.write("backup/20260102T000000Z-10/a", "");
    await device.write(".lockstep/backups/20260102T000000Z-10", record("e"));
    assertEquals(await ask(device), { backup: "20260102T000000Z-10", listing: listing("e") });
  },
);
