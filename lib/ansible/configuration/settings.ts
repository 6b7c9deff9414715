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

/** A value, and where it was set. */
export interface Configured<T> {
  /** As it holds: paths are absolute. */
  readonly value: T;
  /** A line of the file, or (line 0) a variable of the environment. */
  readonly origin: Origin;
}

/** What is set, by the names that Ansible gives the settings in the file. */
export interface ConfiguredSettings {
  /** The inventory if none is named. */
  readonly inventory?: Configured<readonly string[]>;
  /** As `ansible_user`. */
  readonly remote_user?: Configured<string>;
  /** As `ansible_port`. */
  readonly remote_port?: Configured<number>;
  /** As `ansible_ssh_private_key_file`. */
  readonly private_key_file?: Configured<string>;
  /** As `ansible_connection`. */
  readonly transport?: Configured<string>;
  /** As `ansible_ssh_args`. */
  readonly ssh_args?: Configured<string>;
  /** As `ansible_ssh_common_args`. */
  readonly ssh_common_args?: Configured<string>;
  /** As `ansible_ssh_extra_args`. */
  readonly ssh_extra_args?: Configured<string>;
  /** As `ansible_ssh_host_key_checking`. */
  readonly host_key_checking?: Configured<boolean>;
  /** Seconds for ssh to connect. */
  readonly timeout?: Configured<number>;
  /** Hosts at once. */
  readonly forks?: Configured<number>;
  /** As `ansible_become`. */
  readonly become?: Configured<boolean>;
  /** As `ansible_become_user`. */
  readonly become_user?: Configured<string>;
  /** As `ansible_become_method`. */
  readonly become_method?: Configured<string>;
  /** The password of encrypted values. */
  readonly vault_password_file?: Configured<string>;
  /** The same with labels: `LABEL@FILE`. Those that somebody would have to type are left out. */
  readonly vault_identity_list?: Configured<readonly string[]>;
  /** `replace` or `merge`: what becomes of a mapping that is set again. */
  readonly hash_behaviour?: Configured<string>;
}

/** The name of a setting that is honoured. */
export type SettingName = keyof ConfiguredSettings;

/** The kinds whose values are of a type. */
type KindsOf<T> = { [K in Kind]: ValueOf<K> extends T ? K : never }[Kind];

type Definitions = {
  readonly [Name in SettingName]-?: Definition<KindsOf<NonNullable<ConfiguredSettings[Name]>["value"]>>;
};

/** Every setting that is honoured. */
export const definitions: Definitions = {
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
};

/** Their names, in the order of the table. */
export const settingNames = Object.keys(definitions) as readonly SettingName[];

/** A place as one word: `ansible.cfg:3`, or the variable's name. */
export function placeOf({ file, line }: Origin): string {
  return line > 0 ? `${file}:${line}` : file;
}
