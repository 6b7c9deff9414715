/**
 * Words that are never masked, even if they were encrypted: they occur in every inventory and report, so masking
 * them would reveal more than showing them. The modules that define variables add their defaults and allowed words.
 * @module
 */

const words = new Set([
  // Parts of defaults of variables, and what variables may be beside the words that they choose from.
  "opt/iot-inference",
  "artifacts_phase2",
  "localhost:9208",
  "9208",
  "local",
  "simulated",
  "smart",
  "paramiko",
  "paramiko_ssh",
  "stop",
  "rollback-wave",
  "rollback-all",
  // What everybody writes.
  "root",
  "true",
  "True",
  "false",
  "False",
  "null",
  "None",
  "localhost",
  "127.0.0.1",
  "0.0.0.0",
  "http://",
  "https://",
  "systemctl",
  "restart",
  // What every report has.
  "changed",
  "failed",
  "rolled_back",
  "skipped",
  "preflight",
  "backup",
  "stage",
  "verify",
  "commit",
  "health",
  "exec",
  "deploy",
  "plan",
  "rollback",
  "cleanup",
  "status",
  "backups",
  "inventory",
  "lockstep",
]);

/** Values that variables have as they come or may choose from, and what Lockstep itself says of every host. */
export const PUBLIC_WORDS: ReadonlySet<string> = words;

/** Adds words that stand in every inventory. */
export function addPublicWords(added: Iterable<string>): void {
  for (const word of added) words.add(word);
}
