/**
 * The settings that are honoured: what each may be, and where Ansible reads it. Of several places of one kind the last that has it counts; the
 * environment counts before the file.
 * @module
 */
import type { Origin } from "../types.ts";
import type { Kind, ValueOf } from "./values.ts";

/** Where a setting is read. */
export interface Places {
  /** Variables of the environment. */
  readonly env: readonly string[];
  /** Sections and keys of the file. */
  readonly ini: readonly (readonly [section: string, key: string])[];
}

interface Definition<K extends Kind> extends Places {
  readonly kind: K;
}

function define<K extends Kind>(kind: K, env: string, ini: string): Definition<K> {
  return { kind, ...placesOf(env, ini) };
}

/** Places as they are written in a table: names, and `section.key`, with blanks between them. */
export function placesOf(env: string, ini: string): Places {
  const words = (text: string) => text.split(" ").filter((word) => word !== "");
  return {
    env: words(env),
    ini: words(ini).map((place) => [place.slice(0, place.indexOf(".")), place.slice(place.indexOf(".") + 1)]),
  };
}

/** By the names that Ansible gives them in the file. */
export const definitions = {
  inventory: define("paths", "ANSIBLE_INVENTORY", "defaults.inventory"),
  remote_user: define("text", "ANSIBLE_REMOTE_USER", "defaults.remote_user"),
  remote_port: define("whole", "ANSIBLE_REMOTE_PORT", "defaults.remote_port"),
  private_key_file: define("path", "ANSIBLE_PRIVATE_KEY_FILE", "defaults.private_key_file"),
  transport: define("text", "ANSIBLE_TRANSPORT", "defaults.transport"),
  ssh_args: define("text", "ANSIBLE_SSH_ARGS", "ssh_connection.ssh_args"),
  ssh_common_args: define("text", "ANSIBLE_SSH_COMMON_ARGS", "ssh_connection.ssh_common_args"),
  ssh_extra_args: define("text", "ANSIBLE_SSH_EXTRA_ARGS", "ssh_connection.ssh_extra_args"),
  host_key_checking: define(
    "truth",
    "ANSIBLE_HOST_KEY_CHECKING ANSIBLE_SSH_HOST_KEY_CHECKING",
    "defaults.host_key_checking ssh_connection.host_key_checking",
  ),
  timeout: define("whole", "ANSIBLE_TIMEOUT ANSIBLE_SSH_TIMEOUT", "defaults.timeout ssh_connection.timeout"),
  forks: define("whole", "ANSIBLE_FORKS", "defaults.forks"),
  become: define("truth", "ANSIBLE_BECOME", "privilege_escalation.become"),
  become_user: define(
    "text",
    "ANSIBLE_BECOME_USER ANSIBLE_SUDO_USER",
    "privilege_escalation.become_user sudo_become_plugin.user",
  ),
  become_method: define("text", "ANSIBLE_BECOME_METHOD", "privilege_escalation.become_method"),
  vault_password_file: define("path", "ANSIBLE_VAULT_PASSWORD_FILE", "defaults.vault_password_file"),
  vault_identity_list: define("list", "ANSIBLE_VAULT_IDENTITY_LIST", "defaults.vault_identity_list"),
  hash_behaviour: define("text", "ANSIBLE_HASH_BEHAVIOUR", "defaults.hash_behaviour"),
} as const;

/** The name of a setting that is honoured. */
export type SettingName = keyof typeof definitions;

/** Their names, in the order of the table. */
export const settingNames = Object.keys(definitions) as readonly SettingName[];

/** A value, and where it was set: a line of the file, or a variable of the environment. */
export interface Configured<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** What is set. */
export type ConfiguredSettings = {
  readonly [Name in SettingName]?: Configured<ValueOf<(typeof definitions)[Name]["kind"]>>;
};

/** A place as one word: `ansible.cfg:3`, or the variable's name. */
export function placeOf({ file, line }: Origin): string {
  return line > 0 ? `${file}:${line}` : file;
}
