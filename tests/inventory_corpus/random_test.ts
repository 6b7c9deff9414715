/**
 * Inventories left to chance mean here what they mean to Ansible. `INVENTORY_SEED` and `INVENTORY_COUNT` repeat a run, or one inventory of it.
 * @module
 */
import { assert } from "@std/assert";
import { testWhere } from "../support.ts";
import { Ansible } from "./ansible.ts";
import { withFolder } from "./case.ts";
import { compare, type Difference, formatDifferences } from "./compare.ts";
import { askOurs } from "./ours.ts";
import { randomInventory } from "./random_inventory.ts";

const SEED = Number(Deno.env.get("INVENTORY_SEED") ?? 20261124);
const COUNT = Number(Deno.env.get("INVENTORY_COUNT") ?? 320);
/** How many failing inventories are printed. */
const SHOWN = 5;

testWhere(`loadInventory() and selectHosts() agree with Ansible, over inventories left to chance`, {
  needs: ["ansible-inventory"],
}, async () => {
  console.log(`INVENTORY_SEED=${SEED} INVENTORY_COUNT=${COUNT}`);
  const ansible = new Ansible();
  const failures: string[] = [];
  let refused = 0;
  try {
    // Several at once, so that neither side waits for the other.
    const seeds = Array.from({ length: COUNT }, (_, number) => SEED + number);
    await Promise.all(Array.from({ length: 8 }, async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        const inventory = randomInventory(seed);
        await withFolder(inventory, async (cwd) => {
          const question = { ...inventory, cwd };
          const [theirs, ours] = await Promise.all([ansible.ask(question), askOurs(question)]);
          if (theirs.error !== undefined) refused++;
          const differences = compare(ours, theirs);
          if (differences.length > 0) failures.push(describe(seed!, inventory.files, differences));
        });
      }
    }));
  } finally {
    await ansible.close();
  }
  if (failures.length > 0) {
    throw new Error(`${failures.length} of ${COUNT} differ\n${failures.slice(0, SHOWN).join("\n")}`);
  }
  // What both sides refuse proves little; the generator is to write what Ansible takes.
  assert(refused <= COUNT / 5, `Ansible refuses ${refused} of ${COUNT}`);
});

function describe(
  seed: number,
  files: Readonly<Record<string, string>>,
  differences: readonly Difference[],
): string {
  const texts = Object.entries(files).map(([name, text]) => `-- ${name} --\n${text}`).join("");
  return `INVENTORY_SEED=${seed} INVENTORY_COUNT=1\n${texts}${formatDifferences(differences)}\n`;
}
