/**
 * What is run on this machine because a file says so is run only if nobody else could have written that file.
 * @module
 */
import { realpath, stat } from "node:fs/promises";
import { dirname } from "@std/path";
import { UsageError } from "../../errors.ts";
import { distrustOf, ownUid } from "../../report/record/ownership.ts";

/** Throws a UsageError if `file` or its folder belongs to somebody else, or others can write it. `therefore` is what is not done. */
export async function demandTrust(file: string, therefore: string, otherwise?: string): Promise<void> {
  const real = await realpath(file);
  const own = await ownUid(dirname(real));
  for (const path of new Set([real, dirname(real), dirname(file)])) {
    const { uid, mode } = await stat(path);
    const distrust = own === undefined
      ? { reason: "its owner is not known", fix: "grant --allow-sys=uid" }
      : distrustOf(path, { uid, mode }, own);
    if (distrust === null) continue;
    throw UsageError.of(
      path,
      `${distrust.reason}, so ${therefore}`,
      otherwise === undefined ? distrust.fix : `${distrust.fix}; or ${otherwise}`,
    );
  }
}
