/**
 * A few of the power cuts of `deno task torture`.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { longTestWhere } from "../../support.ts";
import { PowerField } from "./power_cuts.ts";

const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;

longTestWhere(
  "deploy leaves the old set or the new one on the disk, whole, when the power fails at any moment",
  {
    needs: ["lab"],
  },
  async () => {
    await using field = await PowerField.make({ syncs: true, as: ["root"] });
    const { cuts } = await field.cut({ before: "folder", deploys: 1, moments: 6, seed });
    assertEquals(cuts, 6);
    await field.cutAndBoot({ before: "former", deploys: 1, seed });
  },
);

longTestWhere(
  "a power cut leaves a torn set, when the device does not sync",
  { needs: ["lab"] },
  async () => {
    await using field = await PowerField.make({ syncs: false, as: ["root"] });
    const { torn, cuts } = await field.cut({ before: "folder", deploys: 1, moments: 10, seed });
    assert(torn.length > 0, `${cuts} cuts, seed ${seed}`);
  },
);
