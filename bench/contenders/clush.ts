/**
 * ClusterShell's `clush` with three commands (`clush.sh`) over multiplexed ssh.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { sha256 } from "../../tests/fleet/support/tree.ts";
import { checkSuccess, type Contender } from "../contender.ts";
import { packSet } from "./packed_set.ts";

const script = fromFileUrl(new URL("./clush.sh", import.meta.url));

export const clush: Contender = {
  name: "clush",
  what: "three commands for all hosts (ask, copy, install) over multiplexed ssh",
  needs: { "/usr/bin/clush": "clustershell", ssh: "openssh-client", scp: "openssh-client" },
  deploys: true,
  idempotent: true,
  prepare: async (job) => {
    const { fleet, sshConfig, set, forks, workDir } = job;
    // clush.conf wants a percent sign twice.
    const ssh = `-F ${sshConfig} -o ControlMaster=auto -o ControlPersist=60 -o ControlPath=${workDir}/%%C`;
    await Deno.writeTextFile(
      join(workDir, "clush.conf"),
      // -O: the device's shell reads the path, which begins with its HOME.
      `[Main]\nfanout: ${forks}\nssh_options: ${ssh}\nscp_options: -O ${ssh}\n`,
    );
    return {
      argv: [
        ...["env", `CLUSTERSHELL_CFGDIR=${workDir}`, "sh", script],
        ...[fleet.devices.map(({ name }) => name).join(","), await packSet(job), set.id],
        await sha256(join(set.dir, "metadata.json")),
      ],
      check: checkSuccess,
    };
  },
};
