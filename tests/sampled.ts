/**
 * Tables whose rows are alike, and cost much each, are tested by a sample in the ordinary run, and whole with `TESTS=all`, which
 * `deno task test-all` sets. The sample is the same each time.
 * @module
 */

/** Whether everything runs, also what is too long for every day. */
export const everyTest = Deno.env.get("TESTS") === "all";

/** Every one of `rows`, or every `stride`th, beginning with the first. */
export function sampled<T>(rows: readonly T[], stride = 8): readonly T[] {
  return everyTest ? rows : rows.filter((_, at) => at % stride === 0);
}
