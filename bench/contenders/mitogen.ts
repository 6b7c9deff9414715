/**
 * The same playbook with Mitogen's strategy: one Python a host, which is told everything through one ssh.
 * @module
 */
import type { Contender } from "../contender.ts";
import { ansible } from "./ansible.ts";
import { runPlaybook } from "./playbook.ts";

const strategies = "/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy";

export const mitogen: Contender = {
  ...ansible,
  name: "mitogen",
  what: "the same playbook with Mitogen's strategy and its best number of forks",
  needs: { ...ansible.needs, [strategies]: "ansible-mitogen" },
  leavesAs: ansible.name,
  prepare: (job) =>
    runPlaybook(job, {
      defaults: [`strategy_plugins = ${strategies}`, `strategy = mitogen_linear`],
      // It compresses unless it is told not to, and models do not get smaller.
      vars: { mitogen_ssh_compression: false },
    }),
};
