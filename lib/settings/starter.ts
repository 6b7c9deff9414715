/**
 * The inventory that `init` writes for who has none yet.
 * @module
 */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "@std/path";
import { UsageError } from "../errors.ts";

const SCHEMA = "lockstep.schema.json";

/** Short, because it is read by somebody who has not seen one before; `inventory/example.yaml` has everything. */
export const STARTER =
  `# The devices and their variables. The format is Ansible's, so Ansible reads this file too.
# Precedence, from low to high: "all", groups, the groups in them, the host, then -e NAME=VALUE on
# the command line.

all:
  vars: # for every device
    ansible_user: iotuser # who to log in as; keys, ports and jump hosts may stay in ~/.ssh/config
    # ansible_port: 22
    # ansible_ssh_private_key_file: ~/.ssh/id_ed25519
    # ansible_ssh_common_args: -o ProxyJump=gate.example.com
    deploy_path: /opt/iot-inference # folder on the device, which that user must be able to write
    service: phase4-inference # unit to restart; empty for none
    health_url: http://localhost:9208 # as the device itself sees it; empty for none

  children:
    canary: # deployed first: deploy --limit canary
      hosts:
        edge-01.example.com:

    hall:
      hosts:
        edge-[02:04].example.com: # three devices in one line
        press:
          ansible_host: 192.0.2.17 # if the name is not the address
      # vars: # only for the devices of this group
      #   health_attempts: 20
`;

/** Writes it to `file`, and the folder if there is none. Throws a UsageError if the file exists or cannot be written. */
export async function writeStarter(file: string): Promise<void> {
  const refuse = (error: unknown) =>
    (error as NodeJS.ErrnoException).code === "EEXIST"
      ? UsageError.of("init", `found ${file}, which stays as it is`, "name another file: init FILE")
      : UsageError.of(
        "init",
        `cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`,
      );
  const folder = dirname(file);
  try {
    if (!existsSync(folder)) await mkdir(folder, { recursive: true });
    // Beside the schema, as in a checkout, editors are told about it.
    const text = existsSync(join(folder, SCHEMA))
      ? `# yaml-language-server: $schema=${SCHEMA}\n${STARTER}`
      : STARTER;
    // The system refuses if there is a file already: nothing comes between a look and the writing.
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    throw refuse(error);
  }
}
