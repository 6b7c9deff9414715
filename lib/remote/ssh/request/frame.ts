/**
 * What is written to a session for each program.
 * @module
 */
import { Buffer } from "node:buffer";

/** A request as the loop reads it: see loop.sh. */
export function frame(request: {
  readonly id: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Definitions, and whether they are kept. */
  readonly text: string;
  readonly keep: boolean;
  /** The function, and what it is given. */
  readonly values: readonly string[];
}): Uint8Array {
  const text = request.text === "" ? "" : `${request.text}\n`;
  const counts = request.values.map((value) => value.split("\n").length);
  const head = [request.id, request.seconds, request.bytes, text.length, request.keep ? 1 : 0, ...counts];
  return Buffer.from(`${head.join(" ")}\n${text}${request.values.join("\n")}\n`);
}
