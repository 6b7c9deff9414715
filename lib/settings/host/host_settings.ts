/**
 * The settings of a host: those that are variables as they are, and those that are derived from several.
 * @module
 */
import type { Configuration } from "../../ansible/configuration/mod.ts";
import type { Simulation } from "../../remote/simulated/faults.ts";
import type { VariableSchemas } from "../task_variables.ts";
import type { Hooks } from "../variables/hooks.ts";
import type { RolloutVariable } from "../variables/rollout.ts";
import type { VariableSettings } from "./variable_settings.ts";

/** Everything that Lockstep needs to know about a host. Times are seconds. */
export interface HostSettings extends VariableSettings {
  /** The host's name in the inventory. */
  readonly name: string;
  /** What ssh connects to. Not checked: a name that ssh would take for an option is refused by the session. */
  readonly address: string;
  /** `ansible_port`; absent: as ssh has it. */
  readonly port?: number;
  /** `ansible_user`; absent: as ssh has it. */
  readonly user?: string;
  /** Absolute. */
  readonly identityFile?: string;
  /** The inventory has a password to log in with, which is not used. */
  readonly hasPassword?: boolean;
  /** `ansible_ssh_args`, `…_host_key_checking`, `…_common_args` and `…_extra_args`, as words. */
  readonly commonArgs: readonly string[];
  /** `ansible_connection`. */
  readonly connection: "ssh" | "local" | "simulated";
  /** The device may use the agent. */
  readonly forwardAgent?: boolean;
  /** If the connection is simulated: how the device behaves. */
  readonly simulated?: Simulation;
  /** `ansible_become`: programs run as `becomeUser`. */
  readonly become: boolean;
  /** `ansible_become_user`; default: root. */
  readonly becomeUser: string;
  /** Absolute, on this machine. */
  readonly artifactsDir: string;
  /** If these are the settings of one of several sets: its name. */
  readonly set?: string;
  /** If the host has several sets: the settings of each. The host's own then only say how it is reached and rolled out. */
  readonly sets?: readonly HostSettings[];
  /** What `rollout` says about the whole fleet; null if it is not set. */
  readonly rollout: RolloutVariable | null;
  /** What `hooks` says. */
  readonly hooks: Hooks;
  /** What tasks of a project read, by name: as their schemas have it. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** What the templates of tasks become for this host, by file. */
  readonly templates?: Readonly<Record<string, string>>;
}

/** The settings that are derived from several variables, or from more than the variables. */
export type DerivedSettings = Omit<
  HostSettings,
  keyof VariableSettings | "set" | "sets" | "variables" | "templates"
>;

/** What decides a host's settings beside its variables. */
export interface SettingsOptions {
  /** Absolute. */
  readonly cwd: string;
  /** `--artifacts`; relative to `cwd`; wins over the variable. */
  readonly artifactsDir?: string;
  /** The environment of this program. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The variables that tasks read beside these settings. */
  readonly variables?: VariableSchemas;
  /** What Ansible is configured with: holds if the inventory says nothing. */
  readonly configuration?: Configuration;
}
