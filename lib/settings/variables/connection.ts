/**
 * Variables that say how a device is reached.
 * @module
 */
import { z } from "zod";
import { emptyForNone, expecting, integer, oneOf, someText, sshWords, truth } from "./kinds.ts";
import type { Variables } from "./variable.ts";

const AS_SSH = "as ssh's configuration says";

const address = expecting("an address or a host name", someText);
const port = integer(1, 65535, "a port");
const userName = expecting("a user name", emptyForNone);
const keyFile = expecting("the path of a key file", emptyForNone);
const connection = expecting(
  "ssh, local or simulated",
  z.string().transform((value, context): "ssh" | "local" | "simulated" => {
    const name = value.replace(/^ansible\.(?:builtin|legacy)\./, "");
    if (name === "local" || name === "simulated") return name;
    if (!["ssh", "smart", "paramiko", "paramiko_ssh"].includes(name)) context.addIssue("not supported");
    return "ssh";
  }),
);

/** How a device is reached. */
export const connectionVariables = {
  ansible_host: {
    type: address.nullish(),
    meaning: "Address to connect to, or a `Host` of your ssh configuration.",
    unset: "the host's name",
    example: "192.0.2.17",
  },
  ansible_port: {
    type: port.nullish(),
    meaning: "Port of sshd on the device.",
    unset: AS_SSH,
    example: "22",
    configured: "remote_port",
  },
  ansible_user: {
    type: userName,
    meaning: "User to log in as; empty for none.",
    unset: AS_SSH,
    example: "iotuser",
    configured: "remote_user",
  },
  ansible_ssh_private_key_file: {
    type: keyFile,
    meaning: "Private key to log in with.",
    unset: AS_SSH,
    example: "~/.ssh/iot-deployment",
  },
  ansible_ssh_args: {
    type: sshWords.nullish(),
    meaning: "Options for ssh, before the common ones.",
    example: "-o ServerAliveInterval=10",
    configured: "ssh_args",
  },
  ansible_ssh_common_args: {
    type: sshWords.nullish(),
    meaning: "Options for ssh, such as a jump host.",
    example: "-o ProxyJump=gate.example.com",
    configured: "ssh_common_args",
  },
  ansible_ssh_extra_args: {
    type: sshWords.nullish(),
    meaning: "More options for ssh, after the common ones.",
    example: "-o IdentitiesOnly=yes",
    configured: "ssh_extra_args",
  },
  ansible_ssh_host_key_checking: {
    type: truth.nullish(),
    meaning:
      "Whether ssh checks the device's host key as it is configured to. `no` accepts any, as `StrictHostKeyChecking=no` does; one that [has changed](inventory.md#host-keys-that-are-not-checked) is a warning.",
    unset: AS_SSH,
    example: "yes",
  },
  ssh_forward_agent: {
    type: truth.default(false),
    meaning:
      "Whether the device may use your ssh agent during the session. It overrides your ssh configuration; anyone who is root there can log in as you meanwhile.",
    derived: true,
  },
  ansible_connection: {
    type: connection.nullish(),
    meaning:
      "How to reach the device: `ssh`, `local` or `simulated`. `local` is a folder of this machine, through a local sh; with `simulated` [nothing is contacted](inventory.md#rehearse).",
    unset: "`ssh`",
    example: "ssh",
    configured: "transport",
  },
  ansible_become: {
    type: truth.nullish(),
    meaning: "Run everything on the device through `sudo -n`. Not needed for the restart alone.",
    unset: "no",
    example: "no",
    configured: "become",
  },
  ansible_become_user: {
    type: userName,
    meaning: "User to become.",
    unset: "`root`",
    example: "root",
    configured: "become_user",
  },
  ansible_become_method: {
    type: expecting("sudo", oneOf(["sudo", "ansible.builtin.sudo"])).nullish(),
    meaning: "How to become another user.",
    unset: "`sudo`",
    example: "sudo",
    configured: "become_method",
  },
} satisfies Variables;

/** Other names of the same, which Ansible still reads. What is configured gives way to both, so it belongs to the weaker one. */
export const otherNames = {
  ansible_ssh_host: {
    type: address.nullish(),
    meaning: "Older name of `ansible_host`; of both the older one wins.",
  },
  ansible_ssh_port: {
    type: port.nullish(),
    meaning: "Older name of `ansible_port`; of both the older one wins.",
  },
  ansible_ssh_user: { type: userName, meaning: "Older name of `ansible_user`; of both the older one wins." },
  ansible_sudo_user: {
    type: userName,
    meaning: "Older name of `ansible_become_user`; of both the older one wins.",
  },
  ansible_host_key_checking: {
    type: truth.nullish(),
    meaning: "Other name of `ansible_ssh_host_key_checking`; of both that one wins.",
    configured: "host_key_checking",
  },
  ansible_private_key_file: {
    type: keyFile,
    meaning: "Other name of `ansible_ssh_private_key_file`; of both that one wins.",
    configured: "private_key_file",
  },
} satisfies Variables;
