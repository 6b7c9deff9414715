/**
 * The blocks of files that the live set has an older version of. It costs a device some milliseconds a block, so it is asked only if
 * such a file should be sent.
 * @module
 */
import { program } from "../remote/program.ts";
import text from "./blocks.sh" with { type: "text" };
import { defineFact, type Fact, LISTING_LINES } from "./fact.ts";

/** A file, and the size of the blocks in which it should be read. */
export interface Cutting {
  readonly name: string;
  readonly block: number;
  /** The sha256 of some blocks of the new version, by their number, and of its last bytes. */
  readonly samples: ReadonlyMap<number | "end", string>;
}

export interface Blocks {
  /** The file's size. */
  readonly bytes: number;
  /** The sha256 of each block; the last may be shorter than the others. */
  readonly digests: readonly string[];
}

const readBlocks = program("blocks", text, { takes: ["root", "live"] });

/** The blocks of each file, by its name. One that has none of the samples is left out, and one that the device could not read. */
export function blocksOf(cuttings: readonly Cutting[]): Fact<ReadonlyMap<string, Blocks>> {
  return defineFact({
    program: readBlocks,
    timeout: 1800,
    lines: LISTING_LINES,
    args: ({ settings }) =>
      readBlocks.args(
        { root: settings.deployPath, live: settings.liveDir },
        cuttings.flatMap(({ name, block, samples }) => [
          name,
          String(block),
          [...samples].map(([at, digest]) => `${at}:${digest}`).join(" "),
        ]),
      ),
    parse: (output) => parseBlocks(output, cuttings),
  });
}

/** Pure: what blocks.sh printed. */
export function parseBlocks(
  output: string,
  cuttings: readonly Omit<Cutting, "samples">[],
): Map<string, Blocks> {
  const found = new Map<string, Blocks>();
  for (const [at, part] of output.split(/^= /m).slice(1).entries()) {
    const [size = "", ...lines] = part.split("\n");
    const cutting = cuttings[at];
    const digests = lines.flatMap((line) => /^[0-9a-f]{64}/.exec(line) ?? []);
    const bytes = Number(size);
    if (cutting === undefined || digests.length === 0) continue;
    if (digests.length === Math.ceil(bytes / cutting.block)) found.set(cutting.name, { bytes, digests });
  }
  return found;
}
