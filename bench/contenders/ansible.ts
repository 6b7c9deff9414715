/**
 * Ansible with the playbook `ansible.yaml`: pipelining and multiplexed ssh are on, facts are not gathered, the interpreter is named, and as
 * many forks as it was fastest with.
 * @module
 */
import type { Contender } from "../contender.ts";
import { runPlaybook } from "./playbook.ts";

export const ansible: Contender = {
  name: "ansible",
  what: "a playbook (`ansible.yaml`) with pipelining and its best number of forks",
  needs: { "/usr/bin/ansible-playbook": "ansible-core", "/usr/bin/python3": "python3" },
  deploys: true,
  idempotent: true,
  slow: true,
  tunesForks: true,
  prepare: (job) => runPlaybook(job),
};
