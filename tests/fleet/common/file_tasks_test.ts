/**
 * The tasks to build with that concern files, on devices behind a real sshd, and with dropbear and busybox alone: as a project of the user's
 * own runs them.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere } from "../../support.ts";
import { makeFleet } from "../support/fleet.ts";
import { runOn, statuses } from "../support/program.ts";
import { diffTrees } from "../support/tree.ts";

const PROJECT = `
  import { copy, defineProject, fetch, file, template } from "lockstep";
  const at = (name: string) => (host: { settings: { deployPath: string } }) => host.settings.deployPath + "/" + name;
  export default defineProject({
    pipelines: {
      setup: [
        file({ name: "motd", path: at("etc/it's $(touch pwned)"), content: "hello; *\\n", mode: 0o600 }),
        template({ name: "config", src: new URL("./app.j2", import.meta.url), path: at("etc/app.conf") }),
        copy({ name: "tree", from: new URL("./tree", import.meta.url), to: at("tree") }),
        fetch({ name: "get", path: at("tree/bytes") }),
      ],
    },
  });
`;

longTestWhere(
  "file(), template(), copy() and fetch() work over ssh and on a tiny device, when a project runs them",
  { needs: ["sshd", "mounts", "dropbear", "busybox"] },
  async () => {
    await using fleet = await makeFleet({ devices: [{ name: "big" }, { name: "tiny", kind: "tiny" }] });
    const bytes = new Uint8Array(300_000).map((_, at) => at * 7 % 256);
    await Deno.mkdir(join(fleet.dir, "project/tree/sub"), { recursive: true });
    await Deno.writeTextFile(join(fleet.dir, "project/lockstep.ts"), PROJECT);
    await Deno.writeTextFile(
      join(fleet.dir, "project/app.j2"),
      "host = {{ inventory_hostname }}\nport = {{ port }}\n",
    );
    await Deno.writeFile(join(fleet.dir, "project/tree/bytes"), bytes);
    await Deno.writeTextFile(join(fleet.dir, "project/tree/sub/-rf *"), "x\n");
    const inventory = await fleet.inventory();
    const run = (...args: string[]) =>
      runOn(fleet, inventory, ["run", "setup", "--project", join(fleet.dir, "project/lockstep.ts"), ...args]);

    const undefinedYet = await run();
    assertEquals(undefinedYet.code, 64, undefinedYet.text);
    assertStringIncludes(undefinedYet.text, 'app.j2:2: for big: found the variable "port", which is not set');

    const before = await fleet.tree();
    const dry = await run("-e", "port=1", "--dry-run", "--diff");
    assertEquals([dry.code, diffTrees(before, await fleet.tree())], [0, []], dry.text);
    assertStringIncludes(dry.stdout, "| +host = tiny\n");
    assertStringIncludes(dry.stdout, "| +hello; *\n");

    const first = await run("-e", "port=1");
    assertEquals(
      [first.code, statuses(await first.report())],
      [0, { big: "changed", tiny: "changed" }],
      first.text,
    );
    assert(!first.stdout.includes("| +"), first.stdout);
    const report = await first.report();
    for (const name of ["big", "tiny"]) {
      const { deployDir } = fleet.device(name);
      assertEquals(await Deno.readTextFile(join(deployDir, "etc/it's $(touch pwned)")), "hello; *\n");
      assertEquals(await Deno.readTextFile(join(deployDir, "etc/app.conf")), `host = ${name}\nport = 1\n`);
      assertEquals(await Deno.readTextFile(join(deployDir, "tree/sub/-rf *")), "x\n");
      assertEquals(await Deno.readFile(join(deployDir, "tree/bytes")), bytes);
      const tasks = report.hosts.find(({ host }) => host === name)!.tasks;
      const { fetched } = tasks.find(({ task }) => task === "get")!.detail!;
      const kept = await Deno.readFile(join(first.reports, report.run, String(fetched)));
      assertEquals(kept, bytes);
    }

    const second = await run("-e", "port=1", "--diff");
    assertEquals([second.code, statuses(await second.report())], [0, { big: "ok", tiny: "ok" }], second.text);

    const other = await run("-e", "port=2", "--diff");
    assertEquals(
      [other.code, statuses(await other.report())],
      [0, { big: "changed", tiny: "changed" }],
      other.text,
    );
    assertStringIncludes(
      other.stdout,
      "| @@ -1,2 +1,2 @@\n      |  host = big\n      | -port = 1\n      | +port = 2\n",
    );
  },
);
