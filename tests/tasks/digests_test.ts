/**
 * How often a device reads a set to take its digests, which is most of what a deploy costs it: as docs/transfer.md tells.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Release } from "../../lib/release.ts";
import { pipelines } from "../../tasks/mod.ts";
import { makeLocalDevice, writeSet } from "../local_device.ts";
import { findProgram, testWhere } from "../support.ts";

testWhere("a deploy takes each digest as often as docs/transfer.md says", { needs: ["linux"] }, async () => {
  const log = await Deno.makeTempFile();
  // Every file that it is given, on a line of its own.
  const sha256sum =
    `for name in "$@"; do case $name in */model) printf '%s\\n' "$PWD/$name" >>'${log}' ;; esac; done
exec ${findProgram("sha256sum")} "$@"`;
  try {
    await using device = await makeLocalDevice({ tools: { scripts: { sha256sum } } });
    const deploy = async (release: Release): Promise<string[]> => {
      await Deno.writeTextFile(log, "");
      const { reports } = await device.perform(pipelines.deploy, { release });
      assert(reports.every(({ status }) => status !== "failed"), JSON.stringify(reports.at(-1)));
      const read = (await Deno.readTextFile(log)).trim().split("\n").filter((line) => line !== "");
      return read.map((line) =>
        /staging\/\.backup|staging|artifacts_phase2|releases|backup/.exec(line)?.[0] ?? line
      );
    };
    const one = await writeSet(`${device.dir}/one`, { model: "one", other: "1" }, "1");
    const two = await writeSet(`${device.dir}/two`, { model: "two", other: "1" }, "2");
    const three = await writeSet(`${device.dir}/three`, { model: "two", other: "3" }, "3");
    assertEquals(await deploy(one), ["staging"]);
    assertEquals(await deploy(one), ["artifacts_phase2"]);
    assertEquals(await deploy(two), ["artifacts_phase2", "staging/.backup", "staging"]);
    // A file that has not changed.
    assertEquals(await deploy(three), ["artifacts_phase2", "staging/.backup", "staging"]);
  } finally {
    await Deno.remove(log);
  }
});
