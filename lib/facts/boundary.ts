/**
 * The boundary of a device: whether somebody else than the user that we are there can change what we would have to believe. Looked at once;
 * what only we can change stays so.
 * @module
 */
import { program } from "../remote/program.ts";
import text from "./boundary.sh" with { type: "text" };
import { defineFact, Fields } from "./fact.ts";
import { type Foreign, parseForeign } from "./releases/foreign.ts";

export interface Boundary {
  /** A folder above the deploy path in which somebody else can put another in its place; null if there is none, or where we are not root. */
  readonly swappable: Foreign | null;
  /** What somebody else owns, or may write to, of what we keep on the device (`.lockstep`); null if all of it is ours. */
  readonly untrusted: Foreign | null;
}

const lookAtBoundary = program("boundary", text, { takes: ["root"] });

export const boundary = defineFact<Boundary>({
  program: lookAtBoundary,
  args: ({ settings }) => lookAtBoundary.args({ root: settings.deployPath }),
  parse: (output) => {
    const fields = new Fields(output);
    return {
      swappable: parseForeign(fields.get("swappable")),
      untrusted: parseForeign(fields.get("untrusted")),
    };
  },
});
