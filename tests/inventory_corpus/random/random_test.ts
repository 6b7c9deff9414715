/**
 * Inventories left to chance mean here what they mean to Ansible. `INVENTORY_SEED` and `INVENTORY_COUNT` repeat a run, or one inventory of it.
 * @module
 */
import { assert } from "@std/assert";
import { testWhere } from "../../support.ts";
import { compareWithAnsible } from "./against_ansible.ts";

const SEED = Number(Deno.env.get("INVENTORY_SEED") ?? 20261124);
const COUNT = Number(Deno.env.get("INVENTORY_COUNT") ?? 50);
/** How many failing inventories are printed. */
const SHOWN = 5;

testWhere(`loadInventory() and selectHosts() agree with Ansible, over inventories left to chance`, {
  needs: ["ansible-inventory"],
}, async () => {
  console.log(`INVENTORY_SEED=${SEED} INVENTORY_COUNT=${COUNT}`);
  const { failures, refused } = await compareWithAnsible(SEED, COUNT);
  if (failures.length > 0) {
    throw new Error(`${failures.length} of ${COUNT} differ\n${failures.slice(0, SHOWN).join("\n")}`);
  }
  // The generator is to write what Ansible takes.
  assert(refused <= COUNT / 5, `Ansible refuses ${refused} of ${COUNT}`);
});
