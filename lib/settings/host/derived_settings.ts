/**
 * The settings that are no variable as it is: of several names for one thing, with a path that is made absolute, or absent if not set.
 * @module
 */
import type { Host } from "../../ansible/types.ts";
import { hasPassword } from "../unused_variables.ts";
import type { HostVariables } from "../variables.ts";
import type { Hooks } from "../variables/hooks.ts";
import type { DerivedSettings, SettingsOptions } from "./host_settings.ts";
import { absolute, artifactsDir } from "./local_paths.ts";

/** Shared by all hosts, because a fleet may be large. */
const NO_HOOKS: Hooks = Object.freeze({});

/** What a host's variables come to together. */
export function derivedSettings(host: Host, vars: HostVariables, options: SettingsOptions): DerivedSettings {
  // Of two names for one thing Ansible takes the one that it lists last.
  const port = vars.ansible_ssh_port ?? vars.ansible_port;
  const user = vars.ansible_ssh_user ?? vars.ansible_user;
  const checking = vars.ansible_ssh_host_key_checking ?? vars.ansible_host_key_checking;
  const identityFile = vars.ansible_ssh_private_key_file ?? vars.ansible_private_key_file;
  return {
    name: host.name,
    address: vars.ansible_ssh_host ?? vars.ansible_host ?? host.name,
    ...(typeof port === "number" ? { port } : {}),
    ...(user ? { user } : {}),
    ...(hasPassword(host) ? { hasPassword: true } : {}),
    ...(identityFile ? { identityFile: absolute(identityFile, options.cwd, options) } : {}),
    commonArgs: [
      ...vars.ansible_ssh_args ?? [],
      ...(checking === false ? ["-o", "StrictHostKeyChecking=no"] : []),
      ...vars.ansible_ssh_common_args ?? [],
      ...vars.ansible_ssh_extra_args ?? [],
    ],
    connection: vars.ansible_connection ?? "ssh",
    ...(vars.ssh_forward_agent ? { forwardAgent: true } : {}),
    ...(vars.ansible_connection === "simulated"
      ? { simulated: { fault: vars.simulated_fault, latency: vars.simulated_latency } }
      : {}),
    become: vars.ansible_become ?? false,
    becomeUser: (vars.ansible_sudo_user ?? vars.ansible_become_user) || "root",
    artifactsDir: artifactsDir(host, vars.artifacts_dir, options),
    rollout: vars.rollout ?? null,
    hooks: vars.hooks ?? NO_HOOKS,
  };
}
