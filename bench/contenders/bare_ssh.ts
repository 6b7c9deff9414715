/**
 * A handshake a host and nothing else: what the host's answer to "is there anything to do?" costs at least.
 * @module
 */
import type { Contender } from "../contender.ts";
import { eachSsh } from "./ssh_driver.ts";

export const bareSsh: Contender = {
  name: "bare ssh",
  what: "`ssh HOST true`",
  needs: { ssh: "openssh-client" },
  deploys: false,
  idempotent: true,
  prepare: (job) => eachSsh(job, () => "true"),
};
