/**
 * Who holds the device's lock, for those who do not ask for it themselves.
 * @module
 */
import { program } from "../../remote/program.ts";
import { defineFact } from "../fact.ts";
import { type LockHolder, parseLock } from "./journal.ts";

const readLock = program(
  "lock_holder",
  `if state "$root" && lock=$(readlink lock 2>/dev/null) && alive "$lock"; then printf '%s\\n' "$lock"; fi`,
  { takes: ["root"] },
);

/** Null if nobody does who still lives. */
export const lockHolder = defineFact<LockHolder | null>({
  program: readLock,
  args: ({ settings }) => readLock.args({ root: settings.deployPath }),
  parse: (output) => parseLock(output.trimEnd()),
});
