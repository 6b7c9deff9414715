/**
 * What `ansible` and `mitogen` share: a run of `ansible.yaml`, and its recap.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { sha256 } from "../../tests/fleet/support/tree.ts";
import type { Job, Ready } from "../contender.ts";
import { packSet } from "./packed_set.ts";

const playbook = fromFileUrl(new URL("./ansible.yaml", import.meta.url));

export interface PlaybookOptions {
  /** More lines for that section of `ansible.cfg`. */
  readonly defaults?: readonly string[];
  /** More variables. */
  readonly vars?: Readonly<Record<string, unknown>>;
}

/** Runs the playbook with pipelining and multiplexed ssh. */
export async function runPlaybook(
  job: Job,
  { defaults = [], vars = {} }: PlaybookOptions = {},
): Promise<Ready> {
  const { fleet, sshConfig, set, forks, workDir } = job;
  const config = join(workDir, "ansible.cfg");
  await Deno.writeTextFile(
    config,
    [
      `[defaults]`,
      `forks = ${forks}`,
      `local_tmp = ${join(workDir, "tmp")}`,
      `retry_files_enabled = false`,
      ...defaults,
      `[ssh_connection]`,
      `pipelining = true`,
      `ssh_args = -F ${sshConfig} -o ControlMaster=auto -o ControlPersist=60s`,
      `control_path_dir = ${join(workDir, "cp")}`,
      ``,
    ].join("\n"),
  );
  const values = {
    // Else it looks for one on every host. Mitogen does not read it from ansible.cfg.
    ansible_python_interpreter: "/usr/bin/python3",
    set_id: set.id,
    set_digest: await sha256(join(set.dir, "metadata.json")),
    set_tar: await packSet(job),
    ...vars,
  };
  return {
    argv: [
      ...["env", `ANSIBLE_CONFIG=${config}`, "/usr/bin/ansible-playbook"],
      ...["--inventory", await fleet.inventory(), "--extra-vars", JSON.stringify(values), playbook],
    ],
    check: ({ exitCode, text }) => {
      const wanted = job.expect === "nothing" ? 0 : 1;
      const done = readRecap(text).filter(({ changed, wrong }) =>
        wrong === 0 && Math.min(changed, 1) === wanted
      );
      if (exitCode !== 0 || done.length !== fleet.devices.length) {
        throw new Error(
          `exit code ${exitCode}, ${done.length} of ${fleet.devices.length} hosts as expected: ${
            text.slice(-2000)
          }`,
        );
      }
      return {};
    },
  };
}

/** What Ansible says of a host in the end. */
export interface Recap {
  readonly host: string;
  readonly changed: number;
  /** Unreachable or failed tasks. */
  readonly wrong: number;
}

/** Reads the recap that ends what `ansible-playbook` prints. */
export function readRecap(text: string): Recap[] {
  const recap = text.split(/^PLAY RECAP \**$/m)[1] ?? "";
  const line = /^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)/gm;
  return [...recap.matchAll(line)].map(([, host = "", changed, unreachable, failed]) => ({
    host,
    changed: Number(changed),
    wrong: Number(unreachable) + Number(failed),
  }));
}
