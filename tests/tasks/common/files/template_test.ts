import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import { UsageError } from "../../../../lib/errors.ts";
import { forgetSecrets, noteSecretName } from "../../../../lib/secrets.ts";
import { type HostSettings, settingsOfAll, variablesOf } from "../../../../lib/settings/mod.ts";
import type { Task } from "../../../../lib/task.ts";
import { template } from "../../../../tasks/common/files/template.ts";
import { inventoryOf } from "../../../lib/ansible/files.ts";
import { assertPromise } from "../../promise.ts";
import { testOnShells } from "../device_shells.ts";

const INVENTORY = `all:
  children:
    web:
      hosts: { edge-1: {}, edge-2: { num: 1 } }
      vars: { site: "{{ where }}x", where: roof, things: [1, "a"], flag: true, num: 41, app_token: tk-9f3b27c1d4 }
`;

/** The settings of edge-1 as a run makes them. */
async function settingsFor(task: Task, inventory = INVENTORY): Promise<HostSettings[]> {
  const { hosts } = await inventoryOf(inventory);
  return settingsOfAll(hosts, { cwd: Deno.cwd(), env: {}, variables: variablesOf([task]) });
}

/** Writes a template, and hands out a task of it. */
async function withTemplate(
  text: string,
  work: (task: Task, src: string) => Promise<void> | void,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    const src = join(dir, "app.conf.j2");
    await Deno.writeTextFile(src, text);
    await work(template({ name: "app", src: toFileUrl(src), path: "/etc/app.conf" }), src);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

testOnShells("template() writes what it comes to for the host, and is ok then", async (device) => {
  const src = join(device.dir, "motd.j2");
  await Deno.writeTextFile(src, "{{ inventory_hostname }} in {{ group_names | join(',') }} at {{ site }}\n");
  const task = template({ name: "motd", src, path: device.at("motd"), mode: 0o600 });
  const [settings] = await settingsFor(task);
  const options = { settings: { templates: settings!.templates! }, run: { diff: true } };
  const { last } = await assertPromise(device, task, options);
  assertEquals(await device.read("motd"), "edge-1 in web at roofx\n");
  assertEquals((await Deno.stat(device.at("motd"))).mode! & 0o777, 0o600);
  assertStringIncludes(String(last.detail?.diff), "+edge-1 in web at roofx\n");
});

Deno.test("template() comes to what Ansible's template module writes", async () => {
  const text = `# {{ inventory_hostname }}
{% for g in group_names %}
group={{ g }}
{% endfor %}
list={{ things }}
only={{ "a\\tb" }} {{ '\\\\n' }}
{% if site is defined %}site={{ site | upper }}{% endif %}

{# comment #}
{% raw %}{{ kept }}{% endraw %}

[list]
x = {{ flag }}
y = {{ num + 1 }}
   {%- set z = 3 %}
{{ z }}


`;
  await withTemplate(text, async (task) => {
    const [one, two] = await settingsFor(task);
    // As ansible-core 2.x has written it.
    const expected = `# edge-1
group=web
list=[1, 'a']
only=a\tb \\n
site=ROOFX
{{ kept }}
[list]
x = True
y = 423


`;
    assertEquals(Object.values(one!.templates!), [expected]);
    assertEquals(Object.values(two!.templates!), [
      expected.replace("# edge-1", "# edge-2").replace("423", "23"),
    ]);
  });
  // Text that looks like a value stays text.
  for (const same of ["[1, 2]\n", "{'a': 1}", "True", "", "no end of line", "\n\n"]) {
    await withTemplate(same, async (task) => {
      assertEquals(Object.values((await settingsFor(task))[0]!.templates!), [same]);
    });
  }
});

Deno.test("template() names file, line and host, when a variable is not defined", async () => {
  await withTemplate("a\nb {{ site }}\n{% if flag %}\n\n{{ sitte }}\n{% endif %}\n", async (task, src) => {
    let message = "";
    try {
      await settingsFor(task);
    } catch (error) {
      message = (error as UsageError).message;
    }
    assertMatch(message, /app\.conf\.j2:5: for edge-1: found the variable "sitte", which is not set/);
    assertStringIncludes(message, "edge-2");
    assertStringIncludes(message, 'did you mean "site"?');
    assertStringIncludes(message, src);
  });
  // In a variable that the template uses, it is the template's line.
  await withTemplate("\n\n{{ broken }}\n", async (task) => {
    let message = "";
    try {
      await settingsFor(task, 'all: { hosts: { edge-1: { broken: "{{ nobody }}" } } }\n');
    } catch (error) {
      message = (error as UsageError).message;
    }
    assertMatch(message, /app\.conf\.j2:3: for edge-1: found .*nobody/);
  });
});

Deno.test("template() refuses what is no template with its line, when it is made", async () => {
  for (
    const [text, words] of [
      ["a\n{{ x\n", ":2: "],
      ["a\n\n{% if x %}\nb\n", "ends before its {% endif %}"],
      ["a\n{% include 'b' %}\n", ":2: found a template with {% include %}"],
      ["#jinja2: trim_blocks: False\n", "#jinja2:"],
    ] as const
  ) {
    const dir = await Deno.makeTempDir();
    try {
      const src = join(dir, "t.j2");
      await Deno.writeTextFile(src, text);
      const error = assertThrows(() => template({ name: "t", src, path: "/t" }), UsageError);
      assertStringIncludes(error.message, words, text);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  }
  const missing = assertThrows(() => template({ name: "t", src: "no-such.j2", path: "/t" }), UsageError);
  assertStringIncludes(missing.message, "cannot read no-such.j2");
  assertThrows(() => template({ name: "t", src: new URL("http://x/t.j2"), path: "/t" }), UsageError);
});

testOnShells("template() shows no secret, and none that was made of one, in --diff", async (device) => {
  try {
    noteSecretName("app_token");
    const src = join(device.dir, "token.j2");
    await Deno.writeTextFile(src, "port = 1\ntoken = {{ app_token }}\nshout = {{ app_token | upper }}\n");
    const task = template({ name: "token", src, path: device.at("token") });
    const [settings] = await settingsFor(task);
    const options = { settings: { templates: settings!.templates! }, run: { diff: true } };
    await device.write("token", "port = 1\ntoken = an-older-one\n");
    const { last } = await device.perform([task], options);
    const diff = String(last.detail?.diff);
    assert(
      !diff.includes("tk-9f3b27c1d4") && !diff.includes("TK-9F3B27C1D4") && !diff.includes("older"),
      diff,
    );
    assertEquals(await device.read("token"), "port = 1\ntoken = tk-9f3b27c1d4\nshout = TK-9F3B27C1D4\n");
  } finally {
    forgetSecrets();
  }
});

testOnShells("template() fails on a host whose settings were made without it", async (device) => {
  const src = join(device.dir, "t.j2");
  await Deno.writeTextFile(src, "x");
  const { last } = await device.perform([template({ name: "t", src, path: device.at("t") })]);
  assertEquals([last.status, last.error?.kind], ["failed", "unsuitable"]);
});
