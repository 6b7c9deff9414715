/**
 * What contenders send that send one file: the set below `set/`, and its digests beside it for `sha256sum -c`.
 * @module
 */
import { basename, dirname, join } from "@std/path";
import type { Job } from "../contender.ts";

/** Packs the set of a job; the path of the tar. */
export async function packSet({ set, workDir }: Pick<Job, "set" | "workDir">): Promise<string> {
  const sums = await runIn(set.dir, "sha256sum", ["--", ...Object.keys(set.files), "metadata.json"]);
  await Deno.writeFile(join(workDir, "SUMS"), sums);
  const tar = join(workDir, "set.tar");
  const name = basename(set.dir);
  await runIn(workDir, "tar", [
    "-cf",
    tar,
    "SUMS",
    "-C",
    dirname(set.dir),
    `--transform=s,^${name},set,`,
    name,
  ]);
  return tar;
}

async function runIn(cwd: string, name: string, args: string[]): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(name, { args, cwd }).output();
  if (!success) throw new Error(`${name}: ${new TextDecoder().decode(stderr)}`);
  return stdout;
}
