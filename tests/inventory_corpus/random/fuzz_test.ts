/**
 * Broken inventories end in a result or in mistakes with their places. `FUZZ_SEED` and `FUZZ_COUNT` make another run: a commit passes or fails by itself.
 * @module
 */
import { assert } from "@std/assert";
import { everyTest } from "../../sampled.ts";
import { formatFaults, fuzz } from "./fuzz.ts";

const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 20261124);
const COUNT = Number(Deno.env.get("FUZZ_COUNT") ?? (everyTest ? 1_000 : 250));

Deno.test("loadInventory() ends in a result or a positioned error, whatever the file holds", async () => {
  console.log(`FUZZ_SEED=${SEED} FUZZ_COUNT=${COUNT}`);
  const { taken, refused, faults } = await fuzz(SEED, COUNT);
  if (faults.length > 0) throw new Error(`${faults.length} of ${COUNT} ended badly\n${formatFaults(faults)}`);
  assert(taken + refused === COUNT);
  // Mutants that are all refused, or all taken, are none.
  assert(taken > COUNT / 20 && refused > COUNT / 20, `${taken} taken, ${refused} refused`);
});
