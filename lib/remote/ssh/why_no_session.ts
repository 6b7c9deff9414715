/**
 * Why no session came about: what ssh, the login or sudo said last, and what a second look at the host finds.
 * @module
 */
import { Failure, type FailureKind } from "../../errors.ts";
import { whyUnreachable } from "./diagnose.ts";
import { HOST_KEY_LINE } from "./host_key.ts";
import { type LoginFault, probeLogin } from "./login_probe.ts";
import type { Endpoint, TransportOptions } from "./transport.ts";

/** How the process of a session ended that has never started. */
interface Ending {
  /** null if it could not be started. */
  readonly exitCode: number | null;
  readonly cause: Error | null;
  /** The last lines of what came as errors, and of what was printed. */
  readonly words: readonly string[];
  readonly printed: readonly string[];
}

/** Why there is no session. */
export async function whyNoSession(
  endpoint: Endpoint,
  options: TransportOptions & { readonly signal?: AbortSignal },
  { exitCode, cause, words, printed }: Ending,
): Promise<Failure> {
  if (endpoint.connection === "ssh" && exitCode === null && cause !== null) {
    const evidence = `ssh could not be started: ${cause.message}`;
    return unreachable(endpoint, "missing-tool", evidence, "install OpenSSH's client");
  }
  const said = [...words, ...printed];
  // ssh itself ends with 255 if it cannot get in; anything else came from the far side.
  if (endpoint.connection === "local") return noShell(endpoint, exitCode, said);
  if (exitCode !== 255) {
    const fault = lacksSudo(endpoint, exitCode) ? null : await probeLogin(endpoint, options, exitCode ?? 1);
    return fault === null ? noShell(endpoint, exitCode, said) : noLogin(endpoint, fault, said);
  }
  const why = await whyUnreachable(endpoint, options);
  const evidence = [words.at(-1) ?? why.evidence, ...words.slice(0, -1)].join("\n");
  return unreachable(endpoint, why.kind, evidence, why.next, why.again);
}

/** 127 is how a shell says that there is no such program, null that not even that came about. */
function lacksSudo({ become }: Endpoint, exitCode: number | null): boolean {
  return become && (exitCode === 127 || exitCode === null);
}

/** The login is at fault. */
export function noLogin(
  endpoint: Endpoint,
  { evidence, next }: LoginFault,
  said: readonly string[],
): Failure {
  return unreachable(endpoint, "unreachable", [evidence, ...said].join("\n"), next);
}

function noShell(endpoint: Endpoint, exitCode: number | null, said: readonly string[]): Failure {
  const { become, becomeUser } = endpoint;
  if (lacksSudo(endpoint, exitCode)) {
    const next = "install it, or leave ansible_become out";
    return unreachable(endpoint, "missing-tool", "sudo is not installed", next);
  }
  const how = exitCode === null ? "it could not be started" : `its login exited with code ${exitCode}`;
  const evidence = [`no shell: ${how}`, ...said].join("\n");
  if (!become) return unreachable(endpoint, "unreachable", evidence, "the user needs a login shell");
  const next = `allow it in sudoers, "USER ALL=(${becomeUser}) NOPASSWD: ALL", or leave ansible_become out`;
  return unreachable(endpoint, "privilege", evidence, next);
}

/** A failure to connect. `again`: it may go better next time. */
export function unreachable(
  endpoint: Endpoint,
  kind: FailureKind,
  evidence: string,
  next: string,
  again = false,
): Failure {
  return new Failure({ kind, action: "connect", host: endpoint.name, evidence, next }, { again });
}

/** Of what somebody printed last, so much is looked at for evidence. Bytes. */
export const LAST_WORDS = 4096;

/** The last few lines of what somebody printed, as evidence. */
export function lastWords(text: string): string[] {
  return text.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith(HOST_KEY_LINE)).slice(-5);
}
