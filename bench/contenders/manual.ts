/**
 * The deployment manual's steps as a script (`manual.sh`), ten hosts at a time. It stages in `/tmp`, swaps file by file and does all of it
 * whether anything has changed or not, as the manual does.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { checkSuccess, type Contender } from "../contender.ts";

const script = fromFileUrl(new URL("./manual.sh", import.meta.url));

export const manual: Contender = {
  name: "manual",
  what: "the deployment manual's ssh and scp commands as a script a host, ten hosts at a time",
  needs: { ssh: "openssh-client", scp: "openssh-client", jq: "jq", xargs: "findutils" },
  deploys: true,
  idempotent: false,
  slow: true,
  prepare: async ({ fleet, sshConfig, set, workDir }) => {
    const hosts = join(workDir, "hosts");
    await Deno.writeTextFile(
      hosts,
      fleet.devices.map(({ name, deployPath }) => `${name} ${deployPath}\n`).join(""),
    );
    return {
      argv: [
        ...["env", `SSH_CONFIG=${sshConfig}`, `ARTIFACTS_DIR=${set.dir}`],
        ...["xargs", "-a", hosts, "-L", "1", "-P", "10", "sh", script],
      ],
      check: checkSuccess,
    };
  },
};
