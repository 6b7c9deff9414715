/**
 * What is set for Ansible, concerns connection or inventory, and is not honoured: one warning names it.
 * @module
 */
import type { Problem } from "../../errors.ts";
import { oneLine } from "../../plain/printable.ts";
import { secretKeeper } from "../secret_keeper.ts";
import { misplaced } from "./misplaced.ts";
import { placesOf } from "./settings.ts";
import { valueOf } from "./values.ts";
import { isPrompt } from "./vault_ids.ts";
import { type LeftOut, textOf, type Written } from "./written.ts";

export type { LeftOut } from "./written.ts";

/** Which values of a setting are worth a word. */
type Matters = (value: string) => boolean;

const ground = { cwd: "/", env: {} };
const always: Matters = () => true;
const some: Matters = (value) => value !== "";
const yes: Matters = (value) => is(value, true);
const no: Matters = (value) => is(value, false);
const not = (...usual: readonly string[]): Matters => (value) => !usual.includes(value);
const differentFrom = (...usual: readonly string[]): Matters => (value) =>
  [...listOf(value)].sort().join() !== [...usual].sort().join();

/** The one whose value is a secret. */
const PASSWORD = "become_pass";

const NO_PROMPT = "Lockstep never waits for a password to be typed";
const KEYS = "ssh logs in only with keys";
const SUDO = "sudo is run without a password (-n)";
const NO_PLUGINS = "no Ansible plugins are loaded";

const SSH = "ssh_connection.";
const BECOME = "privilege_escalation.";

/** Name, variables of the environment, places in the file, why it is not honoured, and which values are worth a word. */
const table: readonly (readonly [name: string, env: string, ini: string, why: string, matters: Matters])[] = [
  ["ask_pass", "ANSIBLE_ASK_PASS", "defaults.ask_pass", NO_PROMPT, yes],
  ["ask_vault_pass", "ANSIBLE_ASK_VAULT_PASS", "defaults.ask_vault_pass", NO_PROMPT, yes],
  ["become_ask_pass", "ANSIBLE_BECOME_ASK_PASS", `${BECOME}become_ask_pass`, NO_PROMPT, yes],
  [
    "connection_password_file",
    "ANSIBLE_CONNECTION_PASSWORD_FILE",
    "defaults.connection_password_file",
    KEYS,
    some,
  ],
  ["become_password_file", "ANSIBLE_BECOME_PASSWORD_FILE", "defaults.become_password_file", SUDO, some],
  [PASSWORD, "ANSIBLE_BECOME_PASS ANSIBLE_SUDO_PASS", "sudo_become_plugin.password", SUDO, always],
  [
    "become_exe",
    "ANSIBLE_BECOME_EXE ANSIBLE_SUDO_EXE",
    `${BECOME}become_exe sudo_become_plugin.executable`,
    "sudo is taken from the PATH",
    not("", "sudo"),
  ],
  [
    "become_flags",
    "ANSIBLE_BECOME_FLAGS ANSIBLE_SUDO_FLAGS",
    `${BECOME}become_flags sudo_become_plugin.flags`,
    "sudo is run as -n -H -u USER",
    (value) => value.split(/\s+/).some(not("", "-H", "-S", "-n")),
  ],
  ["become_plugins", "ANSIBLE_BECOME_PLUGINS", "defaults.become_plugins", NO_PLUGINS, some],
  ["connection_plugins", "ANSIBLE_CONNECTION_PLUGINS", "defaults.connection_plugins", NO_PLUGINS, some],
  ["vars_plugins", "ANSIBLE_VARS_PLUGINS", "defaults.vars_plugins", NO_PLUGINS, some],
  [
    "vars_plugins_enabled",
    "ANSIBLE_VARS_ENABLED",
    "defaults.vars_plugins_enabled",
    "only group_vars and host_vars are read",
    differentFrom("host_group_vars"),
  ],
  [
    "ignore_extensions",
    "ANSIBLE_INVENTORY_IGNORE",
    "defaults.inventory_ignore_extensions inventory.ignore_extensions",
    "in a folder, the files that Ansible ignores by default are ignored",
    some,
  ],
  [
    "ignore_patterns",
    "ANSIBLE_INVENTORY_IGNORE_REGEX",
    "defaults.inventory_ignore_patterns inventory.ignore_patterns",
    "in a folder, the files that Ansible ignores by default are ignored",
    some,
  ],
  [
    "force_valid_group_names",
    "ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS",
    "defaults.force_valid_group_names",
    "group names are not changed",
    not("never", "ignore", ""),
  ],
  [
    "host_pattern_mismatch",
    "ANSIBLE_HOST_PATTERN_MISMATCH",
    "inventory.host_pattern_mismatch",
    "a pattern that matches nothing is a warning, and an error if no host is left",
    not("warning", "ignore", ""),
  ],
  [
    "precedence",
    "ANSIBLE_PRECEDENCE",
    "defaults.precedence",
    "variables have Ansible's default precedence",
    some,
  ],
  [
    "yaml_valid_extensions",
    "ANSIBLE_YAML_FILENAME_EXT",
    "defaults.yaml_valid_extensions",
    "variables are read from .yml, .yaml and .json",
    differentFrom(".yml", ".yaml", ".json"),
  ],
  [
    "playbook_dir",
    "ANSIBLE_PLAYBOOK_DIR",
    "defaults.playbook_dir",
    "group_vars and host_vars of the current folder are read",
    some,
  ],
  [
    "jinja2_native",
    "ANSIBLE_JINJA2_NATIVE",
    "defaults.jinja2_native",
    "templates are evaluated as without it",
    yes,
  ],
  [
    "jinja2_extensions",
    "ANSIBLE_JINJA2_EXTENSIONS",
    "defaults.jinja2_extensions",
    "templates are evaluated without them",
    not("", "[]"),
  ],
  [
    "error_on_undefined_vars",
    "ANSIBLE_ERROR_ON_UNDEFINED_VARS",
    "defaults.error_on_undefined_vars",
    "an undefined variable is an error",
    no,
  ],
  [
    "executable",
    "ANSIBLE_EXECUTABLE",
    "defaults.executable",
    "everything runs in the device's sh",
    not("", "/bin/sh"),
  ],
  [
    "ssh_executable",
    "ANSIBLE_SSH_EXECUTABLE",
    `${SSH}ssh_executable`,
    "ssh is taken from the PATH: put it on your PATH",
    not("", "ssh"),
  ],
  [
    "retries",
    "ANSIBLE_SSH_RETRIES",
    `connection.retries ${SSH}retries`,
    "a failed login is tried twice more",
    not("", "0", "1", "2"),
  ],
  ["sshpass_prompt", "ANSIBLE_SSHPASS_PROMPT", `${SSH}sshpass_prompt`, KEYS, some],
  [
    "pkcs11_provider",
    "ANSIBLE_PKCS11_PROVIDER",
    `${SSH}pkcs11_provider`,
    "pass it to ssh: ssh_extra_args = -o PKCS11Provider=PATH",
    some,
  ],
  [
    "proxy_command",
    "ANSIBLE_PARAMIKO_PROXY_COMMAND",
    "paramiko_connection.proxy_command",
    "ssh connects, not paramiko: ssh_common_args = -o ProxyCommand=…",
    some,
  ],
  [
    "vault_identity_list",
    "ANSIBLE_VAULT_IDENTITY_LIST",
    "defaults.vault_identity_list",
    NO_PROMPT,
    (value) => listOf(value).some(isPrompt),
  ],
];

