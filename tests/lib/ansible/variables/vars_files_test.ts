import { pythonFloat } from "../../../../lib/ansible/python/python_number.ts";
import { assertEquals } from "@std/assert";
import { loadInventory } from "../../../../lib/settings/mod.ts";
import { inFolder, problemsOf } from "../files.ts";

const options = { extraVars: ["v=extra"], env: {} };
const SITE =
  "[web]\nh1\nh2\n[site:children]\nweb\n[site:vars]\nv=inventory\nw=inventory\n[all:vars]\nw=all\n";

Deno.test("loadInventory() lets the nearest file win, if group_vars and host_vars say the same", () =>
  inFolder({
    "env/hosts": SITE,
    "env/group_vars/all.yml": "a: all\nb: all\nc: all\nd: all\nw: file",
    "env/group_vars/site/main.yml": "b: site\nc: site\nd: site",
    "env/group_vars/site/.no": "b: never",
    "env/group_vars/site/z.yml~": "b: never",
    "env/group_vars/site/deep/er.json": '{"deep": 1e2}',
    "env/group_vars/site.yml": "b: never",
    "env/group_vars/web.yaml": "c: web\nd: web",
    "env/group_vars/empty.yml": "",
    "env/host_vars/h1": "d: h1\nv: never",
    "group_vars/all.yml": "a: here\nd: here",
  }, async (cwd) => {
    const { hosts } = await loadInventory(["env/hosts"], { ...options, cwd });
    const shared = { w: "file", a: "here", b: "site", c: "web", deep: pythonFloat(100)!, v: "extra" };
    assertEquals(hosts.map(({ vars }) => vars), [{ ...shared, d: "h1" }, { ...shared, d: "web" }]);
    assertEquals(hosts[0]!.origins.d, { file: "env/host_vars/h1", line: 1, col: 4, path: "d" });
  }));

Deno.test("loadInventory() lets the later folder win, if several inventories have variables beside them", () =>
  inFolder({
    "one/hosts": SITE,
    "two/hosts": "h3\n",
    "one/group_vars/web.yml": "x: one\ny: one",
    "two/group_vars/all.yml": "x: all of two\ny: all of two",
    "two/group_vars/site.yml": "y: two",
  }, async (cwd) => {
    const { hosts } = await loadInventory(["one/hosts", "two"], { ...options, cwd });
    assertEquals(hosts.find(({ name }) => name === "h1")!.vars.x, "one");
    assertEquals(hosts.find(({ name }) => name === "h1")!.vars.y, "two");
  }));

Deno.test("loadInventory() reports a mistake at its place, if a file of variables has one", () =>
  inFolder({
    "hosts": SITE,
    "group_vars/web.yml": "x: [1, 2\n",
    "group_vars/all.yml": "- a\n",
    "host_vars/h1.json": '{"a": ',
    "host_vars/nobody.yml": "a: [",
  }, async (cwd) => {
    const problems = await problemsOf(() => loadInventory(["hosts"], { ...options, cwd }));
    assertEquals(problems.filter((line) => !line.startsWith(" ")).map((line) => line.slice(0, 50)), [
      "group_vars/all.yml:1:1: found a list, expected a mapping of variables".slice(0, 50),
      "group_vars/web.yml:2:1: this is not valid YAML: flow".slice(0, 50),
      "host_vars/h1.json:1:7: this is not valid YAML: flow".slice(0, 50),
    ]);
  }));

Deno.test("loadInventory() warns once of a variable, if no template could name it", () =>
  inFolder({ "hosts": "[web]\nh1 a-b=1\nh2 a-b=2 class=3 _ok=4\n" }, async (cwd) => {
    const warnings: string[] = [];
    const warn = (
      { where, line, col, message }: { where: string; line?: number; col?: number; message: string },
    ) => warnings.push(`${where}:${line}:${col} ${/"(.*)"/.exec(message)?.[1]}`);
    const { hosts } = await loadInventory(["hosts"], { ...options, cwd, warn });
    assertEquals(warnings, ["hosts:2:4 a-b", "hosts:3:10 class"]);
    assertEquals(hosts[0]!.vars["a-b"], 1);
  }));
