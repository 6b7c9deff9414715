/**
 * Runs a program of the user's that prints something we need: an inventory, a password. It gets no standard input and limited time, so that
 * one that hangs cannot hang us.
 * @module
 */
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { MOST_BYTES } from "./bounded_file.ts";

const LONGEST_SECONDS = 60;
/** Of what a program says when it fails, the end is the most telling. */
const SHOWN_OF_STDERR = 400;

export type ProgramResult = { readonly stdout: Buffer } | {
  /** What went wrong, in words. */
  readonly failure: string;
};

/** Runs `file` with `args` in `cwd`, up to `seconds`. */
export function runProgram(
  file: string,
  args: readonly string[],
  cwd: string,
  seconds = LONGEST_SECONDS,
): Promise<ProgramResult> {
  const called = [file, ...args].join(" ");
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = "";
    const stop = (failure: string) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      // What it has started may hold the pipes open for as long as it likes.
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ failure });
    };
    const timer = setTimeout(
      () => stop(`"${called}" did not end within ${seconds} s${words(stderr)}`),
      seconds * 1000,
    );
    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_BYTES) stop(`"${called}" printed more than ${MOST_BYTES / 1024 / 1024} MiB`);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-SHOWN_OF_STDERR);
    });
    child.on("error", (error) => stop(`cannot run "${called}": ${error.message}`));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve({ stdout: Buffer.concat(chunks) });
      else resolve({ failure: `"${called}" ended with ${signal ?? `exit code ${code}`}${words(stderr)}` });
    });
  });
}

function words(stderr: string): string {
  const text = stderr.trim();
  return text === "" ? ", and said nothing" : `: ${text}`;
}
