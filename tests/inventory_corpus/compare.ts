/**
 * Where two answers about an inventory disagree.
 * @module
 */
import type { Json } from "../../lib/events.ts";
import type { Answer, Selection } from "./answer.ts";
import { isLiteral } from "./literal_json.ts";

/** One disagreement: about what (`refused`, `list` or a pattern), and both sides in words. */
export interface Difference {
  readonly about: string;
  readonly ours: string;
  readonly theirs: string;
}

/** Every disagreement; where one side refuses the inventory, that is the only one. Words of errors are nobody's to compare. */
export function compare(ours: Answer, theirs: Answer): Difference[] {
  if (ours.error !== undefined || theirs.error !== undefined) {
    if (ours.error !== undefined && theirs.error !== undefined) return [];
    return [{ about: "refused", ours: ours.error ?? "taken", theirs: theirs.error ?? "taken" }];
  }
  const differences: Difference[] = [];
  for (const about of ["list", "secrets"] as const) {
    const [own, other] = [ours[about] ?? null, theirs[about] ?? null];
    if (!equal(own, other)) differences.push({ about, ...pick(own, other) });
  }
  for (const [host, variables] of Object.entries(theirs.rendered ?? {})) {
    for (const [name, found] of Object.entries(variables)) {
      const own = ours.rendered?.[host]?.[name] ?? { error: "there is no such variable" };
      const same = "error" in own || "error" in found
        ? "error" in own && "error" in found
        : equal(own as unknown as Json, found as unknown as Json);
      if (!same) {
        differences.push({
          about: `${host}.${name}`,
          ours: JSON.stringify(own),
          theirs: JSON.stringify(found),
        });
      }
    }
  }
  for (const [pattern, selection] of Object.entries(theirs.patterns ?? {})) {
    const own = ours.patterns?.[pattern] ?? { unmatched: [] };
    if (!equal(own.hosts ?? [], selection.hosts ?? [])) {
      differences.push({ about: pattern, ours: words(own), theirs: words(selection) });
    } else if (own.error === undefined && !equal(own.unmatched, selection.unmatched)) {
      const passedOver = (side: Selection) => `passes over ${JSON.stringify(side.unmatched)}`;
      differences.push({ about: pattern, ours: passedOver(own), theirs: passedOver(selection) });
    }
  }
  return differences;
}

function words({ hosts, error }: Selection): string {
  return hosts === undefined ? `error: ${error}` : JSON.stringify(hosts);
}

/** The smallest parts that differ, for a person to read. */
function pick(ours: Json, theirs: Json): { readonly ours: string; readonly theirs: string } {
  const pairs = [...parts("", ours, theirs)].slice(0, 12);
  const side = (at: 1 | 2) => pairs.map((pair) => `${pair[0]} = ${JSON.stringify(pair[at])}`).join("\n    ");
  return { ours: side(1), theirs: side(2) };
}

function* parts(
  path: string,
  ours: Json | undefined,
  theirs: Json | undefined,
): Generator<[string, Json | undefined, Json | undefined]> {
  if (equal(ours, theirs)) return;
  if (isMapping(ours) && isMapping(theirs)) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      yield* parts(`${path}.${key}`, ours[key], theirs[key]);
    }
  } else yield [path, ours, theirs];
}

/** The same value as JSON, whatever the order of keys. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((inner) => sorted(inner)!);
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])!]));
}

function isMapping(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isLiteral(value);
}

/** Differences in the form in which a failing test prints them. */
export function formatDifferences(differences: readonly Difference[]): string {
  return differences.map(({ about, ours, theirs }) =>
    `${about}\n  ours:\n    ${ours}\n  Ansible:\n    ${theirs}`
  ).join("\n");
}
