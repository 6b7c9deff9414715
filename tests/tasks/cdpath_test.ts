/**
 * A login that exports CDPATH: a relative `cd` of ours would go to a folder of that name elsewhere, and remove what is in it.
 * @module
 */
import { assertEquals } from "@std/assert";
import { pipelines } from "../../tasks/mod.ts";
import { snapshotTree } from "../fleet/support/tree.ts";
import { makeLocalDevice, writeSet } from "../local_device.ts";
import { testWhere } from "../support.ts";

testWhere("deploy touches nothing outside the deploy path, when the login exports CDPATH", {
  needs: ["linux"],
}, async () => {
  await using device = await makeLocalDevice();
  const elsewhere = `${device.dir}/elsewhere`;
  for (const name of ["releases/theirs", "staging/theirs", "backup/theirs", "artifacts_phase2"]) {
    await Deno.mkdir(`${elsewhere}/${name}`, { recursive: true });
    await Deno.writeTextFile(`${elsewhere}/${name}/file`, name);
  }
  const before = await snapshotTree(elsewhere);
  const former = Deno.env.get("CDPATH");
  Deno.env.set("CDPATH", elsewhere);
  try {
    for (const content of ["one", "two"]) {
      const release = await writeSet(`${device.dir}/${content}`, { a: content });
      const { last } = await device.perform(pipelines.deploy, { release });
      assertEquals(last.error, undefined);
      assertEquals(await device.read("artifacts_phase2/a"), content);
      assertEquals(await snapshotTree(elsewhere), before);
    }
  } finally {
    if (former === undefined) Deno.env.delete("CDPATH");
    else Deno.env.set("CDPATH", former);
  }
});
