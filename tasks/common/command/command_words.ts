/**
 * A command as a person reads it.
 * @module
 */
import { masked } from "../../../lib/secrets.ts";

const MOST = 60;

/** The words of a command, short enough for a title. */
export function commandWords(argv: readonly string[]): string {
  // Before it is cut: half a secret is none that anybody would find.
  const words = masked(argv.join(" "));
  return words.length > MOST ? `${words.slice(0, MOST - 1)}…` : words;
}
