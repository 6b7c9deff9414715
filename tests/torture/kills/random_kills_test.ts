/**
 * A few of the random kills of `deno task torture`.
 * @module
 */
import { longTestWhere } from "../../support.ts";
import { needsOf } from "../field.ts";
import { killAtRandom } from "./random_kills.ts";

longTestWhere(
  "a reader of the live set never sees anything but whole sets, when deploys are killed at random",
  {
    needs: [...needsOf("exchange"), "python3"],
  },
  async () => {
    const options = { kind: "exchange", scene: "folder", deploys: 3, confirmTimeout: 6 } as const;
    await killAtRandom({ ...options, seed: 20261208, pause: 0.01 });
  },
);
