import { expectedOf } from "../../../../lib/settings/variables.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { loadInventory } from "../../../../lib/settings/mod.ts";
import { settingsOf } from "../../../../lib/settings/mod.ts";
import { resolveVariable } from "../../../../lib/settings/resolved_variable.ts";
import { inFolder, inventoryOf, problemsOf } from "../files.ts";

const { hosts } = await inventoryOf(`
all:
  hosts: {edge-1.example.com: , 10.0.0.7: , "fe80::7": }
  vars:
    port: 2222
    flag: yes
    nothing: ~
    list: [1]
    name: "{{ inventory_hostname }}"
    short: "{{inventory_hostname_short}}"
    two: "{{ three }}"
    three: "{{ port }}"
    text: "http://{{ name }}:{{ two }}/{{ flag }}{{ nothing }}"
    kept: !unsafe "{{ port }}"
    through: "<{{ kept }}>"
    a: "{{ b }}"
    b: "x{{ c }}"
    c: "{{ a }}"
    missing: "{{ prot }}"
    logic: "{{ port + 1 }}"
    filter: "{{ port | int }}"
    block: "{% if flag %}x{% endif %}"
    inside: "<{{ list }}>"
    bomb0: "{{ bomb1 }}{{ bomb1 }}{{ bomb1 }}{{ bomb1 }}{{ bomb1 }}"
    bomb1: "{{ bomb2 }}{{ bomb2 }}{{ bomb2 }}{{ bomb2 }}{{ bomb2 }}"
    bomb2: "{{ bomb3 }}{{ bomb3 }}{{ bomb3 }}{{ bomb3 }}{{ bomb3 }}"
    bomb3: "{{ bomb4 }}{{ bomb4 }}{{ bomb4 }}{{ bomb4 }}{{ bomb4 }}"
    bomb4: "{{ port }}{{ port }}{{ port }}{{ port }}{{ port }}"
`);
const cwd = Deno.cwd();
const value = (name: string, host = hosts[0]!) => resolveVariable(host, name, cwd)?.value;

Deno.test("resolveVariable() follows plain references over any number of steps, when a variable holds them", () => {
  const table: [name: string, expected: unknown][] = [
    ["port", 2222],
    ["name", "edge-1.example.com"],
    ["short", "edge-1"],
    ["two", 2222],
    ["text", "http://edge-1.example.com:2222/True"],
    ["kept", "{{ port }}"],
    ["through", "<{{ port }}>"],
    ["unset", undefined],
    ["constructor", undefined],
  ];
  for (const [name, expected] of table) assertEquals(value(name), expected, name);
  assertEquals(hosts.map((host) => value("short", host)), ["edge-1", "10.0.0.7", "fe80::7"]);
});

Deno.test("resolveVariable() refuses with the reason, when a reference leads nowhere or is more than plain", () => {
  const table: [name: string, message: string][] = [
    ["a", "a loop of references: a → b → c → a"],
    ["missing", 'the variable "prot", which is not set'],
    ["logic", "does not evaluate"],
    ["filter", "does not evaluate"],
    ["block", "does not evaluate"],
    ["inside", '"list" is a list'],
    ["bomb0", "references without end"],
  ];
  for (const [name, message] of table) {
    let found = "nothing was refused";
    try {
      value(name);
    } catch (error) {
      found = (error as Error).message;
    }
    assertStringIncludes(found, message, name);
  }
});

Deno.test("settingsOf() names the place and what a reference comes to, when its variable cannot take that", async () => {
  const inventory = await inventoryOf(`
all: {hosts: {h: }, vars: {ansible_port: "{{ port }}", port: many, service: "{{ unit }}", unit: "{{ service }}"}}
`);
  assertEquals(await problemsOf(() => settingsOf(inventory.hosts[0]!, { cwd, env: {} })), [
    '0.yaml:2:42: all.vars.ansible_port: found "{{ port }}", which comes to "many", expected a port from 1 to 65535',
    '0.yaml:2:77: all.vars.service: found "{{ unit }}": a loop of references: service → unit → service; ' +
    `expected ${expectedOf("service")}`,
    "    one of them must say what it is",
  ]);
});

Deno.test("settingsOf() knows the folder of the source, when a variable names inventory_dir", () =>
  inFolder({ "site/prod.ini": '[web]\nh artifacts_dir="{{ inventory_dir }}/set"\n' }, async (folder) => {
    const inventory = await loadInventory(["site/prod.ini"], { extraVars: [], env: {}, cwd: folder });
    const settings = settingsOf(inventory.hosts[0]!, { cwd: folder, env: {} });
    assertEquals(settings.artifactsDir, join(folder, "site", "set"));
  }));
