/**
 * Groups and hosts out of a program that prints JSON: it is asked with `--list`, and with `--host NAME` for every host where `_meta` does not
 * have the variables already.
 * @module
 */
import { resolve } from "@std/path";
import type { Unseal } from "../vault/sealed.ts";
import { problemAt } from "../problems.ts";
import type { VariableCheck } from "../variable_check.ts";
import type { InventoryBuilder } from "./builder.ts";
import { readListed } from "./listed_inventory.ts";
import type { Mapping, Programs } from "./programs.ts";

/** What is needed to ask a program. */
export interface ProgramReading {
  readonly programs: Programs;
  readonly unseal: Unseal;
  readonly check: VariableCheck;
  /** For one call; the default is generous. */
  readonly seconds?: number | undefined;
}

/** Asks the program `file` and adds what it says to `builder`. Everything that is wrong goes to the problems of `check`. */
export async function readProgramInventory(
  file: string,
  builder: InventoryBuilder,
  { programs, unseal, check, seconds }: ProgramReading,
): Promise<void> {
  const ask = async (args: readonly string[]): Promise<Mapping | undefined> => {
    const shownAs = [file, ...args].join(" ");
    const path = resolve(programs.cwd, file);
    const printed = await programs.ask(path, args, unseal, { seconds, shownAs });
    if ("mapping" in printed) return printed.mapping;
    check.problems.push(problemAt(
      { file, line: 0, col: 0 },
      `this program gave no inventory: ${printed.failure}`,
      `try it by hand: "${shownAs}"`,
    ));
    return undefined;
  };
  const listed = await ask(["--list"]);
  if (listed === undefined) return;
  await readListed(file, listed, { builder, check, varsOf: (host) => ask(["--host", host]) });
}
