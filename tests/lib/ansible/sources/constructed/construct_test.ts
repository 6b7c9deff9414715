import { assertEquals } from "@std/assert";
import { loadInventory } from "../../../../../lib/settings/mod.ts";
import { isSealed } from "../../../../../lib/ansible/vault/sealed.ts";
import { inFolder, problemsOf } from "../../files.ts";

const HOSTS = "all: {hosts: {h1: {role: web, n: 1}, h2: {}}}\n";

/** The problems of an inventory that is constructed of two hosts. */
function problemsWith(configuration: string): Promise<string[]> {
  return inFolder(
    { "a.yml": HOSTS, "b.yml": `plugin: constructed\n${configuration}` },
    (cwd) => problemsOf(() => loadInventory(["a.yml", "b.yml"], { extraVars: [], env: {}, cwd })),
  );
}

Deno.test("construct() names the place of an expression, if strict is set and it comes to nothing", async () => {
  assertEquals(await problemsWith("strict: true\ncompose:\n  kind: role | upper\n"), [
    'b.yml:4:9: compose.kind: cannot set kind for h2: found the variable "role", which is not set, and strict is set',
    "    it is not set for h2",
  ]);
  assertEquals(await problemsWith("compose: {kind: role | upper}\ngroups: {web: role == 'web'}\n"), []);
});

Deno.test("construct() refuses what Ansible may evaluate and Lockstep does not, strict or not", async () => {
  assertEquals(await problemsWith("compose:\n  net: role | ipaddr\n"), [
    'b.yml:3:8: compose.net: cannot set net: found the filter "ipaddr", which Lockstep does not support',
    "    write the value itself, or give it with -e",
  ]);
});

Deno.test("construct() refuses what Ansible refuses, if options or keys are not what they must be", async () => {
  const table: [configuration: string, problem: string][] = [
    ["strict: maybe\n", 'b.yml:2:9: strict: found "maybe", expected yes or no'],
    ["compose: [a]\n", "b.yml:2:10: compose: found a list, expected a mapping of names and expressions"],
    [
      "keyed_groups: {key: role}\n",
      "b.yml:2:15: keyed_groups: found a mapping, expected a list of keyed groups",
    ],
    ["keyed_groups: [role]\n", 'b.yml:2:15: keyed_groups: found "role", expected a mapping with key'],
    [
      "keyed_groups: [{key: role, default_value: x, trailing_separator: no}]\n",
      "b.yml:2:15: keyed_groups: found a mapping, expected only one of default_value and trailing_separator",
    ],
    [
      "keyed_groups: [{key: n}]\n",
      'b.yml:2:15: keyed_groups: found 1 in "n" for h1, expected a text, a list or a mapping',
    ],
  ];
  for (const [configuration, problem] of table) {
    assertEquals((await problemsWith(configuration))[0], problem, configuration);
  }
});

Deno.test("construct() gives a variable its place, and keeps what is secret sealed, if it sets one", () =>
  inFolder({
    "a.yml": HOSTS,
    "b.yml": "plugin: constructed\ncompose:\n  label: role ~ '-' ~ n\n  derived: db_password | upper\n",
    "host_vars/h1.yml": "x: 1\n",
  }, async (cwd) => {
    await Deno.writeTextFile(`${cwd}/a.yml`, HOSTS.replace("n: 1", "n: 1, db_password: letmein99"));
    const { hosts } = await loadInventory(["a.yml", "b.yml"], { extraVars: [], env: {}, cwd });
    const [host] = hosts;
    assertEquals(host!.vars.label, "web-1");
    assertEquals(host!.origins.label, { file: "b.yml", line: 3, col: 10, path: "compose.label" });
    assertEquals(isSealed(host!.vars.derived), true);
    assertEquals(hosts[1]!.vars.label, undefined);
  }));
