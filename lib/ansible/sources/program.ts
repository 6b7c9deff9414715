/**
 * Runs a program of the user's that prints something we need: an inventory, a password. It gets no standard input and limited time, so that
 * one that hangs cannot hang us.
 * @module
 */
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { resolve as resolvePath } from "@std/path";
import { MOST_BYTES } from "../bounded_file.ts";

const LONGEST_SECONDS = 60;
/** The system itself reads no more of it. Bytes. */
const LONGEST_FIRST_LINE = 256;
/** Of what a program says when it fails, the end is the most telling. */
const SHOWN_OF_STDERR = 400;

export type ProgramResult = { readonly stdout: Buffer } | {
  /** What went wrong, in words. */
  readonly failure: string;
  /** There is no such program on the PATH. */
  readonly absent: boolean;
};

/** How a program is run. */
export interface ProgramOptions {
  /** How long it may take; the default is generous. */
  readonly seconds?: number | undefined;
  /** Its whole environment; the default is our own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How many characters of the end of its stderr are quoted if it fails. */
  readonly quoted?: number;
}

/** Runs `file` (a name without a slash is looked for on the PATH) with `args` in `cwd`. */
export function runProgram(
  file: string,
  args: readonly string[],
  cwd: string,
  { seconds = LONGEST_SECONDS, env = process.env, quoted = SHOWN_OF_STDERR }: ProgramOptions = {},
): Promise<ProgramResult> {
  const called = [file, ...args].join(" ");
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = "";
    const stop = (failure: string, absent = false) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      // What it has started may hold the pipes open for as long as it likes.
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ failure, absent });
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
      stderr = (stderr + chunk.toString()).slice(-quoted);
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      const absent = error.code === "ENOENT" && !/[/\\]/.test(file);
      stop(`cannot run "${called}": ${whyNotStarted(file, cwd, error)}`, absent);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve({ stdout: Buffer.concat(chunks) });
      else {
        stop(
          `"${called}" ${signal === null ? `exited with code ${code}` : `was ended by ${signal}`}${
            words(stderr)
          }`,
        );
      }
    });
  });
}

/** What the system says of a program that cannot be started says nothing of its first line, which names another. */
function whyNotStarted(file: string, cwd: string, error: NodeJS.ErrnoException): string {
  if (error.code !== "ENOENT") return error.message;
  let start: string;
  try {
    start = readFileSync(resolvePath(cwd, file)).subarray(0, LONGEST_FIRST_LINE).toString("latin1");
  } catch {
    return error.message;
  }
  const [, interpreter, end] = /^#![ \t]*([^ \t\r\n]+)[^\r\n]*(\r?\n|$)/.exec(start) ?? [];
  if (interpreter === undefined) return error.message;
  return end === "\r\n"
    ? `its first line ends in CR LF, as on Windows, so that it asks for "${interpreter}\\r": give it Unix line ends (sed -i 's/\\r$//' ${file})`
    : `its first line asks for ${interpreter}, which does not exist here`;
}

function words(stderr: string): string {
  const text = stderr.trim();
  return text === "" ? ", and printed nothing" : text.includes("\n") ? `:\n${text}` : `: ${text}`;
}
