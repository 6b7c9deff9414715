/**
 * A simulated device that tasks are run on one after another, as a rehearsal does.
 * @module
 */
import { simulatedConnector } from "../../../lib/remote/simulated/connect.ts";
import { HostRun } from "../../../lib/rollout/host_run.ts";
import type { Task } from "../../../lib/task.ts";
import { newRun, plainSettings } from "../../local_device.ts";

/** The status of each task, in as many runs as asked for; what the device remembers stays from one to the next. */
export async function rehearse(tasks: readonly Task[], runs: number): Promise<string[][]> {
  const settings = { ...plainSettings("/opt/iot-inference"), connection: "simulated" as const };
  const connect = simulatedConnector();
  const open = () => connect(settings, { connectTimeout: 5, commandTimeout: 5 });
  const statuses: string[][] = [];
  for (let run = 0; run < runs; run++) {
    const host = new HostRun({ settings, run: newRun(), remote: await open(), writes: true, reopen: open });
    const ended: string[] = [];
    for (const task of tasks) {
      const { report } = await task.run(host);
      if (report.status === "changed") host.noteChanged(task);
      ended.push(report.error === undefined ? report.status : `${report.status}: ${report.error.evidence}`);
    }
    statuses.push(ended);
    await host.close();
  }
  return statuses;
}
