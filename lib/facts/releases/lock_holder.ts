/**
 * Who holds the device's lock, for those who do not ask for it themselves.
 * @module
 */
import { program } from "../../remote/program.ts";
import { defineFact } from "../fact.ts";
import { type LockHolder, parseLock } from "./journal.ts";

/** Null where nobody does who still lives. */
export const lockHolder = defineFact<LockHolder | null>({
  program: program(
    "lock_holder",
    `if state "$1" && lock=$(readlink lock 2>/dev/null) && alive "$lock"; then printf '%s\\n' "$lock"; fi`,
  ),
  args: ({ settings }) => [settings.deployPath],
  parse: (output) => parseLock(output.trimEnd()),
});
