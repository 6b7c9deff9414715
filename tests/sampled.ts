/**
 * Corpora are compared with recorded answers; that the Ansible which is installed still gives those is asked of a part of the cases in an ordinary
 * run, because each costs it some tenths of a second, and of all with `CORPUS=all`, which `deno task corpus` sets.
 * @module
 */

/** Every one of `cases`, or every eighth. */
export function sampled<T>(cases: readonly T[]): readonly T[] {
  return Deno.env.get("CORPUS") === "all" ? cases : cases.filter((_, at) => at % 8 === 0);
}
