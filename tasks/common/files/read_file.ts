/**
 * What a file of a device holds, byte for byte, within a bound.
 * @module
 */
import { Buffer } from "node:buffer";
import { outputOf } from "../../../lib/facts/fact.ts";
import { Failure } from "../../../lib/errors.ts";
import { program, type SimulateNamed } from "../../../lib/remote/program.ts";
import type { ObservedHost } from "../../../lib/task.ts";
import text from "./read.sh" with { type: "text" };

/** A file's bytes; its size alone if it has more than it may; null if there is none. */
export type Content = Uint8Array | { readonly bytes: number } | null;

/** The line with the size. */
const HEAD = 32;

/** Reads a file, where links lead, too. Throws a Failure if it is not a regular file, cannot be read, or became shorter meanwhile. */
export async function readFile(
  host: ObservedHost,
  path: string,
  most: number,
  simulate: SimulateNamed<"most"> = () => "absent\n",
): Promise<Content> {
  const read = program("read", text, { takes: ["file_path", "most"], simulate });
  const answer = await host.ask(read, read.args({ file_path: path, most }), {
    output: { bytes: most + HEAD, past: "refuse", raw: true },
  });
  const output = outputOf(answer, read, host.settings.name);
  const line = output.indexOf("\n");
  const head = output.slice(0, line);
  if (head === "absent") return null;
  const size = Number(head);
  if (size > most) return { bytes: size };
  const content = Buffer.from(output.slice(line + 1), "latin1");
  // One of /proc has no size, and may hold anything.
  if (size === 0) return content.length > most ? { bytes: content.length } : content;
  if (content.length === size) return content;
  throw new Failure({
    kind: "mismatch",
    action: `read ${path}`,
    host: host.settings.name,
    evidence: `${path} became shorter while it was read: ${content.length} of ${size} bytes`,
    next: "nothing changed; run this again",
  });
}
