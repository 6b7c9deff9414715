/**
 * The least that ssh allows: one ssh a host that backs up the live folder, untars the whole set from its standard input into a new folder,
 * checks it with `sha256sum -c` and switches by one rename. It looks at nothing, syncs nothing, resumes nothing and reports nothing.
 * @module
 */
import { dirname, join } from "@std/path";
import { quote } from "../../lib/remote/quote.ts";
import type { Device } from "../../tests/fleet/fleet.ts";
import type { Contender, Job } from "../contender.ts";
import { eachSsh } from "./ssh_driver.ts";

export const floor: Contender = {
  name: "floor",
  what: "one ssh a host: cp -a, tar -x, sha256sum -c, mv -T",
  deploys: true,
  prepare: async (job) => {
    const tar = await packSet(job);
    const name = job.set.id;
    const ready = await eachSsh(job, (device) => deployCommand(device, name), tar);
    return {
      ...ready,
      check: async (run) => ({
        ...await ready.check(run),
        bytesSent: job.set.bytes * job.fleet.devices.length,
      }),
    };
  },
};

/** The set below `set/` and its digests beside it, in one tar. */
async function packSet({ set, workDir }: Job): Promise<string> {
  const { stdout } = await runIn(set.dir, "sha256sum", ["--", ...Object.keys(set.files), "metadata.json"]);
  await Deno.writeFile(join(workDir, "SUMS"), stdout);
  const tar = join(workDir, "set.tar");
  await runIn(workDir, "tar", [
    "-cf",
    tar,
    "SUMS",
    "-C",
    dirname(set.dir),
    `--transform=s,^${set.dir.slice(dirname(set.dir).length + 1)},set,`,
    set.dir.slice(dirname(set.dir).length + 1),
  ]);
  return tar;
}

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

async function runIn(cwd: string, name: string, args: string[]): Promise<Deno.CommandOutput> {
  const output = await new Deno.Command(name, { args, cwd }).output();
  if (!output.success) throw new Error(`${name}: ${new TextDecoder().decode(output.stderr)}`);
  return output;
}
