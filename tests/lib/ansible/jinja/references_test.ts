import { expectedOf } from "../../../../lib/settings/variables.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { loadInventory, settingsOf } from "../../../../lib/settings/mod.ts";
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
    block: "{% if flag %}x{% endif %}"
    macro: "{% macro m() %}{% endmacro %}"
    filter: "{{ port | ipaddr }}"
    slip: "{{ port | lowr }}"
    key: "{{ map.prot }}"
    map: {port: 1}
    host: "{{ hostvars['edge-2.example.com'].port }}"
    pipe: "{{ lookup('pipe', 'id') }}"
    open: "{{ port"
    chain: "{{ missing }}"
    inside: "<{{ list }}>"
    bomb0: "{{ bomb1 }}{{ bomb1 }}{{ bomb1 }}{{ bomb1 }}{{ bomb1 }}"
    bomb1: "{{ bomb2 }}{{ bomb2 }}{{ bomb2 }}{{ bomb2 }}{{ bomb2 }}"
    bomb2: "{{ bomb3 }}{{ bomb3 }}{{ bomb3 }}{{ bomb3 }}{{ bomb3 }}"
    bomb3: "{{ bomb4 }}{{ bomb4 }}{{ bomb4 }}{{ bomb4 }}{{ bomb4 }}"
    bomb4: "{{ port }}{{ port }}{{ port }}{{ port }}{{ port }}"
`);
const cwd = Deno.cwd();
const value = (name: string, host = hosts[0]!) => resolveVariable(host, name, cwd)?.value;

Deno.test("resolveVariable() follows references over any number of steps, if a variable holds them", () => {
  const table: [name: string, expected: unknown][] = [
    ["port", 2222],
    ["name", "edge-1.example.com"],
    ["short", "edge-1"],
    ["two", "2222"],
    ["text", "http://edge-1.example.com:2222/True"],
    ["kept", "{{ port }}"],
    ["through", "<{{ port }}>"],
    ["logic", "2223"],
    ["block", "x"],
    ["inside", "<[1]>"],
    ["bomb0", "2222".repeat(5 ** 5)],
    ["unset", undefined],
    ["constructor", undefined],
  ];
  for (const [name, expected] of table) assertEquals(value(name), expected, name);
  assertEquals(hosts.map((host) => value("short", host)), ["edge-1", "10.0.0.7", "fe80::7"]);
});

Deno.test("resolveVariable() refuses with the reason, if a reference leads nowhere or is more than is evaluated", () => {
  const table: [name: string, message: string][] = [
    ["a", "a loop of references: a → b → c → a"],
    ["missing", 'the variable "prot", which is not set'],
    ["macro", "{% macro %}, which Lockstep does not support"],
    ["filter", 'the filter "ipaddr", which Lockstep does not support'],
    ["slip", 'the filter "lowr", which Lockstep does not support'],
    ["key", '"prot" of dict, which has no such key'],
    ["host", 'the host "edge-2.example.com", which the inventory does not have'],
    ["pipe", 'the lookup "pipe", which Lockstep does not support'],
    ["open", "a template that has {{ and does not end"],
    ["chain", 'the variable "prot" (by way of chain → missing), which is not set'],
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

Deno.test("settingsOf() names the place and what a reference comes to, if its variable cannot take that", async () => {
  const inventory = await inventoryOf(`
all: {hosts: {h: }, vars: {ansible_port: "{{ port }}", port: many, service: "{{ unit }}", unit: "{{ service }}"}}
`);
  assertEquals(await problemsOf(() => settingsOf(inventory.hosts[0]!, { cwd, env: {} })), [
    '0.yaml:2:42: all.vars.ansible_port: found "{{ port }}", whose value is "many", expected a port from 1 to 65535',
    '0.yaml:2:77: all.vars.service: found "{{ unit }}": a loop of references: service → unit → service; ' +
    `expected ${expectedOf("service")}`,
    "    give one of them a value",
  ]);
});

Deno.test("settingsOf() knows the folder of the source, if a variable names inventory_dir", () =>
  inFolder({ "site/prod.ini": '[web]\nh artifacts_dir="{{ inventory_dir }}/set"\n' }, async (folder) => {
    const inventory = await loadInventory(["site/prod.ini"], { extraVars: [], env: {}, cwd: folder });
    const settings = settingsOf(inventory.hosts[0]!, { cwd: folder, env: {} });
    assertEquals(settings.artifactsDir, join(folder, "site", "set"));
  }));

Deno.test("settingsOf() names file, line and variable, if a template names what is not there", async () => {
  const inventory = await inventoryOf(`
all:
  hosts: {h: }
  vars:
    home: "/opt/{{ tenant }}"
    deploy_path: "{{ home }}/app"
    service: "{{ [1, 2 }}"
`);
  assertEquals(await problemsOf(() => settingsOf(inventory.hosts[0]!, { cwd, env: {} })), [
    '0.yaml:6:18: all.vars.deploy_path: found "{{ home }}/app": the variable "tenant" (by way of deploy_path → home), ' +
    `which is not set; expected ${expectedOf("deploy_path")}`,
    "    it is not set for h",
    '0.yaml:7:14: all.vars.service: found "{{ [1, 2 }}": a template with "}" that closes nothing; expected ' +
    expectedOf("service"),
  ]);
});

Deno.test("resolveVariable() takes a variable that comes to omit for not set, if a template says so", async () => {
  const inventory = await inventoryOf(`
all: {hosts: {h: }, vars: {ansible_user: "{{ admin | default(omit) }}", ansible_port: "{{ 22 }}{{ omit }}"}}
`);
  const [host] = inventory.hosts;
  assertEquals(resolveVariable(host!, "ansible_user", cwd), undefined);
  assertEquals(await problemsOf(() => settingsOf(host!, { cwd, env: {} })), [
    '0.yaml:2:87: all.vars.ansible_port: found "{{ 22 }}{{ omit }}": omit within a value; expected a port from 1 to 65535',
    "    use it alone: default(omit)",
  ]);
});
