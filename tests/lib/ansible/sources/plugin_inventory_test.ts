import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import process from "node:process";
import type { Problem } from "../../../../lib/errors.ts";
import type { LoadOptions } from "../../../../lib/ansible/options.ts";
import { loadInventory, toAnsibleList } from "../../../../lib/settings/mod.ts";
import { parseLiteral } from "../../../inventory_corpus/literal_json.ts";
import { testWhere } from "../../../support.ts";
import { inFolder, problemsOf } from "../files.ts";

const GENERATOR = `plugin: ansible.builtin.generator
hosts:
  name: "{{ stage }}_{{ n }}"
  parents:
    - {name: "{{ stage }}", vars: {stage: "{{ stage }}"}}
layers:
  stage: [test, live]
  n: [1, 2]
`;

/** A plugin of the user's own: hosts with values of all types, and a line in a file whenever it is asked. */
const OWN = `from ansible.plugins.inventory import BaseInventoryPlugin
from ansible.utils.unsafe_proxy import wrap_var

DOCUMENTATION = "name: own\\nshort_description: own\\noptions: {plugin: {description: name, required: true}}"


class InventoryModule(BaseInventoryPlugin):
    NAME = "own"

    def verify_file(self, path):
        return True

    def parse(self, inventory, loader, path, cache=True):
        super().parse(inventory, loader, path, cache)
        with open(path + ".asked", "a") as asked:
            asked.write("asked\\n")
        for group in ("zebra", "ant"):
            inventory.add_group(group)
        inventory.groups["ant"].set_priority(7)
        inventory.set_variable("ant", "who", "ant")
        inventory.set_variable("zebra", "who", "zebra")
        for name in ("h2", "h1"):
            inventory.add_host(name, "zebra")
            inventory.add_host(name, "ant")
        values = {"float": 2.0, "long": 8944500312345678901, "none": None, "list": [1, 1.5e16, True], "text": "2.0", "raw": wrap_var("{{ x }}")}
        for name, value in values.items():
            inventory.set_variable("h1", name, value)
`;

/** Loads `-i inv` of a folder with these files, which Ansible finds plugins of its user's in. */
const load = (
  files: Readonly<Record<string, string>>,
  work: (
    cwd: string,
    ask: (sources?: string[], more?: Partial<LoadOptions>) => ReturnType<typeof loadInventory>,
  ) => Promise<void>,
) =>
  inFolder(files, (cwd) =>
    work(cwd, (sources = ["inv"], more = {}) => {
      const env = { ...process.env, ANSIBLE_INVENTORY_PLUGINS: join(cwd, "plugins") };
      return loadInventory(sources, { extraVars: [], env, cwd, ...more });
    }));

/** What Ansible makes of all of it by itself. */
async function listOfAnsible(cwd: string): Promise<unknown> {
  const { stdout } = await new Deno.Command("ansible-inventory", {
    args: ["-i", "inv", "--list"],
    cwd,
    env: { ANSIBLE_INVENTORY_PLUGINS: join(cwd, "plugins") },
    stderr: "null",
  }).output();
  return parseLiteral(new TextDecoder().decode(stdout));
}

/** A stand-in for ansible-inventory: a script at the front of the PATH. */
async function standIn(cwd: string, script: string): Promise<Record<string, string>> {
  await Deno.mkdir(join(cwd, "bin"));
  await Deno.writeTextFile(join(cwd, "bin", "ansible-inventory"), `#!/bin/sh\n${script}`, { mode: 0o755 });
  return { PATH: `${join(cwd, "bin")}:${process.env.PATH}` };
}

testWhere(
  "readPluginInventory() gives what Ansible makes of a folder, if a plugin stands between static hosts",
  {
    needs: ["ansible-inventory"],
  },
  () =>
    load({
      "inv/10-static": "[test]\ntest_1 n=1\n[old]\nfirst\n",
      "inv/20-generated.yml": GENERATOR,
      "inv/30-made.yml":
        "plugin: constructed\nkeyed_groups: [{key: stage, prefix: of}]\ncompose: {made: stage ~ '!'}\n",
      "inv/40-later.yml": "test: {hosts: {test_2: {stage: later}}, vars: {size: 2.0}}\n",
      "inv/group_vars/live.yml": "beside: 1.10\n",
    }, async (cwd, ask) => {
      const inventory = await ask();
      assertEquals(
        parseLiteral(JSON.stringify(toAnsibleList(inventory))) as unknown,
        await listOfAnsible(cwd),
      );
      const live = inventory.hosts.find(({ name }) => name === "live_1")!;
      assertEquals(live.groups, ["live", "of_live"]);
      assertEquals(live.origins.stage, {
        file: "inv/20-generated.yml",
        line: 0,
        col: 0,
        path: "live.vars.stage",
      });
    }),
);

testWhere(
  "readPluginInventory() keeps types, priorities and order, and asks once, if a file is named twice",
  {
    needs: ["ansible-inventory"],
  },
  () =>
    load({ "inv/own.yml": "plugin: own\n", "plugins/own.py": OWN }, async (cwd, ask) => {
      const inventory = await ask(["inv", "inv/own.yml"]);
      assertEquals(await Deno.readTextFile(join(cwd, "inv/own.yml.asked")), "asked\n");
      await Deno.remove(join(cwd, "inv/own.yml.asked"));
      assertEquals(
        parseLiteral(JSON.stringify(toAnsibleList(inventory))) as unknown,
        await listOfAnsible(cwd),
      );
      assertEquals(inventory.hosts.map(({ name, vars }) => [name, vars.who]), [["h2", "ant"], ["h1", "ant"]]);
      assertEquals([...inventory.groups.keys()].filter((name) => /z|ant/.test(name)), ["zebra", "ant"]);
    }),
);

