/**
 * What `floor` and `bare ssh` share: a run of `each_ssh.ts`.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import type { Device } from "../../tests/fleet/support/fleet.ts";
import { checkSuccess, type Job, type Ready } from "../contender.ts";

/** One ssh a host that runs a command there, with a file on its standard input. */
export async function eachSsh(
  { fleet, sshConfig, forks, workDir }: Job,
  command: (device: Device) => string,
  stdin?: string,
): Promise<Ready> {
  const job = join(workDir, "each_ssh.json");
  const hosts = fleet.devices.map((device) => [device.name, command(device)]);
  await Deno.writeTextFile(job, JSON.stringify({ forks, sshConfig, stdin, hosts }));
  return {
    argv: [Deno.execPath(), "run", "-A", fromFileUrl(new URL("./each_ssh.ts", import.meta.url)), job],
    check: checkSuccess,
  };
}
