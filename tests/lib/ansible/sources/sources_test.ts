import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { loadInventory } from "../../../../lib/settings/mod.ts";
import { textKind } from "../../../../lib/ansible/sources/source_kind.ts";
import { inFolder, problemsOf } from "../files.ts";

const options = (cwd: string, warn: (message: string) => void = () => {}) => ({
  extraVars: [],
  env: {},
  cwd,
  warn: ({ message }: { message: string }) => warn(message),
});
const names = (inventory: { hosts: readonly { name: string }[] }) => inventory.hosts.map((host) => host.name);

Deno.test("textKind() tells YAML from INI as Ansible would, if name or text says it", () => {
  const table: [file: string, text: string, expected: string][] = [
    ["a.yaml", "all:\n", "yaml"],
    ["a.yml", "[web]\nh\n", "ini"],
    ["a.yml", "h1\n[web]\n", "ini"],
    ["a.yml", "h1\n", "yaml"],
    ["a.json", "[web]", "yaml"],
    ["a.ini", "all:\n", "ini"],
    ["a.local", "all:\n", "ini"],
    ["a", "", "yaml"],
    ["a", "# x\n---\nall:\n", "yaml"],
    ["a", "all:\n", "yaml"],
    ["a", '"all":\n', "yaml"],
    ["a", '{"all": 1}', "yaml"],
    ["a", "[web]\n", "ini"],
    ["a", "; x\n[web:vars] # y\n", "ini"],
    ["a", "[a:c]x\n", "ini"],
    ["a", "h1:22\n", "ini"],
    ["a", "h1 x='a: b'\n", "ini"],
    ["a", "fe80::1 a=b\n", "ini"],
  ];
  for (const [file, text, expected] of table) assertEquals(textKind(file, text), expected, `${file} ${text}`);
});

Deno.test("loadInventory() reads every file of a folder in the order of names, if the source is one", () =>
  inFolder({
    "inv/b": "[web]\nb1\nshared x=b\n",
    "inv/a.yaml": "web: {hosts: {a1: , shared: {x: a}}}",
    "inv/sub/c.json": '{"web": {"hosts": {"c1": {}}}}',
    "inv/.hidden": "hidden",
    "inv/old.yaml~": "hidden",
    "inv/old.ini": "hidden",
    "inv/note.md": "hidden",
    "inv/x.retry": "hidden",
    "inv/group_vars/web": "w: 1",
    "inv/host_vars/a1.yml": "h: 1",
    "inv/sub/group_vars/web.yml": "never: 1",
  }, async (cwd) => {
    const inventory = await loadInventory(["inv"], options(cwd));
    assertEquals(names(inventory), ["a1", "shared", "b1", "c1"]);
    assertEquals(inventory.hosts.map((host) => host.vars), [{ w: 1, h: 1 }, { w: 1, x: "b" }, { w: 1 }, {
      w: 1,
    }]);
  }));

Deno.test("loadInventory() takes a list with commas for hosts, if no file has that name", () =>
  inFolder({ "d,e": "[web]\nfrom-file\n" }, async (cwd) => {
    const warnings: string[] = [];
    const list = await loadInventory(
      ["a, b:22,[fe80::1]:23,c[1:2],"],
      options(cwd, (message) => warnings.push(message)),
    );
    assertEquals(names(list), ["a", "b", "fe80::1", "c[1:2]"]);
    assertEquals(list.hosts.map((host) => host.vars.ansible_port), [undefined, 22, 23, undefined]);
    assertEquals(warnings.length, 1);
    assertEquals(names(await loadInventory(["d,e"], options(cwd))), ["from-file"]);
  }));

Deno.test("loadInventory() ends with the link's name, if a folder leads back into itself", () =>
  inFolder({ "inv/a": "a1\n" }, async (cwd) => {
    await Deno.symlink(join(cwd, "inv"), join(cwd, "inv", "loop"));
    assertEquals(await problemsOf(() => loadInventory(["inv"], options(cwd))), [
      "inv/loop: found a link that leads back to one of its parent folders",
    ]);
  }));

Deno.test("loadInventory() reads INI, if the file is called YAML and is none", () =>
  inFolder({ "a.yaml": "h1\n", "b": "!bang x=1\n", "c.yml": "- h1\n" }, async (cwd) => {
    assertEquals(names(await loadInventory(["a.yaml", "b"], options(cwd))), ["h1", "!bang"]);
    assertEquals(await problemsOf(() => loadInventory(["c.yml"], options(cwd))), [
      "c.yml:1:1: found a list, expected groups such as all:",
    ]);
  }));
