/**
 * A few of the power cuts of `deno task torture`.
 * @module
 */
import { assert } from "@std/assert";
import { testWhere } from "../../support.ts";
import { PowerField } from "./power_cuts.ts";

const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;

testWhere("deploy leaves the old set or the new one on the disk, whole, when the power fails at any moment", {
  needs: ["lab"],
}, async () => {
  await using field = await PowerField.make({ syncs: true });
  const over = { deploys: 1, moments: 6, seed };
  const release = await field.cut({ ...over, before: "release" });
  const folder = await field.cut({ ...over, before: "folder" });
  const former = await field.cut({ ...over, before: "former" });
  assert(
    [release, folder, former].every(({ cuts }) => cuts === 12),
    JSON.stringify({ release, folder, former }),
  );
  await field.cutAndBoot({ before: "folder", deploys: 1, seed });
});

testWhere("a power cut leaves a torn set, when the device does not sync", { needs: ["lab"] }, async () => {
  await using field = await PowerField.make({ syncs: false });
  const { torn, cuts } = await field.cut({ before: "release", deploys: 1, moments: 8, seed });
  assert(torn.length > 0, `${cuts} cuts, seed ${seed}`);
});
