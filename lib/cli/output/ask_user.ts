/**
 * Asks the user at the terminal.
 * @module
 */
import { oneLine } from "../../plain/printable.ts";

/** True for y or yes. The question is on standard error: standard output may be a program's. */
export async function askUser(question: string): Promise<boolean> {
  await Deno.stderr.write(new TextEncoder().encode(`${oneLine(question)} [y/N] `));
  const buffer = new Uint8Array(256);
  const read = await Deno.stdin.read(buffer);
  const answer = new TextDecoder().decode(buffer.subarray(0, read ?? 0)).trim();
  return /^y(es)?$/i.test(answer);
}
