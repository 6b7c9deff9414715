/**
 * How artifact sets are called.
 * @module
 */
import type { ArtifactsSummary } from "../../events.ts";
import { oneLine } from "../../plain/printable.ts";

/** A set in few characters: `2.4.1 (3f9a12cd)`, and `3f9a12cd` if it has no version. */
export function setName({ id, version }: Pick<ArtifactsSummary, "id" | "version">): string {
  const short = id.slice(0, 8);
  return version === null ? short : `${oneLine(version).slice(0, 24)} (${short})`;
}

/** The first sets, and how many more. */
export function setList(sets: readonly ArtifactsSummary[]): string {
  const named = sets.slice(0, 3).map(setName).join(", ");
  return sets.length > 3 ? `${named} and ${sets.length - 3} more` : named;
}
