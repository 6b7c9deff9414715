/**
 * Devices that are reached by what `ansible.cfg` says, and by nothing else, on real sshds.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { userInfo } from "node:os";
import { longTestWhere } from "../support.ts";
import { writeSet } from "../local_device.ts";
import { makeFleet } from "./support/fleet.ts";
import { lockstep, readReport, statuses } from "./support/program.ts";

longTestWhere("a deploy with nothing but ansible.cfg has the right inventory, user, key and jump host", {
  needs: ["sshd"],
}, async () => {
  await using fleet = await makeFleet({ devices: [{}, { name: "gate" }] });
  const [edge, gate] = [fleet.device("edge-01"), fleet.device("gate")];
  const cwd = join(fleet.dir, "desk");
  await Deno.mkdir(join(cwd, "keys"), { recursive: true });
  await Deno.copyFile(join(fleet.dir, "user_key"), join(cwd, "keys/id"));
  await Deno.chmod(join(cwd, "keys/id"), 0o600);
  await writeSet(join(cwd, "artifacts_phase2"), { model: "m" });
  await Deno.writeTextFile(
    join(cwd, "hosts.yaml"),
    `all: { hosts: { edge-01: { ansible_host: 127.0.0.1, deploy_path: ${edge.deployPath}, service: "", health_url: "" } } }`,
  );
  const jump = `ssh -F ${fleet.sshConfig} -W %h:%p gate`;
  const cfg = (more = "") =>
    Deno.writeTextFile(
      join(cwd, "ansible.cfg"),
      `[defaults]
inventory = hosts.yaml
remote_user = ${userInfo().username}
remote_port = ${edge.port} ; not 22
private_key_file = keys/id
forks = 3
${more}
[ssh_connection]
ssh_common_args = -o ProxyCommand="${jump}"
  -o UserKnownHostsFile=${join(fleet.dir, "known_hosts")}
  -o GlobalKnownHostsFile=/dev/null -o IdentityAgent=none
`,
    );
  await cfg();
  const run = (args: string[], env: Record<string, string> = {}) =>
    lockstep([...args, "--reports", join(fleet.dir, "reports")], { cwd, env });

  const deploy = await run(["deploy"]);
  assertEquals(deploy.code, 0, deploy.text);
  assert(!deploy.text.includes("warning"), deploy.text);
  const report = await readReport(join(fleet.dir, "reports"));
  assertEquals(statuses(report), { "edge-01": "changed" });
  assertEquals([await edge.logins(), await gate.logins()], [1, 1]);

  // Each of them is needed: another user is not let in.
  const other = await run(["exec", "--", "true"], { ANSIBLE_REMOTE_USER: "nobody-of-that-name" });
  assertEquals(other.code, 4, other.text);
  const noKey = await run(["exec", "--", "true"], { ANSIBLE_PRIVATE_KEY_FILE: join(fleet.dir, "other_key") });
  assertEquals(noKey.code, 4, noKey.text);

  // The key is checked as ssh is configured to, unless the file says that it is not.
  const known = join(fleet.dir, "known_hosts");
  const [type = "", key = ""] = (await Deno.readTextFile(join(fleet.dir, "other_key.pub"))).split(" ");
  await Deno.writeTextFile(
    known,
    `[127.0.0.1]:${gate.port} ${await Deno.readTextFile(join(fleet.dir, "host_key.pub"))}` +
      `[127.0.0.1]:${edge.port} ${type} ${key}\n`,
  );
  const refused = await run(["exec", "--", "true"]);
  assertEquals(refused.code, 4, refused.text);
  await cfg("host_key_checking = False");
  const taken = await run(["exec", "--", "true"]);
  assertEquals(taken.code, 0, taken.text);
  assertStringIncludes(taken.text, "has changed, and is accepted because host keys are not checked");
});
