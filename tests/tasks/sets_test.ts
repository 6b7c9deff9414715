/**
 * Several sets of one host through a real shell.
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { HostOutcome } from "../../lib/events.ts";
import { newRun } from "../../lib/run/context.ts";
import { rollout } from "../../lib/rollout/rollout.ts";
import { loadInventory, settingsOfAll } from "../../lib/settings/mod.ts";
import { pipelines } from "../../tasks/mod.ts";
import { writeSet } from "../local_device.ts";
import { testWhere } from "../support.ts";

testWhere(
  "two sets whose deploy paths lead to one folder are refused on the device, before anything is switched",
  {
    needs: ["linux"],
  },
  async () => {
    const dir = await Deno.realPath(await Deno.makeTempDir());
    try {
      const release = await writeSet(join(dir, "set"), { x: "x" });
      await Deno.mkdir(join(dir, "place", ".lockstep"), { recursive: true });
      await Deno.symlink(join(dir, "place"), join(dir, "alias"));
      const sets = ["place", "alias"].map((name) => ({ name, deploy_path: join(dir, name) }));
      const { hosts } = await loadInventory(["h,"], {
        extraVars: [JSON.stringify({ ansible_connection: "local", service: "", health_url: "", sets })],
        env: {},
        cwd: dir,
      });
      const ends: HostOutcome[] = [];
      await rollout({
        run: newRun("deploy"),
        hosts: settingsOfAll(hosts, { env: {}, cwd: dir }),
        pipeline: pipelines.deploy,
        undo: pipelines.undo,
        writes: true,
        releaseOf: () => Promise.resolve(release),
        listener: (event) => {
          if (event.type === "host-finished") ends.push(event);
        },
      });
      assertEquals([ends[0]?.status, ends[0]?.error?.kind], ["failed", "unsuitable"]);
      assertStringIncludes(ends[0]!.error!.evidence, "another set of this host has the same deploy path");
      const left = Array.from(Deno.readDirSync(join(dir, "place")), ({ name }) => name);
      assertEquals(left, [".lockstep"], "nothing is live");
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);
