/**
 * Lockstep as a user runs it.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { readReport, type Report } from "../../tests/fleet/support/program.ts";
import type { Contender, Job } from "../contender.ts";

export const lockstep: Contender = {
  name: "lockstep",
  what: "`deploy`, all its tasks",
  needs: { ssh: "openssh-client" },
  deploys: true,
  idempotent: true,
  prepare: async (job) => {
    const inventory = await job.fleet.inventory();
    const reports = join(job.workDir, "reports");
    return {
      argv: [
        ...[Deno.execPath(), "run", "-A", fromFileUrl(new URL("../../mod.ts", import.meta.url)), "deploy"],
        ...["--inventory", inventory, "--artifacts", job.set.dir, "--ssh-config", job.sshConfig],
        ...["--reports", reports, "--forks", String(job.forks)],
      ],
      check: async ({ exitCode, text }) => {
        if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${text}`);
        const report = await readReport(reports);
        checkReport(report, job);
        return { phases: phasesOf(report) };
      },
    };
  },
};

function checkReport({ hosts }: Report, { fleet, expect }: Job): void {
  const wanted = expect === "nothing" ? "ok" : "changed";
  const reached = hosts.filter(({ status }) => status === wanted);
  if (reached.length !== fleet.devices.length) {
    throw new Error(`${reached.length} of ${fleet.devices.length} hosts are ${wanted}`);
  }
}

/** Mean time of each task, and of what a host's tasks do not account for: connecting and parting. */
function phasesOf({ hosts }: Report): Record<string, number> {
  const phases: Record<string, number> = { "connect, part": 0 };
  const add = (phase: string, ms: number): void => {
    phases[phase] = (phases[phase] ?? 0) + ms / hosts.length;
  };
  for (const host of hosts) {
    for (const { task, durationMs } of host.tasks) add(task, durationMs);
    add("connect, part", host.durationMs - host.tasks.reduce((sum, task) => sum + task.durationMs, 0));
  }
  return phases;
}
