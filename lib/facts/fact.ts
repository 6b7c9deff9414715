/**
 * A fact is something that a device can be asked: a program that only reads, and a pure parser of what it prints. A host keeps each
 * answer until a step changes it.
 * @module
 */
import { kindOfExit } from "../remote/exit_kinds.ts";
import { detached } from "../bounds.ts";
import { Failure } from "../errors.ts";
import { masked } from "../secrets.ts";
import type { Program } from "../remote/program.ts";
import type { HostSettings } from "../settings/mod.ts";
import type { Release } from "../release.ts";
import type { Answer } from "../remote/remote.ts";

/** What a fact may depend on. */
export interface FactSubject {
  /** What Lockstep reads of the inventory for this host. */
  readonly settings: HostSettings;
  /** The release to put live, for commands that put something live. */
  readonly release: Release | null;
}

/** Something that a device can be asked. */
export interface Fact<T> {
  /** Only reads. */
  readonly program: Program;
  /** Seconds, where the usual limit is too short. */
  readonly timeout?: number;
  /** So many seconds of them it may wait on purpose, for a service. */
  waits?(subject: FactSubject): number;
  /** The program's positional parameters. */
  args(subject: FactSubject): readonly string[];
  /** Lines that it may print, and how many more for each file of the release, where the usual are too few. */
  readonly lines?: { readonly most: number; readonly perFile: number };
  /** Pure: what the program printed, as a value. Throws a Failure if it makes no sense of it. */
  parse(output: string, subject: FactSubject): T;
}

/** Lines of a fact that is no list of files. */
const LINES = 10_000;
/** Lines of one that lists files: a name with its digest has one, and so it has in a metadata.json, or some. */
export const LISTING_LINES = { most: 100_000, perFile: 10 } as const;

/** What a fact's program printed, read. Throws a Failure if it failed or printed more lines than a fact has. */
export function readFact<T>(fact: Fact<T>, answer: Answer, subject: FactSubject): T {
  const { program, lines = { most: LINES, perFile: 0 } } = fact;
  const output = outputOf(answer, program, subject.settings.name);
  const most = lines.most + lines.perFile * (subject.release?.files.length ?? 0);
  if (hasMoreLines(output, most)) {
    throw new Failure({
      kind: "excess",
      action: program.name,
      host: subject.settings.name,
      evidence: `it printed more than ${most} lines`,
      next: "look at the device: there are files under its deploy_path that Lockstep did not create",
    });
  }
  return fact.parse(output, subject);
}

function hasMoreLines(text: string, most: number): boolean {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) if (++lines > most) return true;
  return false;
}

/** Keeps the type of what `parse` returns. */
export function defineFact<T>(fact: Fact<T>): Fact<T> {
  return fact;
}

/** What a program of ours puts before its last words: see `die` in prelude.sh. */
const LAST_WORDS = "\x1e";

/** What a program printed; a Failure of `action` where it ended with another code than 0. */
export function outputOf(answer: Answer, program: Program, host: string, action = program.name): string {
  if (answer.code === 0) return answer.stdout;
  const kind = kindOfExit(answer.code);
  // What the programs in between have said (sudo, say, of each time) is told last.
  const said = answer.stderr.split(LAST_WORDS);
  const words = said.pop()!.trim();
  const evidence = words || `${program.name} exited with code ${answer.code}`;
  const noise = new Set(
    masked(said.join("")).split("\n").map((line) => line.trim()).filter((line) => line !== ""),
  );
  const log = [masked(answer.stdout.trim()).slice(-8192), [...noise].join("\n").slice(-2048)]
    .filter((part) => part !== "").join("\n");
  throw new Failure({ kind, action, host, evidence, ...(log === "" ? {} : { log: detached(log) }) });
}

/** `key=value` lines; a key may come several times. Lines of another form are skipped. */
export class Fields {
  readonly #values = new Map<string, string[]>();

  /** Reads the lines of `text`. */
  constructor(text: string) {
    for (const line of text.split("\n")) {
      const at = line.indexOf("=");
      if (at <= 0) continue;
      const [key, value] = [line.slice(0, at), line.slice(at + 1)];
      const values = this.#values.get(key);
      if (values === undefined) this.#values.set(key, [value]);
      else values.push(value);
    }
  }

  /** Every value of a key, in order; empty if there is none. */
  all(key: string): readonly string[] {
    return this.#values.get(key) ?? [];
  }

  /** The first value, or "" if there is none. */
  get(key: string): string {
    return this.all(key)[0] ?? "";
  }

  /** The first value as a number; null if there is none. */
  number(key: string): number | null {
    const text = this.get(key);
    return /^\d+$/.test(text) ? Number(text) : null;
  }
}

/** sha256sum's lines as a listing. GNU writes names with a backslash or newline escaped, behind a leading backslash. */
export function parseDigests(lines: readonly string[]): Map<string, string> {
  const listing = new Map<string, string>();
  for (const line of lines) {
    const match = /^(\\?)([0-9a-f]{64}) [ *](?:\.\/)?(.*)$/.exec(line);
    if (match === null) continue;
    const [, escaped, sha256 = "", name = ""] = match;
    listing.set(
      escaped
        ? name.replaceAll(/\\(.)/g, (_, char) => char === "n" ? "\n" : char === "r" ? "\r" : char)
        : name,
      sha256,
    );
  }
  return listing;
}
