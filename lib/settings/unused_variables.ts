/**
 * Variables by which Ansible reaches a host or becomes somebody there, and that are not used here: who relies on one is told so.
 * @module
 */
import type { Problem } from "../errors.ts";
import { problemAt } from "../ansible/problems.ts";
import type { Host } from "../ansible/types.ts";

const KEYS: readonly [why: string, hint: string] = [
  "ssh logs in only with keys",
  "put a key on the device: ssh-copy-id, or ansible_ssh_private_key_file",
];
const SUDO: readonly [why: string, hint: string] = [
  "sudo is run without a password (-n)",
  "allow it in sudoers without one: NOPASSWD",
];

/** Names of a password to log in with. */
const PASSWORDS = ["ansible_password", "ansible_ssh_pass", "ansible_ssh_password"];

const UNUSED: ReadonlyMap<string, readonly [why: string, hint: string]> = new Map([
  ...PASSWORDS.map((name) => [name, KEYS] as const),
  ["ansible_ssh_private_key", KEYS],
  ["ansible_private_key", KEYS],
  ...["ansible_become_pass", "ansible_become_password", "ansible_sudo_pass"].map((name) =>
    [name, SUDO] as const
  ),
  ["ansible_become_exe", ["sudo is taken from the PATH", "put it on the user's PATH"]],
  ["ansible_become_flags", [
    "sudo is run as -n -H -u USER",
    "set ansible_become_user, or allow that form in sudoers",
  ]],
  ["ansible_ssh_executable", ["ssh is taken from the PATH", "put it on your PATH"]],
  ["ansible_ssh_retries", [
    "a failed login is tried twice more",
    "raise --connect-timeout, or use resume --retry-failed",
  ]],
  ["ansible_ssh_timeout", ["--connect-timeout sets it for all hosts", "give --connect-timeout"]],
  ["ansible_timeout", ["--connect-timeout sets it for all hosts", "give --connect-timeout"]],
  ["ansible_shell_executable", ["everything runs in the device's sh", "leave it out"]],
]);

/** One warning for each such variable that these hosts have, where the first of them got it. */
export function unusedVariables(hosts: readonly Host[]): Problem[] {
  const warnings: Problem[] = [];
  const said = new Set<string>();
  for (const { vars, origins } of hosts) {
    for (const [name, [why, hint]] of UNUSED) {
      if (said.has(name) || !Object.hasOwn(vars, name)) continue;
      said.add(name);
      const origin = origins[name] ?? { file: "--inventory", line: 0, col: 0 };
      warnings.push(problemAt(origin, `found "${name}", which is not used: ${why}`, hint));
    }
  }
  return warnings;
}

/** Whether a host has a password that it could be logged in to with, were it used. */
export function hasPassword({ vars }: Host): boolean {
  return PASSWORDS.some((name) => Object.hasOwn(vars, name));
}
