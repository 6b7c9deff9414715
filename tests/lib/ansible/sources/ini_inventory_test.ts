import { assertEquals } from "@std/assert";
import { loadInventory } from "../../../../lib/settings/mod.ts";
import { inFolder, problemsOf } from "../files.ts";

const load = (text: string, warn: (message: string) => void = () => {}) =>
  inFolder(
    { "hosts": text },
    (cwd) => loadInventory(["hosts"], { extraVars: [], env: {}, cwd, warn: ({ message }) => warn(message) }),
  );

Deno.test("readIniInventory() reads hosts, groups and variables, if they come in any order", async () => {
  const { hosts, groups } = await load(`
loose ansible_user=me   # a comment
; another
[web]
edge-[01:03:2]:2222 a="x y" b='{"k": [1]}' c=0644 d=yes#no
"odd name" e="it's"
[site:children]
web # the first
db
[site:vars]
deploy_path = /opt/site
n=[1, 2] # a list
t=a # b
[db]
db-[a:b].local
[web:vars]
ansible_group_priority=10
`);
  assertEquals(hosts.map(({ name, vars }) => [name, vars]), [
    ["loose", { ansible_user: "me" }],
    ["edge-01", {
      deploy_path: "/opt/site",
      n: [1, 2],
      t: "a # b",
      ansible_port: 2222,
      a: "x y",
      b: { k: [1] },
      c: "0644",
      d: "yes",
    }],
    ["edge-03", hosts[1]!.vars],
    ["odd name", { deploy_path: "/opt/site", n: [1, 2], t: "a # b", e: "it's" }],
    ["db-a.local", { deploy_path: "/opt/site", n: [1, 2], t: "a # b" }],
    ["db-b.local", { deploy_path: "/opt/site", n: [1, 2], t: "a # b" }],
  ]);
  assertEquals(groups.get("site")!.children, ["web", "db"]);
  assertEquals(groups.get("web")!.priority, 10);
  assertEquals(hosts[1]!.origins.b, { file: "hosts", line: 5, col: 31, path: "edge-[01:03:2]:2222.b" });
});

Deno.test("readIniInventory() reports every mistake at its place, if a file has several", async () => {
  const problems = await problemsOf(() =>
    load(`[web]
edge-1 ansible_port=many anisble_user=x
edge-2 deploy
edge-[1-3]
edge-4 a="open
host:
[web:varz]
x=1
[web:vars]
  keep_backups = 0
word
a: b
[site:children]
wbe
[nowhere:vars]
x=1
[a:children]
b
[b:children]
a
[w eb]
`)
  );
  assertEquals(problems, [
    'hosts:3:8: found "deploy" after the host "edge-2", expected name=value',
    "    write each host on a line of its own, and a value with spaces in quotes",
    "hosts:4:1: found the range [1-3], expected begin:end or begin:end:step, of numbers or of single letters",
    '    did you mean "[1:3]"?',
    'hosts:5:1: found "edge-4 a=\\"open", with a quote that is not closed or a backslash at its end',
    'hosts:6:1: found "host:", expected the name of a host',
    "    this file is read as INI: rename it to .yaml if it is YAML",
    "hosts:7:6: found the section [web:varz], expected [web], [web:children] or [web:vars]",
    '    did you mean "vars"?',
    'hosts:11:1: found "word", expected name=value',
    'hosts:12:1: found "a: b", expected name=value',
    "    this file is read as INI: rename it to .yaml if it is YAML",
    'hosts:14:1: found the group "wbe" in [site:children], expected it to be defined somewhere in this file',
    '    did you mean "web"?',
    'hosts:20:1: found the group "a" as a child of "b", which is itself below "a"',
    'hosts:21:1: found "[w eb]", expected [group], [group:children] or [group:vars]',
  ]);
});
