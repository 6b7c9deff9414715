/**
 * A few of the random kills of `deno task torture`.
 * @module
 */
import { assert } from "@std/assert";
import { testWhere } from "../../support.ts";
import { needsOf } from "../field.ts";
import { killAtRandom } from "./random_kills.ts";

testWhere("a reader of the live set never sees anything but whole sets, when deploys are killed at random", {
  needs: [...needsOf("exchange"), "python3"],
}, async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const options = { kind: "exchange", deploys: 14, seed, confirmTimeout: 2 } as const;
  try {
    const { interrupted, watched } = await killAtRandom(options);
    assert(interrupted > 0 && watched.reads > 0, JSON.stringify({ interrupted, watched }));
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
});
