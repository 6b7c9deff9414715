import { assertEquals } from "@std/assert";
import { readConfiguration } from "../../../lib/ansible/mod.ts";
import { type HostSettings, loadInventory, settingsOfAll } from "../../../lib/settings/mod.ts";
import { inFolder, problemsOf } from "../ansible/files.ts";

/** The settings of the hosts of an inventory under an `ansible.cfg`, by name. */
async function settingsUnder(
  cfg: string,
  inventory: string,
  options: { readonly env?: Record<string, string>; readonly extraVars?: readonly string[] } = {},
): Promise<Record<string, HostSettings>> {
  const { env = {}, extraVars = [] } = options;
  return await inFolder({ "ansible.cfg": cfg, "hosts.ini": inventory }, async (cwd) => {
    const configuration = await readConfiguration({ cwd, env, system: "/nowhere/ansible.cfg" });
    const { hosts } = await loadInventory(["hosts.ini"], { cwd, env, extraVars, configuration });
    const all = settingsOfAll(hosts, { cwd, env, configuration });
    return JSON.parse(
      JSON.stringify(Object.fromEntries(all.map((host) => [host.name, host]))).replaceAll(cwd, "$CWD"),
    );
  });
}

const CFG = `[defaults]
remote_user = cfg
remote_port = 2222
private_key_file = keys/{{ id }}
host_key_checking = no
[ssh_connection]
ssh_args = -C
ssh_common_args = -o ProxyJump=gate
ssh_extra_args = -o "X=a b"
[privilege_escalation]
become = yes
become_user = bob
`;

Deno.test("settingsOfAll() takes what is configured where a host says nothing, and is no template", async () => {
  const { a } = await settingsUnder(CFG, "a\n");
  const { user, port, identityFile, commonArgs, become, becomeUser, connection } = a!;
  assertEquals({ user, port, identityFile, commonArgs, become, becomeUser, connection }, {
    user: "cfg",
    port: 2222,
    identityFile: "$CWD/keys/{{ id }}",
    commonArgs: ["-C", "-o", "StrictHostKeyChecking=no", "-o", "ProxyJump=gate", "-o", "X=a b"],
    become: true,
    becomeUser: "bob",
    connection: "ssh",
  });
});

Deno.test("settingsOfAll() has a host's variables win over what is configured, by any of their names, also empty ones", async () => {
  const { a, b, c, d } = await settingsUnder(
    CFG,
    "a ansible_user=own ansible_port=1 ansible_private_key_file=k ansible_host_key_checking=yes ansible_become=no\n" +
      "b ansible_ssh_user=own ansible_ssh_port=1 ansible_ssh_private_key_file=k ansible_ssh_host_key_checking=yes\n" +
      "c ansible_user= ansible_ssh_args= ansible_ssh_common_args= ansible_ssh_extra_args=''\n" +
      "d ansible_user=None ansible_connection=local\n",
  );
  for (const host of [a!, b!]) {
    assertEquals([host.user, host.port, host.identityFile], ["own", 1, "$CWD/k"]);
    assertEquals(host.commonArgs, ["-C", "-o", "ProxyJump=gate", "-o", "X=a b"]);
  }
  assertEquals([a!.become, b!.become], [false, true]);
  assertEquals([c!.user, c!.commonArgs], [undefined, ["-o", "StrictHostKeyChecking=no"]]);
  // None is nothing, with Ansible, too.
  assertEquals([d!.user, d!.connection], ["cfg", "local"]);
  const { a: other } = await settingsUnder(CFG, "a\n", {
    extraVars: ["ansible_user=e"],
    env: { ANSIBLE_REMOTE_USER: "env" },
  });
  assertEquals(other!.user, "e");
  assertEquals((await settingsUnder(CFG, "a\n", { env: { ANSIBLE_REMOTE_USER: "env" } })).a!.user, "env");
});

Deno.test("settingsOfAll() refuses what is configured and cannot be, with its line, once for all hosts", async () => {
  const cfg =
    "[defaults]\ntransport = docker\n[ssh_connection]\nssh_args = -o 'x\n[privilege_escalation]\nbecome_method = su\n";
  assertEquals(
    await problemsOf(() => settingsUnder(cfg, "a\nb\n")),
    [
      'ansible.cfg:2:1: defaults.transport: found "docker", expected ssh, local or simulated',
      'ansible.cfg:4:1: ssh_connection.ssh_args: found "-o \'x", expected ssh options in one string, with every quote closed',
    ].toSorted((x, y) => x.localeCompare(y)),
  );
  // How to become somebody matters to who does.
  const method = "[privilege_escalation]\nbecome_method = su\n";
  assertEquals(await problemsOf(() => settingsUnder(method, "a\n")), []);
  assertEquals(await problemsOf(() => settingsUnder(method, "a\nb ansible_become=yes\n")), [
    'ansible.cfg:2:1: privilege_escalation.become_method: found "su", expected sudo',
  ]);
});

Deno.test("loadInventory() takes the configured inventory where no other is named, and no host either", () =>
  inFolder({
    "ansible.cfg": "[defaults]\ninventory = one,gone\n",
    one: "a\n",
    two: "b\n",
  }, async (cwd) => {
    const names = async (sources: string[], env: Record<string, string>) => {
      const configuration = await readConfiguration({ cwd, env, system: "/nowhere/ansible.cfg" });
      const { hosts } = await loadInventory(sources, { cwd, env, extraVars: [], configuration });
      return hosts.map(({ name }) => name);
    };
    assertEquals(await names([], { ANSIBLE_INVENTORY: "one,two" }), ["a", "b"]);
    assertEquals(await names(["two"], { ANSIBLE_INVENTORY: "one" }), ["b"]);
    assertEquals(await names([], { ANSIBLE_INVENTORY: "one", LOCKSTEP_INVENTORY: "two" }), ["b"]);
    assertEquals(await names([], { ANSIBLE_INVENTORY: "one", DEPLOY_HOST: "c" }), ["c"]);
    const [missing = ""] = await problemsOf(() => names([], {}));
    assertEquals(missing.startsWith("ansible.cfg:2: "), true, missing);
  }));

Deno.test("loadInventory() opens what is encrypted with the configured password", () =>
  inFolder({
    "ansible.cfg": "[defaults]\nvault_password_file = pass/none.txt\n",
    "hosts.ini": "a\n",
  }, async (cwd) => {
    const configuration = await readConfiguration({ cwd, env: {}, system: "/nowhere/ansible.cfg" });
    const [problem = ""] = await problemsOf(() =>
      loadInventory(["hosts.ini"], { cwd, env: {}, extraVars: [], configuration })
    );
    assertEquals(
      problem.startsWith(`ansible.cfg:2: ${cwd}/pass/none.txt: cannot read this file`),
      true,
      problem,
    );
  }));
