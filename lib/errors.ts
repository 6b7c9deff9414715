/**
 * The kinds of errors, and how they are printed. An error names the action, the host, the kind, the evidence and the
 * next move; `formatFailure()` and `formatProblems()` are the only places that format one as text.
 * @module
 */
import { oneLine, printable } from "./plain/printable.ts";

export { printable };

/**
 * What went wrong, as the transport or a probe found it (never read off the wording of somebody's stderr):
 * `unreachable` no session came about (`refused`: the address answers, but ssh could not log in), `timeout` a limit ran out,
 * `dropped` the session ended in the middle, `excess` the device sent more than a bound allows, `exit` a program on the device failed,
 * `not-tried` the service could not be started on the release at all, so that nothing is known of it, and the rest as they say.
 */
export type FailureKind =
  | "unreachable"
  | "refused"
  | "timeout"
  | "dropped"
  | "excess"
  | "exit"
  | "privilege"
  | "no-space"
  | "not-writable"
  | "missing-tool"
  | "unsuitable"
  | "mismatch"
  | "not-found"
  | "service"
  | "not-tried"
  | "unhealthy"
  | "locked"
  | "interrupted"
  | "stopped"
  | "not-converged"
  | "fault";

/** A failure as plain data: what events and reports carry. */
export interface FailureData {
  /** What sort of failure it is: told from a probe or the transport, never from somebody's wording. */
  readonly kind: FailureKind;
  /** What could not be done: "stage 2.4.1". Follows "Cannot". */
  readonly action: string;
  /** The host's name in the inventory; absent if no host is concerned. */
  readonly host?: string;
  /** What was found: one line, or several with the most telling first. */
  readonly evidence: string;
  /** The state that things were left in, and what to do now. */
  readonly next?: string;
  /** What the host's own words were (journal, stderr), where they help. */
  readonly log?: string;
}

/** Something that could not be done on a host. */
export class Failure extends Error {
  /** `Failure`. */
  override readonly name = "Failure";
  /** What events and reports carry. */
  readonly data: FailureData;
  /** Whether a retry may succeed a moment later, because the other side was overloaded. */
  readonly again: boolean;

  /** `options.cause` is the error that led to it. */
  constructor(data: FailureData, options?: ErrorOptions & { readonly again?: boolean }) {
    super(`${headOf(data)}: ${data.evidence}`, options);
    this.data = data;
    this.again = options?.again ?? false;
  }

  /** `data.kind`. */
  get kind(): FailureKind {
    return this.data.kind;
  }

  /** Any thrown value as a Failure of `action`: what is one already keeps its kind, the rest is a fault of our own. */
  static from(error: unknown, action: string, host?: string): Failure {
    if (error instanceof Failure) return error;
    const evidence = error instanceof Error ? error.message : String(error);
    return new Failure({ kind: "fault", action, evidence, ...(host === undefined ? {} : { host }) }, {
      cause: error,
    });
  }
}

/** One mistake in something the user wrote: where it is, what is wrong, how to fix it. */
export interface Problem {
  /** File or option: `prod.yaml`, `--limit`. */
  readonly where: string;
  /** 1-based, where the source has lines. */
  readonly line?: number;
  /** 1-based, if the source has lines. */
  readonly col?: number;
  /** Path inside the document: `all.hosts.edge-1.ansible_port`. */
  readonly path?: string;
  /** What was found and what was expected. */
  readonly message: string;
  /** The fix: `did you mean "ansible_port"?`. */
  readonly hint?: string;
}

/** Everything that is wrong with what the user gave us, at once. Ends the program with 64 before any host is contacted. */
export class UsageError extends Error {
  /** `UsageError`. */
  override readonly name = "UsageError";
  /** Every mistake that was found, in the order in which they are printed. */
  readonly problems: readonly Problem[];

  /** The message has one problem after the other. */
  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join("\n"), options);
    this.problems = problems;
  }

  /** A UsageError of a single problem. */
  static of(where: string, message: string, hint?: string): UsageError {
    return new UsageError([{ where, message, ...(hint === undefined ? {} : { hint }) }]);
  }
}

/** The exit codes of the program. */
export const EXIT = {
  ok: 0,
  fault: 1,
  failed: 2,
  unreachable: 4,
  usage: 64,
  locked: 75,
  interrupted: 130,
} as const;

/** `file:line:col: path: message (hint)`. */
export function formatProblem(problem: Problem): string {
  const at = [problem.where, problem.line, problem.col].filter((part) => part !== undefined).join(":");
  const path = problem.path ? `${problem.path}: ` : "";
  const hint = problem.hint ? `\n${problem.hint}` : "";
  // Whatever line breaks a name or a value has: only the first line begins at the margin.
  return printable(`${oneLine(at)}: ${path}${problem.message}${hint}`.replaceAll("\n", "\n    "));
}

/**
 * The lines that a person reads of a failure:
 * ```
 * Cannot stage 2.4.1 on edge-9: no space left: need 41.2 MB under /opt/iot-inference, 12.0 MB free
 *   nothing changed on edge-9; free space or lower keep_backups, then deploy again
 * ```
 */
export function formatFailure(failure: FailureData): string {
  const [first = "", ...rest] = failure.evidence.split("\n");
  const lines = [`${headOf(failure)}: ${first}`];
  for (const line of rest) lines.push(`  ${line}`);
  if (failure.next) { for (const line of failure.next.split("\n")) lines.push(`  ${line}`); }
  if (failure.log) { for (const line of failure.log.split("\n")) lines.push(`  | ${line}`); }
  return printable(lines.join("\n"));
}

/** "Cannot stage 2.4.1 on edge-9", "Cannot connect to edge-9". */
function headOf({ action, host }: FailureData): string {
  const where = host === undefined ? "" : action === "connect" ? ` to ${host}` : ` on ${host}`;
  return oneLine(`Cannot ${action}${where}`);
}
