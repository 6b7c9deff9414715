/**
 * The deployment manual's commands, with nothing but its environment variables.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { longTestWhere, testWhere } from "../support.ts";
import { makeArtifacts } from "./support/artifacts.ts";
import { type Fleet, makeFleet } from "./support/fleet.ts";
import { assertWhole, namesIn } from "./support/live.ts";
import { lockstep, type ProgramOptions } from "./support/program.ts";

/**
 * Makes the fleet's ssh configuration that of the user, for one command: ssh finds a user's home in /etc/passwd, whatever `HOME` says,
 * so the command gets an /etc/passwd of its own, in a mount namespace of its own.
 */
async function asUserOf(fleet: Fleet): Promise<readonly string[]> {
  const home = join(fleet.dir, "controller");
  await Deno.mkdir(join(home, ".ssh"), { recursive: true, mode: 0o700 });
  await Deno.copyFile(fleet.sshConfig, join(home, ".ssh", "config"));
  const passwd = (await Deno.readTextFile("/etc/passwd")).replace(
    /^(root:[^:]*:0:0:[^:]*:)[^:]*/m,
    `$1${home}`,
  );
  await Deno.writeTextFile(join(fleet.dir, "passwd"), passwd);
  const script = 'mount --bind "$1" /etc/passwd && shift && exec "$@"';
  return [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-c",
    script,
    "sh",
    join(fleet.dir, "passwd"),
  ];
}

longTestWhere(
  "the manual's commands do what the manual says, when only its environment variables are set",
  { needs: ["sshd", "mounts"] },
  async (t) => {
    await using fleet = await makeFleet({ devices: [{ name: "edge-device" }] });
    const [device] = fleet.devices;
    const cwd = join(fleet.dir, "work");
    const one = await makeArtifacts(join(cwd, "one"), { seed: 1 });
    const two = await makeArtifacts(join(cwd, "two"), { seed: 2 });
    const through = await asUserOf(fleet);
    const run = async (args: readonly string[], artifacts = "one", options: ProgramOptions = {}) =>
      await lockstep(args, {
        cwd,
        through,
        ...options,
        env: {
          DEPLOY_USER: "root",
          DEPLOY_HOST: "edge-device",
          DEPLOY_PATH: device!.deployPath,
          ARTIFACTS_DIR: artifacts,
          // The manual's device has a service on this port; ours has none, and says so at once.
          ...options.env,
        },
      });

    await t.step("verify-local", async () => {
      const outcome = await run(["verify-local"]);
      assertEquals(outcome.code, 0, outcome.text);
      assertStringIncludes(outcome.stdout, "model_hybrid.onnx");
      assertEquals(await device!.connections(), 0);
    });
    await t.step("verify-local of a corrupt set", async () => {
      await makeArtifacts(join(cwd, "corrupt"));
      await Deno.writeTextFile(join(cwd, "corrupt", "scaler.pkl"), "corrupt");
      const outcome = await run(["verify-local"], "corrupt");
      assertEquals(outcome.code, 64, outcome.text);
      assertStringIncludes(outcome.text, "scaler.pkl");
    });
    const quiet = ["--extra-vars", "health_url=", "--extra-vars", "service="];
    await t.step("deploy", async () => {
      const outcome = await run(["deploy", ...quiet]);
      assertEquals(outcome.code, 0, outcome.text);
      await assertWhole(device!, one);
      assertEquals(await namesIn(join(cwd, "reports")).then((names) => names.includes("latest")), true);
    });
    await t.step("verify-remote", async () => {
      const outcome = await run(["verify-remote"]);
      assertEquals(outcome.code, 0, outcome.text);
    });
    await t.step("verify-remote of another set than the local one", async () => {
      const outcome = await run(["verify-remote"], "two");
      assertEquals(outcome.code, 2, outcome.text);
    });
    await t.step("verify-remote of a device that was changed by hand", async () => {
      const scaler = join(device!.deployDir, "artifacts_phase2", "scaler.pkl");
      const content = await Deno.readFile(scaler);
      await Deno.writeTextFile(scaler, "edited");
      const outcome = await run(["verify-remote"]);
      assertEquals(outcome.code, 2, outcome.text);
      assertStringIncludes(outcome.text, "scaler.pkl");
      await Deno.writeFile(scaler, content);
      assertEquals((await run(["verify-remote"])).code, 0);
    });
    await t.step("health-check of a service that is not there", async () => {
      const outcome = await run(["health-check", "--extra-vars", "health_attempts=1"]);
      assertEquals(outcome.code, 2, outcome.text);
    });
    await t.step("deploy of another set, rollback to the first", async () => {
      const outcome = await run(["deploy", ...quiet], "two");
      assertEquals(outcome.code, 0, outcome.text);
      await assertWhole(device!, two);
      const back = await run(["rollback", ...quiet]);
      assertEquals(back.code, 0, back.text);
      await assertWhole(device!, one);
    });
    await t.step("cleanup", async () => {
      const outcome = await run(["cleanup", ...quiet]);
      assertEquals(outcome.code, 0, outcome.text);
      await assertWhole(device!, one);
      assertEquals(await namesIn(join(device!.deployDir, ".lockstep", "staging")), []);
    });
    await t.step("deploy without ARTIFACTS_DIR takes artifacts_phase2 of the current folder", async () => {
      const three = await makeArtifacts(join(cwd, "artifacts_phase2"), { seed: 3 });
      const outcome = await lockstep(["deploy", ...quiet], {
        cwd,
        through,
        env: { DEPLOY_HOST: "edge-device", DEPLOY_PATH: device!.deployPath },
      });
      assertEquals(outcome.code, 0, outcome.text);
      await assertWhole(device!, three);
    });
  },
);

testWhere(
  "deploy takes the host of DEPLOY_HOST, when --ssh-config leads to it",
  { needs: ["sshd"] },
  async () => {
    await using fleet = await makeFleet({ devices: [{ name: "edge-device" }] });
    const set = await makeArtifacts(join(fleet.dir, "artifacts"));
    const outcome = await lockstep(
      ["deploy", "--ssh-config", fleet.sshConfig, "-e", "health_url=", "-e", "service=", "--output", "json"],
      {
        cwd: fleet.dir,
        env: {
          DEPLOY_HOST: "edge-device",
          DEPLOY_PATH: fleet.devices[0]!.deployPath,
          ARTIFACTS_DIR: "artifacts",
        },
      },
    );
    assertEquals(outcome.code, 0, outcome.text);
    const report = JSON.parse(outcome.stdout) as { hosts: { host: string; status: string }[] };
    assertEquals(report.hosts.map(({ host, status }) => [host, status]), [["edge-device", "changed"]]);
    await assertWhole(fleet.devices[0]!, set);
  },
);

longTestWhere(
  "every command that needs hosts ends with 64, when there is neither an inventory nor DEPLOY_HOST",
  {
    needs: ["linux"],
  },
  async () => {
    const cwd = await Deno.makeTempDir();
    try {
      await makeArtifacts(join(cwd, "artifacts_phase2"));
      for (
        const command of [
          "deploy",
          "plan",
          "verify-remote",
          "health-check",
          "rollback",
          "cleanup",
          "status",
          "backups",
        ]
      ) {
        const outcome = await lockstep([command], { cwd });
        assertEquals(outcome.code, 64, `${command}: ${outcome.text}`);
        assert(outcome.stderr.includes("inventory"), `${command}: ${outcome.text}`);
      }
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  },
);
