/**
 * The tasks to build with that are not about files, on devices behind a real sshd, and with dropbear and busybox alone: as a user's own
 * project runs them. `reboot()` needs devices that boot: see tests/lab.
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere } from "../../support.ts";
import { makeArtifacts } from "../support/artifacts.ts";
import { makeFleet } from "../support/fleet.ts";
import { errorOf, runOn, statuses } from "../support/program.ts";
import { makeServices } from "../support/service.ts";
import { diffTrees } from "../support/tree.ts";

const PROJECT = `
  import { command, defineProject, packages, service, waitFor } from "lockstep";
  const at = (name: string) => (host: { settings: { deployPath: string } }) => host.settings.deployPath + "/" + name;
  const mark = command({
    name: "mark",
    argv: (host) => ["sh", "-c", 'printf %s "$2" >"$1"', "mark", at("it's $(touch pwned)")(host), "\\"'; *\\n$(touch pwned)"],
    creates: at("it's $(touch pwned)"),
  });
  export default defineProject({
    pipelines: {
      setup: [
        mark,
        waitFor({ name: "marked", file: at("it's $(touch pwned)"), attempts: 2, interval: 1 }),
        service({ name: "reloaded", state: "restarted", onlyIf: [mark] }),
        waitFor({ name: "ready", url: (host) => host.settings.healthUrl + "/metrics", attempts: 2, interval: 1 }),
        waitFor({ name: "listens", port: (host) => Number(new URL(host.settings.healthUrl).port), attempts: 2, interval: 1 }),
      ],
      never: [waitFor({ name: "absent", url: (host) => host.settings.healthUrl + "/no-such", attempts: 2, interval: 1 })],
      packages: [packages({ name: "tools", packages: ["coreutils"] })],
    },
  });
`;

longTestWhere(
  "command(), waitFor(), service() and packages() work over ssh and on a tiny device, when a project runs them",
  { needs: ["sshd", "mounts", "dropbear", "busybox"] },
  async () => {
    await using fleet = await makeFleet({ devices: [{ name: "big" }, { name: "tiny", kind: "tiny" }] });
    await using services = await makeServices(fleet);
    await Deno.writeTextFile(join(fleet.dir, "lockstep.ts"), PROJECT);
    const inventory = await fleet.inventory({ hosts: services.vars, vars: { restart_settle: 0 } });
    const run = (...args: string[]) =>
      runOn(fleet, inventory, ["run", "--project", join(fleet.dir, "lockstep.ts"), ...args]);
    const restarts = () => Promise.all(fleet.devices.map((device) => services.restarts(device)));

    const set = await makeArtifacts(join(fleet.dir, "set"), { bytes: 20_000 });
    const deployed = await runOn(fleet, inventory, ["deploy", "--artifacts", set.dir]);
    assertEquals([deployed.code, await restarts()], [0, [1, 1]], deployed.text);

    const before = await fleet.tree();
    const dry = await run("setup", "--dry-run");
    assertEquals([dry.code, diffTrees(before, await fleet.tree())], [0, []], dry.text);
    assertEquals(statuses(await dry.report()), { big: "changed", tiny: "changed" }, dry.text);

    const first = await run("setup");
    assertEquals(
      [first.code, statuses(await first.report()), await restarts()],
      [0, { big: "changed", tiny: "changed" }, [2, 2]],
      first.text,
    );
    for (const { deployDir } of fleet.devices) {
      assertEquals(await Deno.readTextFile(join(deployDir, "it's $(touch pwned)")), "\"'; *\n$(touch pwned)");
    }
    const second = await run("setup");
    assertEquals(
      [second.code, statuses(await second.report()), await restarts()],
      [0, { big: "ok", tiny: "ok" }, [2, 2]],
      second.text,
    );
    const paths = [...(await fleet.tree()).keys()];
    assertEquals(paths.filter((path) => path.endsWith("/pwned")), []);

    const never = await run("never");
    assertEquals([never.code, statuses(await never.report())], [2, { big: "failed", tiny: "failed" }]);
    for (const name of ["big", "tiny"]) {
      const { kind, evidence } = errorOf(await never.report(), name);
      assertEquals(kind, "timeout", evidence);
      assertStringIncludes(evidence, "/no-such");
    }

    // The big device is this machine, which has coreutils; the tiny one has no package manager.
    const packages = await run("packages");
    assertEquals(statuses(await packages.report()), { big: "ok", tiny: "failed" }, packages.text);
    assertStringIncludes(
      errorOf(await packages.report(), "tiny").evidence,
      "neither apt-get nor apk nor opkg",
    );
  },
);