testWhere("readPluginInventory() leaves files of variables to us, if one beside the plugin is encrypted", {
  needs: ["ansible-inventory"],
}, () =>
  load({
    "inv/own.yml": "plugin: own\n",
    "plugins/own.py": OWN,
    "inv/group_vars/ant.yml": "$ANSIBLE_VAULT;1.1;AES256\n3030\n",
  }, async (_, ask) => {
    const [problem = ""] = await problemsOf(() => ask());
    assertStringIncludes(
      problem,
      "inv/group_vars/ant.yml: found a file encrypted by ansible-vault, and no password",
    );
  }));

testWhere(
  "readPluginInventory() quotes Ansible, if the plugin fails",
  { needs: ["ansible-inventory"] },
  () =>
    load({ "inv/a.yml": "# cloud\nplugin: no.such.plugin\n" }, async (_, ask) => {
      const lines = await problemsOf(() => ask());
      assertStringIncludes(
        lines[0]!,
        `inv/a.yml:2:1: plugin: found the configuration of the inventory plugin "no.such.plugin"`,
      );
      assertStringIncludes(lines.join(" ").replace(/\s+/g, " "), "specifies unknown plugin 'no.such.plugin'");
      assertStringIncludes(lines.at(-1)!, "--skip-unreadable-sources");
    }),
);

testWhere(
  "readPluginInventory() names both ways out, if Ansible is not installed",
  { needs: ["linux"] },
  () =>
    load({ "inv/a.yml": "# cloud\nplugin: amazon.aws.aws_ec2\n", "inv/b": "static\n" }, async (_, ask) => {
      const env = { PATH: "/nowhere" };
      assertEquals(await problemsOf(() => ask(["inv"], { env })), [
        'inv/a.yml:2:1: plugin: found the configuration of the inventory plugin "amazon.aws.aws_ec2", ' +
        "which only Ansible can run, and there is no ansible-inventory on the PATH",
        "    install Ansible (apt install ansible, pipx install --include-deps ansible), " +
        "or leave such files out with --skip-unreadable-sources",
      ]);
      const warnings: Problem[] = [];
      const rest = await ask(["inv"], { env, skipUnreadable: true, warn: (one) => void warnings.push(one) });
      assertEquals(rest.hostNames, ["static"]);
      assertEquals(warnings.length, 1);
      assertMatch(warnings[0]!.message, /left out 1 source .*\ninv\/a\.yml:2:1: .*aws_ec2/);
    }),
);

testWhere(
  "readPluginInventory() hands over one file as a word, and the passwords' files, by no shell",
  {
    needs: ["linux"],
  },
  () =>
    load({ "inv/a; touch $(x).yml": "plugin: own\n", "inv/b": "static\n", pass: "x" }, async (cwd, ask) => {
      const env = await standIn(
        cwd,
        `printf '%s\\n' "$@" >'${cwd}/args'\necho '{"_meta": {"hostvars": {}}, "all": {"hosts": ["h"]}}'\n`,
      );
      const { hostNames } = await ask(["inv"], { env, vaultPasswordFiles: ["pass"], extraVars: ["a=b"] });
      assertEquals([...hostNames].sort(), ["h", "static"]);
      assertEquals((await Deno.readTextFile(join(cwd, "args"))).split("\n"), [
        "-i",
        join(cwd, "inv/a; touch $(x).yml"),
        "--list",
        "--export",
        "--vault-password-file",
        "pass",
        "",
      ]);
      assertEquals([...Deno.readDirSync(cwd)].map(({ name }) => name).sort(), ["args", "bin", "inv", "pass"]);
    }),
);

testWhere(
  "readPluginInventory() passes -e on, if the configuration asks for it",
  { needs: ["linux"] },
  () =>
    load({ "a.yml": "plugin: own\nuse_extra_vars: yes\n" }, async (cwd, ask) => {
      const env = await standIn(cwd, `echo "$@" >'${cwd}/args'\necho '{"_meta": {"hostvars": {}}}'\n`);
      await ask(["a.yml"], { env, extraVars: ["a=b"] });
      assertMatch(await Deno.readTextFile(join(cwd, "args")), / --export -e a=b\n$/);
    }),
);

testWhere("readPluginInventory() gives up, if Ansible hangs, and refuses what is no list", {
  needs: ["linux"],
}, () =>
  load({ "a.yml": "plugin: own\n" }, async (cwd, ask) => {
    const env = await standIn(cwd, `[ -e '${cwd}/slow' ] && exec sleep 60\necho '[1]'\n`);
    const text = (await problemsOf(() => ask(["a.yml"], { env }))).join("\n");
    assertStringIncludes(
      text,
      '"ansible-inventory -i a.yml --list --export" printed a list, expected a mapping',
    );
    await Deno.writeTextFile(join(cwd, "slow"), "");
    const began = performance.now();
    const slow = (await problemsOf(() => ask(["a.yml"], { env, programSeconds: 1 }))).join("\n");
    assertStringIncludes(slow, "did not end within 1 s");
    assertLess(performance.now() - began, 30_000);
  }));

testWhere(
  "readPluginInventory() runs nothing, if programs may not be run",
  { needs: ["linux"] },
  () =>
    load({ "inv/a.yml": "plugin: own\n", "inv/b": "static\n" }, async (cwd, ask) => {
      const env = await standIn(cwd, `touch '${cwd}/ran'\n`);
      const { hostNames } = await ask(["inv"], { env, runPlugins: false, skipUnreadable: true });
      assertEquals(hostNames, ["static"]);
      assert(![...Deno.readDirSync(cwd)].some(({ name }) => name === "ran"));
    }),
);
