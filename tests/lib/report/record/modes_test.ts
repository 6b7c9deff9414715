/**
 * Who may read what a run leaves on the controller.
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { PRIVATE, recordModes } from "../../../../lib/report/record/modes.ts";
import { openRun } from "../../../../lib/report/record/run_dir.ts";
import { testWhere } from "../../../support.ts";
import { outcome, wholeRun } from "../sample.ts";

const RUN = "20261124T021945Z-3f9a1c";
/** The modes of all that a run leaves, by name; a run that is watched while it goes on, too. */
async function modesOfRun(umask: number, modes = PRIVATE): Promise<Record<string, string>> {
  const folder = await Deno.makeTempDir();
  const before = Deno.umask(umask);
  try {
    const reports = join(folder, "deep", "reports");
    const run = await openRun(reports, RUN, () => {}, modes);
    for (const event of wholeRun([outcome("edge-1")])) run.listener(event);
    await run.finish();
    const found: Record<string, string> = {};
    const look = async (name: string) => {
      const { mode, isDirectory } = await Deno.lstat(join(reports, name));
      found[name] = (mode! & 0o777).toString(8);
      if (isDirectory) {
        for await (const entry of Deno.readDir(join(reports, name))) await look(join(name, entry.name));
      }
    };
    await look(".");
    delete found.latest;
    return found;
  } finally {
    Deno.umask(before);
    await Deno.remove(folder, { recursive: true });
  }
}

const expected = (folder: string, file: string) => ({
  ".": folder,
  [RUN]: folder,
  [`${RUN}/events.ndjson`]: file,
  [`${RUN}/report.json`]: file,
  [`${RUN}/hosts`]: folder,
  [`${RUN}/hosts/edge-1.json`]: file,
});

testWhere(
  "openRun() keeps runs for their owner alone, whatever the umask is",
  { needs: ["linux"] },
  async () => {
    for (const umask of [0o000, 0o022, 0o077]) {
      assertEquals(await modesOfRun(umask), expected("700", "600"), umask.toString(8));
    }
  },
);

testWhere(
  "openRun() lets others read, when the user says so, whatever the umask is",
  { needs: ["linux"] },
  async () => {
    for (const umask of [0o000, 0o077]) {
      assertEquals(await modesOfRun(umask, recordModes(0o640)), expected("750", "640"), umask.toString(8));
      assertEquals(await modesOfRun(umask, recordModes(0o644)), expected("755", "644"), umask.toString(8));
    }
  },
);
