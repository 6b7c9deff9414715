/**
 * Inventories left to chance, read here and by Ansible: what is listed, which hosts patterns name, and what variables come to, types included.
 * @module
 */
import { Ansible } from "../ansible.ts";
import { withFolder } from "../case.ts";
import { compare, type Difference, formatDifferences } from "../compare.ts";
import { reasonFor } from "../known_differences.ts";
import { askOurs } from "../ours.ts";
import { randomInventory } from "./random_inventory.ts";

/** Questions that wait for each other's answers: so neither side waits for the other. */
const AT_ONCE = 8;

/** What came of a run. */
export interface Compared {
  /** Inventories that Ansible refuses: what both sides refuse proves little. */
  readonly refused: number;
  /** How many differences there are for each known reason. */
  readonly known: ReadonlyMap<string, number>;
  /** Every other difference, with its seed and files. */
  readonly failures: readonly string[];
}

/** Compares `count` inventories from `seed` on; `tell` hears of each failure, and of the progress now and then. */
export async function compareWithAnsible(
  seed: number,
  count: number,
  tell: (text: string) => void = () => {},
): Promise<Compared> {
  const ansible = new Ansible();
  const failures: string[] = [];
  const known = new Map<string, number>();
  let refused = 0;
  let done = 0;
  const one = async (number: number): Promise<void> => {
    const inventory = randomInventory(number);
    await withFolder(inventory, async (cwd) => {
      const question = { ...inventory, cwd, secrets: false };
      const [theirs, ours] = await Promise.all([ansible.ask(question), askOurs(question)]);
      if (theirs.error !== undefined) refused++;
      const differences = compare(ours, theirs).filter((difference) => {
        const reason = reasonFor(difference);
        if (reason !== undefined) known.set(reason, (known.get(reason) ?? 0) + 1);
        return reason === undefined;
      });
      if (differences.length === 0) return;
      const failure = describe(number, inventory.files, differences);
      failures.push(failure);
      tell(failure);
    });
    if (++done % 100 === 0) {
      tell(`${done} of ${count}: ${failures.length} differ, Ansible refuses ${refused}`);
    }
  };
  try {
    const seeds = Array.from({ length: count }, (_, number) => seed + number);
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let next = seeds.shift(); next !== undefined; next = seeds.shift()) await one(next);
    }));
  } finally {
    await ansible.close();
  }
  return { refused, known, failures };
}

function describe(
  seed: number,
  files: Readonly<Record<string, string>>,
  differences: readonly Difference[],
): string {
  const texts = Object.entries(files).map(([name, text]) => `-- ${name} --\n${text}`).join("");
  return `--seed=${seed} --against-ansible=1\n${texts}${formatDifferences(differences)}\n`;
}
