/**
 * Devices whose own files were written to do harm: what the tasks say of them.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pipelines } from "../../tasks/mod.ts";
import { makeLocalDevice, writeSet } from "../local_device.ts";
import { testWhere } from "../support.ts";

testWhere(
  "deploy tells the bound, and no more than it, when a device's live metadata.json was written to do harm",
  {
    needs: ["linux"],
  },
  async () => {
    const names = (count: number): string =>
      JSON.stringify({
        artifacts_manifest: Object.fromEntries(Array.from({ length: count }, (_, i) => [`../${i}`, "x"])),
      });
    for (
      const [text, kind] of [[names(65_000), null], [names(300_000), "excess"], [
        "[".repeat(100_000),
        null,
      ]] as const
    ) {
      await using device = await makeLocalDevice();
      const release = await writeSet(`${device.dir}/set`, { a: "a" });
      await device.write("artifacts_phase2/metadata.json", text);
      const { last } = await device.perform(pipelines.deploy, { release, dryRun: true });
      assertEquals(last.error?.kind ?? null, kind);
      if (kind !== null) assertStringIncludes(last.error!.evidence, "more than 2");
      assert(JSON.stringify(last).length < 400_000);
    }
  },
);
