/**
 * The program's own streams. What goes to them is text that does nothing and has no secret, wherever it comes from: `print()` and
 * `complain()` see to that once more, so that no command and no format can forget it.
 * @module
 */
import { Buffer } from "node:buffer";
import { printable } from "../../plain/printable.ts";
import { masked, maskedKnown } from "../../secrets.ts";

/** Writes text to standard output, all of it before it returns; see `draw()`. */
export function print(text: string): void {
  draw(printable(text));
}

/** The same for what Ansible shows as it is: only what is known to be secret is masked, not what looks like it. */
export function printInventory(text: string): void {
  write(Deno.stdout, maskedKnown(printable(text)));
}

/** The same for JSON, of which the values are masked already (`maskedDeep()`): in its text a number is no secret. */
export function printJson(text: string): void {
  write(Deno.stdout, printable(text));
}

/**
 * The same as it is, but for secrets: for what writes to a terminal on purpose, and for what a shell reads. A reader that has gone
 * (`| head`) must not end a run: it goes on unseen.
 */
export function draw(text: string): void {
  write(Deno.stdout, masked(text));
}

/** Writes a line, or several, to standard error. */
export function complain(text: string): void {
  write(Deno.stderr, masked(printable(text)) + "\n");
}

/** Warns on standard error. */
export function warn(message: string): void {
  complain(`warning: ${message.replaceAll("\n", "\n  ")}`);
}

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = Buffer.from(text);
  try {
    for (let written = 0; written < bytes.length;) written += stream.writeSync(bytes.subarray(written));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
