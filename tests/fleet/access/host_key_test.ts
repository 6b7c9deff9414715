/**
 * Host keys that have changed, on real sshds, where the inventory or ssh's configuration has them taken unchecked.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { Event } from "../../../lib/events.ts";
import { longTestWhere } from "../../support.ts";
import { type Fleet, makeFleet, type Vars } from "../support/fleet.ts";
import { runOn } from "../support/program.ts";

async function run(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const text = new TextDecoder().decode(stdout);
  assert(success, `${program}: ${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

async function fingerprintOf(path: string): Promise<string> {
  return (await run("ssh-keygen", "-l", "-f", path)).split(" ")[1]!;
}

/** The warnings of a run, by host. */
async function warningsOf(reports: string): Promise<Record<string, string[]>> {
  const text = await Deno.readTextFile(join(reports, "latest", "events.ndjson"));
  const events = text.trimEnd().split("\n").map((line) => JSON.parse(line) as Event);
  const said: Record<string, string[]> = {};
  for (const event of events) {
    if (event.type === "warning" && event.host !== undefined) (said[event.host] ??= []).push(event.message);
  }
  return said;
}

async function look(fleet: Fleet, vars: Record<string, Vars>, sshConfig = fleet.sshConfig) {
  const inventory = await fleet.inventory({ hosts: vars });
  const { reports, code, text } = await runOn({ dir: fleet.dir, sshConfig }, inventory, [
    "exec",
    // Anyone who checks keys is refused, and tries again for seconds.
    ...(Object.keys(vars).length === 1 ? ["--limit", Object.keys(vars)[0]!] : []),
    "--",
    "true",
  ]);
  return { code, text, warnings: await warningsOf(reports) };
}