/** Those of the table that are set to something that matters, and what stands in a place where Ansible does not look. */
export function leftOutOf(written: Written): readonly LeftOut[] {
  const found = table.flatMap(([name, env, ini, why, matters]): LeftOut[] => {
    const text = textOf(placesOf(env, ini), written);
    if (text === undefined || !matters(text.value)) return [];
    const secret = name === PASSWORD;
    if (secret) secretKeeper().password(text.value);
    return [{ name, value: secret ? "********" : text.value, origin: text.origin, why }];
  });
  return [...found, ...misplaced(written)];
}

/** The one warning of all that is left out; undefined if nothing is. */
export function leftOutWarning(
  { file = "environment", leftOut }: {
    readonly file?: string | undefined;
    readonly leftOut: readonly LeftOut[];
  },
): Problem | undefined {
  if (leftOut.length === 0) return undefined;
  const names = leftOut.map(({ name, origin }) =>
    origin.line > 0 ? `${oneLine(name)} (line ${origin.line})` : origin.file
  );
  return {
    where: file,
    message: `set for Ansible and not honoured: ${names.join(", ")}`,
    hint: `"config" shows why`,
  };
}

function is(value: string, wanted: boolean): boolean {
  const result = valueOf("truth", value, ground);
  return "value" in result && result.value === wanted;
}

function listOf(value: string): readonly string[] {
  const result = valueOf("list", value, ground);
  return "value" in result
    ? result.value.map((one) => one.replace(/^ansible\.(?:builtin|legacy)\./, ""))
    : [];
}
