/**
 * The settings of a host's sets.
 * @module
 */

/** What of a set's settings its place and its time to be confirmed are. */
export interface PlacedSet {
  readonly set?: string;
  readonly deployPath: string;
  readonly confirmTimeout: number;
}

/** The settings of each set of a host: its own alone, where it has no `sets`. */
export function setsOf<H extends { readonly sets?: readonly H[] }>(host: H): readonly H[] {
  return host.sets ?? [host];
}

/** Host and set in one word, for what is kept by both: `edge-1`, `edge-1:model`. */
export function setLabel({ name, set }: { readonly name: string; readonly set?: string }): string {
  return set === undefined ? name : `${name}:${set}`;
}

/** Why two sets of a host cannot be where they are; null if each has a place of its own. */
export function clashOf(
  sets: readonly PlacedSet[],
): { readonly at: number; readonly message: string } | null {
  const places = sets.map(({ deployPath }) => `${plainPath(deployPath)}/`);
  for (const [at, place] of places.entries()) {
    const other = places.findIndex((one, before) =>
      before < at && (place.startsWith(one) || one.startsWith(place))
    );
    if (other < 0) continue;
    const [one, two] = [sets[other]!, sets[at]!];
    const same = places[other] === place ? "the same deploy_path" : "a deploy_path inside another's";
    return { at, message: `${one.set} and ${two.set} have ${same}: ${one.deployPath}, ${two.deployPath}` };
  }
  return null;
}

function plainPath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return path.startsWith("/") ? `/${parts.join("/")}` : parts.join("/");
}

/**
 * The sets with as much time to be confirmed as all that follow take together: the first is confirmed when the last one is well. One whose
 * device is never to go back by itself stays so.
 */
export function withTimeToConfirm<S extends PlacedSet>(sets: readonly S[]): S[] {
  return sets.map((set, at) => ({
    ...set,
    confirmTimeout: set.confirmTimeout === 0
      ? 0
      : sets.slice(at).reduce((sum, { confirmTimeout }) => sum + confirmTimeout, 0),
  }));
}
