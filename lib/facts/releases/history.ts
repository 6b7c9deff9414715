/**
 * What was last confirmed on a device.
 * @module
 */
import { program } from "../../remote/program.ts";
import { defineFact } from "../fact.ts";
import { type History, parseHistory } from "./journal.ts";

const readHistory = program(
  "history",
  'if state "$root" && [ -f history ]; then tail -n 1 history; fi; true',
  { takes: ["root"] },
);

/** The last line of the device's history; null if there is none. */
export const history = defineFact<History | null>({
  program: readHistory,
  args: ({ settings }) => readHistory.args({ root: settings.deployPath }),
  parse: (output) => parseHistory(output.trim()),
});