longTestWhere("a host key that has changed is told with both fingerprints, where keys are not checked", {
  needs: ["sshd"],
}, async (t) => {
  await using fleet = await makeFleet({
    devices: [{ hostKey: "changed" }, { hostKey: "known" }, { hostKey: "unknown" }],
  });
  const [changed, known, unknown] = fleet.devices.map(({ name }) => name) as [string, string, string];
  const [shown, old] = await Promise.all(
    ["host_key", "other_key"].map((key) => fingerprintOf(join(fleet.dir, key))),
  );
  const knownHosts = join(fleet.dir, "known_hosts");
  const before = await Deno.readTextFile(knownHosts);
  const all = (vars: Vars) => Object.fromEntries(fleet.devices.map(({ name }) => [name, vars]));
  const assertTold = ({ code, text, warnings }: Awaited<ReturnType<typeof look>>): void => {
    assertEquals(code, 0, text);
    assertEquals(Object.keys(warnings), [changed], text);
    const [message = "", ...more] = warnings[changed]!;
    assertEquals(more, []);
    assertStringIncludes(message, `known was ${old} (ssh-ed25519, ${knownHosts} line 1)`);
    assertStringIncludes(message, `shown is ${shown} (ssh-ed25519)`);
    assertStringIncludes(text, `${old} (ssh-ed25519`);
  };

  await t.step("by ansible_ssh_host_key_checking", async () => {
    assertTold(await look(fleet, all({ ansible_ssh_host_key_checking: false })));
    // ssh notes a host that it did not know, as it does without us.
    assertStringIncludes(await Deno.readTextFile(knownHosts), `]:${fleet.device(unknown).port} `);
    await Deno.writeTextFile(knownHosts, before);
  });

  await t.step("by arguments for ssh, in each of their forms", async () => {
    for (
      const words of [
        "-o StrictHostKeyChecking=no",
        "-oStrictHostKeyChecking=off",
        '-o "StrictHostKeyChecking no"',
      ]
    ) {
      assertTold(await look(fleet, all({ ansible_ssh_common_args: words })));
      await Deno.writeTextFile(knownHosts, before);
    }
  });

  await t.step("by ssh's configuration, for one host and in a file that it includes", async () => {
    const config = await Deno.readTextFile(fleet.sshConfig);
    const folder = join(fleet.dir, "config.d");
    await Deno.mkdir(folder);
    await Deno.writeTextFile(join(folder, "lax.conf"), `Match all\n\tstricthostkeychecking=no\n`);
    const included = join(fleet.dir, "with_include");
    await Deno.writeTextFile(included, `Include ${folder}/*.conf\n${config}`);
    assertTold(await look(fleet, {}, included));
    await Deno.writeTextFile(knownHosts, before);
    const lax = join(fleet.dir, "lax");
    await Deno.writeTextFile(lax, config.replace("StrictHostKeyChecking yes", "StrictHostKeyChecking no"));
    assertTold(await look(fleet, {}, lax));
    await Deno.writeTextFile(knownHosts, before);
  });

  await t.step("where known_hosts is hashed, has a pattern, or is one of several", async () => {
    const hashed = join(fleet.dir, "hashed hosts");
    await Deno.copyFile(knownHosts, hashed);
    await run("ssh-keygen", "-q", "-H", "-f", hashed);
    const args = (list: string) => `-o StrictHostKeyChecking=no -o 'UserKnownHostsFile=${list}'`;
    const { warnings, text } = await look(
      fleet,
      all({ ansible_ssh_common_args: args(`/dev/null "${hashed}"`) }),
    );
    assertEquals(Object.keys(warnings), [changed], text);
    assertStringIncludes(warnings[changed]![0]!, `known was ${old} (ssh-ed25519, ${hashed} line 1)`);
    const pattern = join(fleet.dir, "pattern");
    const key = (await Deno.readTextFile(join(fleet.dir, "other_key.pub"))).trim();
    await Deno.writeTextFile(pattern, `# first\n[127.0.0.*]:* ${key}\n`);
    const every = await look(fleet, all({ ansible_ssh_common_args: args(pattern) }));
    assertEquals(Object.keys(every.warnings).sort(), [changed, known, unknown].sort(), every.text);
    assertStringIncludes(every.warnings[known]![0]!, `${pattern} line 2`);
  });

  await t.step("where another type of key was known, even if only new keys are to be taken", async () => {
    await run("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", join(fleet.dir, "ecdsa"));
    const ecdsa = (await Deno.readTextFile(join(fleet.dir, "ecdsa.pub"))).trim();
    const others = join(fleet.dir, "others");
    await Deno.writeTextFile(others, `[127.0.0.1]:${fleet.device(known).port} ${ecdsa}\n`);
    const words = `-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=${others}`;
    const { warnings, text } = await look(fleet, { [known]: { ansible_ssh_common_args: words } });
    assertMatch(warnings[known]?.[0] ?? text, /known was SHA256:\S+ \(ecdsa-sha2-nistp256, .* line 1\)/);
  });

  await t.step("behind a jump host, and under the name that known_hosts has it by", async () => {
    const jump = fleet.device(known);
    const aliased = join(fleet.dir, "aliased");
    const key = (await Deno.readTextFile(join(fleet.dir, "other_key.pub"))).trim();
    await Deno.writeTextFile(aliased, `the-device ${key}\n`);
    const words =
      `-o StrictHostKeyChecking=no -o HostKeyAlias=the-device -o UserKnownHostsFile=${aliased} -J 127.0.0.1:${jump.port}`;
    const { warnings, text } = await look(fleet, { [changed]: { ansible_ssh_common_args: words } });
    assertMatch(warnings[changed]?.[0] ?? text, /the host key of the-device has changed/);
  });

  await t.step("and nothing is told, or taken, where keys are checked", async () => {
    const { code, text, warnings } = await look(fleet, {});
    assertEquals([code, warnings], [4, {}], text);
    assertStringIncludes(text, "2 unreachable");
    const status = await runOn(
      fleet,
      await fleet.inventory({ hosts: all({ ansible_ssh_host_key_checking: false }) }),
      [
        "status",
      ],
    );
    assertStringIncludes(status.stderr, `warning: ${changed}: the host key of `);
  });
});
