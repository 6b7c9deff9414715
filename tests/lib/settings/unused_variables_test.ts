import { assertEquals } from "@std/assert";
import { formatProblem, type Problem } from "../../../lib/errors.ts";
import { selectHosts } from "../../../lib/ansible/mod.ts";
import { loadInventory, settingsOf, unusedVariables } from "../../../lib/settings/mod.ts";
import { inFolder } from "../ansible/files.ts";

Deno.test("unusedVariables() names each variable of a connection that is not used, once, and why", () =>
  inFolder({
    "hosts.ini": "[web]\na ansible_password=x1 ansible_become_exe=/x\nb ansible_password=x2\nc\n" +
      "[db]\nd ansible_ssh_retries=3\n",
  }, async (cwd) => {
    const inventory = await loadInventory(["hosts.ini"], { cwd, extraVars: [], env: {} });
    const warnings = unusedVariables(selectHosts(inventory, "web"));
    assertEquals(warnings.map(formatProblem), [
      'hosts.ini:2:20: a.ansible_password: found "ansible_password", which is not used: ssh logs in only with keys\n' +
      "    put a key on the device: ssh-copy-id, or ansible_ssh_private_key_file",
      'hosts.ini:2:42: a.ansible_become_exe: found "ansible_become_exe", which is not used: sudo is taken from the PATH\n' +
      "    put it on the user's PATH",
    ]);
    const of = (name: string) =>
      settingsOf(inventory.hosts.find((host) => host.name === name)!, { cwd, env: {} }).hasPassword;
    assertEquals([of("a"), of("c")], [true, undefined]);
  }));

Deno.test("loadInventory() names what it passes over in a folder, and variables of a group that is not there yet", () =>
  inFolder({
    "only-ini/edge.ini": "[edge]\ne1\n",
    "only-ini/web.ini": "[web]\nw1\n",
    "only-ini/group_vars/all.yml": "x: 1\n",
    "only-ini/README.md": "",
    "mixed/a-vars": "[web:vars]\nx=1\n[wbe:vars]\ny=1\n",
    "mixed/hosts": "[web]\nw1\n",
    "mixed/old.ini": "[web]\nw2\n",
    "mixed/ansible.cfg": "",
    "mixed/hosts.bak": "",
  }, async (cwd) => {
    const read = async (source: string) => {
      const warnings: Problem[] = [];
      const inventory = await loadInventory([source], {
        cwd,
        extraVars: [],
        env: {},
        warn: (warning) => warnings.push(warning),
      });
      return { hosts: inventory.hosts, warnings: warnings.map(formatProblem) };
    };
    const passed = "ignored in this folder, as Ansible ignores files with this extension";
    const ini = await read("only-ini");
    assertEquals(ini.hosts, []);
    assertEquals(ini.warnings, [
      `only-ini: ${passed}: edge.ini, web.ini\n    name it explicitly: -i only-ini/edge.ini; or change or remove its extension`,
    ]);
    const mixed = await read("mixed");
    assertEquals(mixed.hosts.map(({ name, vars }) => [name, vars.x]), [["w1", 1]]);
    assertEquals(mixed.warnings, [
      `mixed: ${passed}: old.ini\n    name it explicitly: -i mixed/old.ini; or change or remove its extension`,
      "mixed/a-vars:1:1: found [web:vars], and no [web] in this file or an earlier one; the variables are kept\n" +
      "    define it with [web], or put the file that does so first: -i THAT -i mixed/a-vars",
      "mixed/a-vars:3:1: found [wbe:vars], and no [wbe] in this file or an earlier one; the variables are kept\n" +
      "    define it with [wbe], or put the file that does so first: -i THAT -i mixed/a-vars",
    ]);
  }));
