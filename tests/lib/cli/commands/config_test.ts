/**
 * `config`, and how the other commands go by what Ansible is configured with. Hosts are folders of this machine.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { Event } from "../../../../lib/events.ts";
import { longTestWhere, testWhere } from "../../../support.ts";
import { makeDesk } from "../desk.ts";

const CFG = `[defaults]
inventory = prod.yaml
remote_user = 'iot'
forks = 7
[ssh_connection]
timeout = 33
ssh_executable = /opt/ssh
[privilege_escalation]
become_method = su ; nobody becomes anybody
[sudo_become_plugin]
password = geheim-geheim
`;

testWhere("config prints every value with its line or variable, and why others are not honoured", {
  needs: [],
}, async () => {
  await using desk = await makeDesk();
  await Deno.writeTextFile(desk.path("ansible.cfg"), CFG);
  const env = { ANSIBLE_BECOME: "no", ANSIBLE_BECOME_PASS: "noch-geheimer" };
  const plain = await desk.run(["config"], env);
  assertEquals([plain.code, plain.stderr], [0, ""]);
  assertEquals(
    plain.stdout,
    `ansible.cfg
  inventory      ${desk.path("prod.yaml")}  ansible.cfg:2
  remote_user    "iot"${" ".repeat(desk.path("prod.yaml").length - 5)}  ansible.cfg:3
  timeout        33${" ".repeat(desk.path("prod.yaml").length - 2)}  ansible.cfg:6
  forks          7${" ".repeat(desk.path("prod.yaml").length - 1)}  ansible.cfg:4
  become         no${" ".repeat(desk.path("prod.yaml").length - 2)}  ANSIBLE_BECOME
  become_method  "su"${" ".repeat(desk.path("prod.yaml").length - 4)}  ansible.cfg:9
not honoured
  become_pass     "********"  ANSIBLE_BECOME_PASS  sudo is run without a password (-n)
  ssh_executable  "/opt/ssh"  ansible.cfg:7        ssh is taken from the PATH: put it on your PATH
`,
  );
  const json = JSON.parse((await desk.run(["config", "-o", "json"], { ...env, DEPLOY_HOST: "x" })).stdout);
  assertEquals(json.file, "ansible.cfg");
  assertEquals(json.settings.slice(0, 2), [
    { name: "inventory", value: ["x"], origin: "DEPLOY_HOST" },
    { name: "remote_user", value: "iot", origin: "ansible.cfg:3" },
  ]);
  assertEquals(json.notHonoured[0], {
    name: "become_pass",
    value: "********",
    origin: "ANSIBLE_BECOME_PASS",
    why: "sudo is run without a password (-n)",
  });
  await Deno.writeTextFile(desk.path("empty.cfg"), "");
  const none = await desk.run(["config"], { ANSIBLE_CONFIG: "empty.cfg" });
  assertEquals(none.stdout, "empty.cfg\n  forks    20  default\n  timeout  10  default\n");
});

longTestWhere("commands go by ansible.cfg, warn once of what they do not honour, and give way to options", {
  needs: [],
}, async () => {
  await using desk = await makeDesk();
  await Deno.writeTextFile(desk.path("ansible.cfg"), CFG);
  const run = (args: string[], more: Record<string, string> = {}) => desk.run(args, more);
  const begun = async () => {
    const text = await Deno.readTextFile(join(desk.dir, "reports/latest/events.ndjson"));
    return JSON.parse(text.slice(0, text.indexOf("\n"))) as Extract<Event, { type: "run-started" }>;
  };
  const warning =
    "warning: ansible.cfg: set for Ansible and not honoured: become_pass (line 11), ssh_executable (line 7)\n";
  const deploy = await run(["deploy", "--limit", "edge-1"]);
  assertEquals(deploy.code, 0, deploy.text);
  assertEquals(deploy.text.split("not honoured").length, 2, deploy.text);
  assertStringIncludes(deploy.stderr, warning);
  const { forks, hosts, options } = await begun();
  assertEquals([forks, hosts], [7, ["edge-1"]]);
  // What the run goes by is what resume goes by.
  const { given } = options as unknown as { given: Record<string, unknown> };
  assertEquals([given.inventory, given.forks, given.connectTimeout], [["prod.yaml"], 7, 33]);
  assert(!("configuration" in given));

  const plan = await run(["plan", "--forks", "3"], { ANSIBLE_FORKS: "5" });
  assertEquals(
    [plan.code, (await begun()).forks, (await begun()).hosts],
    [0, 3, ["edge-1", "edge-2"]],
    plan.text,
  );
  assertEquals((await run(["plan"], { ANSIBLE_FORKS: "5" })).code, 0);
  assertEquals((await begun()).forks, 5);
  // A host that is named is not made a fleet of.
  assertEquals((await run(["inventory", "--hosts"], { DEPLOY_HOST: "one" })).stdout, "one\n");
  assertEquals((await run(["inventory", "--hosts"])).stdout, "edge-1\nedge-2\n");
  const become = await run(["plan", "-e", "ansible_become=yes"]);
  assertEquals(become.code, 64, become.text);
  assertStringIncludes(
    become.stderr,
    'ansible.cfg:9:1: privilege_escalation.become_method: found "su", expected sudo',
  );
});

longTestWhere(
  "an ansible.cfg that is broken ends commands with 64 and its line, but neither --help nor completion reads it",
  {
    needs: [],
  },
  async () => {
    await using desk = await makeDesk();
    await Deno.writeTextFile(desk.path("ansible.cfg"), "[defaults]\nforks\n");
    for (
      const args of [["deploy", "-i", "prod.yaml"], ["inventory", "-i", "prod.yaml", "--hosts"], ["config"]]
    ) {
      const { code, stdout, stderr } = await desk.run(args);
      assertEquals([code, stdout], [64, ""], args.join(" "));
      assertStringIncludes(stderr, 'ansible.cfg:2:1: found "forks", expected KEY = VALUE');
    }
    for (
      const args of [["deploy", "--help"], ["complete", "--", "deploy", "-i", "prod.yaml", "--limit", "ed"]]
    ) {
      const { code, stderr } = await desk.run(args);
      assertEquals([code, stderr], [0, ""], args.join(" "));
    }
  },
);
