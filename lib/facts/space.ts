/**
 * How much room a device has where the set is to go.
 * @module
 */
import { program } from "../remote/program.ts";
import { defineFact, Fields } from "./fact.ts";
import text from "./space.sh" with { type: "text" };

/** Room for this user, in KiB and in files; null if the device cannot tell or there is no limit. */
export interface Space {
  readonly kib: number | null;
  readonly inodes: number | null;
}

const lookForSpace = program("space", text, { takes: ["root"] });

export const space = defineFact<Space>({
  program: lookForSpace,
  args: ({ settings }) => lookForSpace.args({ root: settings.deployPath }),
  parse: (output) => {
    const fields = new Fields(output);
    return { kib: fields.number("kib"), inodes: fields.number("inodes") };
  },
});
