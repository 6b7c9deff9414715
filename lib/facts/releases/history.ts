/**
 * What was last confirmed on a device.
 * @module
 */
import { program } from "../../remote/program.ts";
import { defineFact } from "../fact.ts";
import { type History, parseHistory } from "./journal.ts";

/** The last line of the device's history; null where there is none. */
export const history = defineFact<History | null>({
  program: program("history", `if state "$1" && [ -f history ]; then tail -n 1 history; fi; true`),
  args: ({ settings }) => [settings.deployPath],
  parse: (output) => parseHistory(output.trim()),
});
