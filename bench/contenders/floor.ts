/**
 * The least that ssh allows: one ssh a host that backs up the live folder, untars the whole set from its standard input into a new folder,
 * checks it with `sha256sum -c` and switches by one rename. It looks at nothing, syncs nothing, resumes nothing and reports nothing.
 * @module
 */
import { quote } from "../../lib/remote/quote.ts";
import type { Device } from "../../tests/fleet/support/fleet.ts";
import type { Contender } from "../contender.ts";
import { packSet } from "./packed_set.ts";
import { eachSsh } from "./ssh_driver.ts";

export const floor: Contender = {
  name: "floor",
  what: "one ssh a host: cp -a, tar -x, sha256sum -c, mv -T; also where nothing is to change",
  needs: { ssh: "openssh-client", tar: "tar" },
  deploys: true,
  idempotent: false,
  prepare: async (job) => {
    // The same set once more gets a folder of its own, too.
    const name = job.expect === "nothing" ? `${job.set.id}-again` : job.set.id;
    return await eachSsh(job, (device) => deployCommand(device, name), await packSet(job));
  },
};

/** For the device's login shell, without another shell in between. */
function deployCommand(device: Device, name: string): string {
  return [
    `cd ${quote(device.deployPath)}`,
    `mkdir -p backup releases/${name}`,
    `{ [ ! -e artifacts_phase2 ] || cp -a artifacts_phase2/. backup/${name}; }`,
    `cd releases/${name}`,
    `tar -xf -`,
    `cd set`,
    `sha256sum -c --quiet ../SUMS`,
    `cd ../../..`,
    `ln -s releases/${name}/set live.next`,
    `mv -T live.next artifacts_phase2`,
  ].join(" && ");
}
