import { assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import process from "node:process";
import { type Problem, UsageError } from "../../../lib/errors.ts";
import { loadInventory, settingsOfAll, toAnsibleList } from "../../../lib/settings/mod.ts";
import { inFolder, inventoryOf, problemsOf } from "./files.ts";

const names = (inventory: { hosts: readonly { name: string }[] }) => inventory.hosts.map((host) => host.name);

Deno.test("loadInventory() merges variables from all to the host, if groups are nested", async () => {
  const { hosts } = await inventoryOf(`
all:
  vars: {level: all, from_all: 1}
  hosts:
    alone:
  children:
    site:
      vars: {level: site, from_site: 1}
      children:
        rack:
          vars: {level: rack}
          hosts:
            edge-1:
            edge-2: {level: host}
`);
  assertEquals(hosts.map((host) => [host.name, host.groups, host.vars]), [
    ["alone", ["ungrouped"], { level: "all", from_all: 1 }],
    ["edge-1", ["rack", "site"], { level: "rack", from_all: 1, from_site: 1 }],
    ["edge-2", ["rack", "site"], { level: "host", from_all: 1, from_site: 1 }],
  ]);
});

Deno.test("loadInventory() lets priority and then the name decide, if groups are equally deep", async () => {
  const text = (priority: string) => `
b: {hosts: {h: }, vars: {who: b}}
a: {hosts: {h: }, vars: {who: a${priority}}}
`;
  assertEquals((await inventoryOf(text(""))).hosts[0]!.vars, { who: "b" });
  const preferred = await inventoryOf(text(", ansible_group_priority: 5"));
  assertEquals(preferred.hosts[0]!.vars, { who: "a" });
  assertEquals(preferred.groups.get("a")!.vars, { who: "a" });
});

Deno.test("loadInventory() adds to earlier definitions, if a later file names the same host and group", async () => {
  const { hosts, groups } = await inventoryOf([
    "web: {hosts: {h: {a: 1, b: {x: 1}}}, vars: {c: 1}}",
    "web: {hosts: {h: {b: {y: 2}}, i: }, vars: {c: 2}}",
  ]);
  assertEquals(hosts.map((host) => host.vars), [{ a: 1, b: { y: 2 }, c: 2 }, { c: 2 }]);
  assertEquals(groups.get("web")!.hosts, ["h", "i"]);
  assertEquals(hosts[0]!.origins.b, { file: "1.yaml", line: 1, col: 22, path: "web.hosts.h.b" });
});

Deno.test("loadInventory() expands a host's key, if it has ranges or a port", async () => {
  const { hosts } = await inventoryOf(`
all:
  hosts:
    edge-[08:10]:2222: {v: 1}
    "[a:b]x[1:3:2]":
    "[fe80::1]:22":
`);
  assertEquals(hosts.map((host) => [host.name, host.vars.ansible_port ?? null]), [
    ["edge-08", 2222],
    ["edge-09", 2222],
    ["edge-10", 2222],
    ["ax1", null],
    ["ax3", null],
    ["bx1", null],
    ["bx3", null],
    ["fe80::1", 22],
  ]);
});

Deno.test("loadInventory() reads scalars as Ansible does, if YAML versions disagree", async () => {
  const { hosts } = await inventoryOf(`
all:
  hosts:
    h: {a: yes, b: "yes", c: y, d: 0644, e: 1234e567, f: 12:30, g: 2026-1-02, h: 2026-01-02, i: 0x1f, j: ~, k: off, l: 1_000}
`);
  assertEquals(hosts[0]!.vars, {
    a: true,
    b: "yes",
    c: "y",
    d: 420,
    e: "1234e567",
    f: 750,
    g: "2026-1-02",
    h: "2026-01-02",
    i: 31,
    j: null,
    k: false,
    l: 1000,
  });
});

Deno.test("loadInventory() follows anchors and merge keys, if they are used for variables and hosts", async () => {
  const { hosts } = await inventoryOf(`
all:
  vars:
    shared: &shared {p: 1, q: 2}
    more: &more {q: 3, r: 4}
  hosts:
    a: {<<: *shared, q: 9}
    b: {<<: [*shared, *more]}
    c: *more
`);
  const own = hosts.map(({ vars: { p, q, r } }) => [p ?? null, q ?? null, r ?? null]);
  assertEquals(own, [[1, 9, null], [1, 2, 4], [null, 3, 4]]);
});

Deno.test("loadInventory() loads any name, if ssh or JavaScript could misunderstand it", async () => {
  const inventory = await inventoryOf(`
all:
  hosts:
    "-oProxyCommand=touch /tmp/x": {__proto__: 1, constructor: 2}
    "__proto__":
  children:
    constructor: {hosts: {toString: }}
`);
  assertEquals(names(inventory), ["-oProxyCommand=touch /tmp/x", "__proto__", "toString"]);
  assertEquals(Object.entries(inventory.hosts[0]!.vars), [["__proto__", 1], ["constructor", 2]]);
  assertStringIncludes(JSON.stringify(toAnsibleList(inventory)), '"__proto__":1');
});

Deno.test("loadInventory() lets extra variables win, if they are given in any form", () =>
  inFolder({
    "i.yaml": "all: {hosts: {h: {a: host, b: host, c: host, d: host}}}",
    "vars/x.yaml": "\nc: [file]\nartifacts_dir: set",
  }, async (cwd) => {
    const extraVars = ["a=1 b='two words' e=x=y", "{d: yes}", "@vars/x.yaml", String.raw`f="a\nb"`];
    const { hosts } = await loadInventory(["i.yaml"], { extraVars, env: {}, cwd });
    assertEquals(hosts[0]!.vars, {
      a: "1",
      b: "two words",
      c: ["file"],
      d: true,
      e: "x=y",
      f: "a\nb",
      artifacts_dir: "set",
    });
    assertEquals(hosts[0]!.origins.a, { file: "-e", line: 0, col: 0, path: "a" });
    assertEquals(hosts[0]!.origins.artifacts_dir, {
      file: "vars/x.yaml",
      line: 3,
      col: 16,
      path: "artifacts_dir",
    });
  }));

Deno.test("loadInventory() refuses an extra variable, if it cannot be read", async () => {
  const problems = await problemsOf(() =>
    inventoryOf("all: {hosts: {h: }}", ["word", "a='b", "[1]", "./x.yaml", "@none"])
  );
  assertEquals(problems.length, 6);
  for (
    const [index, text] of ["NAME=VALUE", "quote", "mapping", "path", '"@./x.yaml"', "none: cannot read"]
      .entries()
  ) {
    assertStringIncludes(problems[index]!, text);
  }
});

Deno.test("loadInventory() names the single host, if only the environment does", () =>
  inFolder({}, async (cwd) => {
    const env = { DEPLOY_HOST: "edge-device", DEPLOY_USER: "iotuser", DEPLOY_PATH: "/opt/a b" };
    const { hosts } = await loadInventory([], { extraVars: [], env, cwd });
    assertEquals(hosts.map(({ name, groups, vars }) => ({ name, groups, vars })), [{
      name: "edge-device",
      groups: ["ungrouped"],
      vars: { ansible_user: "iotuser", deploy_path: "/opt/a b" },
    }]);
    const wrong = await problemsOf(async () => {
      const { hosts } = await loadInventory([], { extraVars: [], env: { ...env, DEPLOY_PATH: "opt" }, cwd });
      settingsOfAll(hosts, { cwd, env });
    });
    assertEquals(wrong, [
      'environment: DEPLOY_PATH: found "opt", expected an absolute path below "/", or "~/" and a path, without ".." and NUL',
    ]);
    assertStringIncludes(
      (await problemsOf(() => loadInventory([], { extraVars: [], env: {}, cwd }))).join(),
      "DEPLOY_HOST",
    );
  }));

Deno.test("loadInventory() finds the file, if it is bare, without its ending or named by the environment", () =>
  inFolder({
    "here.yaml": "all: {hosts: {here: }}",
    "inventory/prod.yml": "all: {hosts: {prod: }}",
    "inventory/here.yaml": "all: {hosts: {shadowed: }}",
    "as.json": '{"all":\t{"hosts": {"json": {"face": "\\ud83d\\ude00"}}}}',
  }, async (cwd) => {
    const options = { extraVars: [], env: { LOCKSTEP_INVENTORY: "prod" }, cwd };
    assertEquals(names(await loadInventory(["here.yaml"], options)), ["here"]);
    assertEquals(names(await loadInventory(["inventory/here.yaml"], options)), ["shadowed"]);
    assertEquals(names(await loadInventory([], options)), ["prod"]);
    assertEquals((await loadInventory(["as.json"], options)).hosts[0]!.vars, { face: "😀" });
  }));

Deno.test("loadInventory() refuses a source by its kind, if it is none that is read", () =>
  inFolder({
    "hosts.ini": "h1\n",
    "hosts.toml": "[web]\n",
    "dynamic": "#!/bin/sh\n",
    "latin.yaml": new Uint8Array([0x61, 0xff]),
    "dashes.ini": "# ours\n---\n[web]\nh1\n",
    "list.yaml": "- h1\n",
    "plugin.json": '{"plugin": "aws_ec2"}\n',
  }, async (cwd) => {
    const expected = {
      "dashes.ini": 'dashes.ini:2:1: found "---", which begins YAML, above a section of INI',
      "dynamic": "dynamic: found a script that is not executable",
      "hosts.toml": "hosts.toml:1:1: found TOML, expected YAML, JSON, INI or a program",
      "latin.yaml": "latin.yaml:1:2: this is not UTF-8 text",
      "list.yaml": "list.yaml:1:1: found a list, expected groups such as all:",
      "plugin.json":
        "plugin.json:1:2: plugin: found the configuration of an inventory plugin, expected groups such as all:",
      "hosts.inj": '--inventory: found no file "hosts.inj" in the current folder or in inventory/',
    };
    const problems = await problemsOf(() =>
      loadInventory(Object.keys(expected), { extraVars: [], env: {}, cwd })
    );
    assertEquals(problems.filter((line) => !line.startsWith(" ")), Object.values(expected));
    assertStringIncludes(problems.at(-1)!, 'did you mean "hosts.ini"?');
  }));

Deno.test("loadInventory() reports every mistake at its place, if several files have several", async () => {
  const problems = await problemsOf(() =>
    inventoryOf([
      `all:
  vars:
    a: 1
    b: 2
    c: 3
  host:
    a:
  hosts:
    edge-1:
      ansible_port: 20
    edge-2: 10.0.0.1
    12:
    edge-[1-3]:
    twice: {a: 1}
  children:
    - web
web:
  children: {db: {children: {web: }}}
hosts:
  h1: {ansible_host: x}
`,
      "all:\n  hosts:\n\ta:\n",
      "all: {hosts: {a: {x: 1}, b: *nope}}",
      "all: {vars: {x: !custom 1}}",
    ])
  );
  assertEquals(problems, [
    '0.yaml:6:3: all.host: found the key "host", expected hosts, children or vars',
    '    did you mean "hosts"?',
    '0.yaml:11:13: all.hosts.edge-2: found "10.0.0.1", expected the host\'s variables as a mapping, or nothing',
    '    for an address write "ansible_host: 10.0.0.1" below the host',
    "0.yaml:12:5: all.hosts.12: found 12 for the name of a host, expected text",
    '    put it in quotes: "12"',
    "0.yaml:13:5: all.hosts.edge-[1-3]: found the range [1-3], " +
    "expected begin:end or begin:end:step, of numbers or of single letters",
    '    did you mean "[1:3]"?',
    "0.yaml:16:5: all.children: found a list, expected a mapping of groups",
    '    write each as "name:" on a line of its own, without "- "',
    '0.yaml:18:14: web.children.db: found the group "db" as a child of "web", which is itself below "db"',
    '0.yaml:20:3: hosts.h1: found the key "h1", expected hosts, children or vars',
    '    put "hosts:" below the name of a group, such as all:',
    "1.yaml:3:1: this is not valid YAML: tabs are not allowed as indentation",
    "2.yaml:1:29: all.hosts.b: the alias *nope has no anchor &nope before it",
    "3.yaml:1:17: this is not valid YAML: unresolved tag: !custom",
  ]);
});

Deno.test("loadInventory() says nothing of a user's own variables, if they only look a little like ours", async () => {
  const { hosts } = await inventoryOf(`
all:
  hosts:
    h:
      {service_name: a, health: b, port: 1, deploy_date: c, deploy_port: 2, services: [x], ansible_users: {a: 1},
       log_dir: /l, lib_dir: /b, ansible_become_pass: p, ansible_scp_extra_args: s, ansible_python_interpreter: /p}
`);
  assertEquals(Object.keys(hosts[0]!.vars).length, 12);
});

Deno.test("loadInventory() leaves templates and other connections alone, if no one has asked for the host's settings", async () => {
  const { hosts } = await inventoryOf(
    `all: {hosts: {h: {deploy_path: "{{ base }}/x", ansible_connection: winrm}}}`,
  );
  assertEquals(hosts[0]!.vars, { deploy_path: "{{ base }}/x", ansible_connection: "winrm" });
});

Deno.test("loadInventory() ends at once with a place, if aliases explode, loop or values nest without end", async () => {
  const lines = ["x0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"];
  for (let i = 1; i < 30; i++) lines.push(`x${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(", ")}]`);
  const bomb = `all:\n  vars:\n${lines.map((line) => `    ${line}\n`).join("")}`;
  const loop = "a: &a {children: {b: *a}}";
  const deep = `all: {vars: {x: ${"[".repeat(50_000)}${"]".repeat(50_000)}}}`;
  // CPU, because a machine with much to do lets everybody wait.
  const began = process.cpuUsage();
  const problems = await problemsOf(() => inventoryOf([bomb, loop, deep]));
  const { user, system } = process.cpuUsage(began);
  assertLess((user + system) / 1000, 5000);
  assertEquals(problems.length, 3);
  assertStringIncludes(
    problems[0]!,
    "0.yaml:7:14: all.vars.x4.0: the alias *a3 expands to more than 10000 values",
  );
  assertStringIncludes(
    problems[1]!,
    "1.yaml:1:22: a.children.b: the alias *a refers to a value that contains it",
  );
  assertStringIncludes(problems[2]!, "values are nested too deeply");
});

Deno.test("loadInventory() stays quick, if there are 10,000 hosts in 100 groups", async () => {
  const text = Array.from({ length: 100 }, (_, group) =>
    `g${group}:\n  vars: {rack: ${group}}\n  hosts:\n` +
    Array.from({ length: 100 }, (_, host) => `    edge-${group}-${host}:\n      ansible_port: 2222\n`).join(
      "",
    )).join("");
  // The processor's time, because others may be at work here, too.
  const before = process.cpuUsage();
  const { hosts } = await inventoryOf(text);
  const { user, system } = process.cpuUsage(before);
  assertEquals(hosts.length, 10_000);
  assertEquals(hosts[9_999]!.vars, { rack: 99, ansible_port: 2222 });
  // Alone it takes 0.3 s; what this catches is work per host that grows with the number of hosts.
  assertLess((user + system) / 1000, 3000);
});

Deno.test("loadInventory() refuses what YAML has no place for, if a file holds control characters", async () => {
  assertEquals(await problemsOf(() => inventoryOf("all:\n  hosts: {a: {b: \x01}}\n")), [
    "0.yaml:2:18: this is not valid YAML: the character U+0001 is not allowed",
  ]);
  assertEquals(await problemsOf(() => inventoryOf("all: {hosts: {'h[09:1]': }}")), [
    "0.yaml:1:15: all.hosts.h[09:1]: found the range [09:1], expected as many digits in its end as in its start",
  ]);
});

Deno.test("loadInventory() warns of what Ansible passes over, if a group holds what is no part of one", async () => {
  const warnings: Problem[] = [];
  const text = `web:
  ansible_user: root
  edge-1:
  hosts: {a: '', b: }
  vars: lonely
deploy_path: /opt/app
7: [x]
`;
  const { hosts } = await inFolder({ "0.yaml": text }, (cwd) =>
    loadInventory(["0.yaml"], {
      extraVars: [],
      env: {},
      cwd,
      warn: (warning) => warnings.push(warning),
    }));
  assertEquals(hosts.map(({ name, vars }) => [name, vars] as const), [
    ["a", { lonely: null }],
    ["b", { lonely: null }],
  ]);
  assertEquals(new UsageError(warnings).message.split("\n"), [
    '0.yaml:2:3: web.ansible_user: found the key "ansible_user", expected hosts, children or vars; ' +
    "it is ignored, as with Ansible",
    "    variables of a group belong below vars:",
    '0.yaml:3:3: web.edge-1: found the key "edge-1", expected hosts, children or vars; it is ignored, as with Ansible',
    "    hosts belong below hosts:, groups below children:",
    '0.yaml:4:14: web.hosts.a: found "", expected the host\'s variables as a mapping, or nothing; ' +
    "it is ignored, as with Ansible",
    '0.yaml:5:9: web.vars: found "lonely", expected a mapping of variables; as with Ansible it is one without a value',
    '0.yaml:6:14: deploy_path: found "/opt/app", expected a group: a mapping with hosts, children or vars; ' +
    "it is ignored, as with Ansible",
    "0.yaml:7:4: 7: found a list, expected a group: a mapping with hosts, children or vars; it is ignored, as with Ansible",
  ]);
});

Deno.test("loadInventory() refuses a key and does not warn of it, if hosts, children or vars were meant", async () => {
  for (const key of ["host", "chidlren", "Hosts", "VARS", "var", "hosts "]) {
    const problems = await problemsOf(() => inventoryOf(`web: {hosts: {a: }, "${key}": {b: }}`));
    assertEquals(problems.length, 2, key);
    assertMatch(problems[1]!, /did you mean "(?:hosts|children|vars)"\?/);
  }
  assertEquals(await problemsOf(() => inventoryOf("hosts: [a]\nweb: {hosts: {b: }}")), [
    "0.yaml:1:8: hosts: found a list, expected a group: a mapping with hosts, children or vars",
    '    put "hosts:" below the name of a group, such as all:',
  ]);
});

Deno.test("loadInventory() says where a second document begins, and that one is expected", async () => {
  assertEquals(await problemsOf(() => inventoryOf("all:\n  hosts: {a: }\n---\nall:\n  hosts: {b: }\n")), [
    "0.yaml:3:1: found a second document, expected one in a file",
    "    put it into a separate file, and name both (-i may be given several times), or remove the --- before it",
  ]);
});
