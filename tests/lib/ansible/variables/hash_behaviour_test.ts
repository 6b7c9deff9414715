import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { readConfiguration } from "../../../../lib/ansible/mod.ts";
import { combined, merge, replace } from "../../../../lib/ansible/variables/hash_behaviour.ts";
import { loadInventory, toAnsibleList } from "../../../../lib/settings/mod.ts";
import { findProgram } from "../../../support.ts";
import { inFolder } from "../files.ts";

Deno.test("merge() keeps the keys of both mappings at every depth, and replaces anything else", () => {
  assertEquals(merge({ a: 1, b: { c: 1, d: [1] } }, { b: { d: [2], e: 3 }, f: null }), {
    a: 1,
    b: { c: 1, d: [2], e: 3 },
    f: null,
  });
  assertEquals([
    merge({ a: 1 }, [2]),
    merge([1], { a: 2 }),
    merge(undefined, { a: 1 }),
    merge({ a: 1 }, null),
  ], [
    [2],
    { a: 2 },
    { a: 1 },
    null,
  ]);
  assertEquals(merge({ a: 1 }, {}), { a: 1 });
  assertEquals(replace({ a: 1 }, { b: 2 }), { b: 2 });
  const own = JSON.parse('{"__proto__": {"a": 1}}');
  assertEquals(Object.keys(merge(own, { b: 1 }) as object), ["__proto__", "b"]);
});

Deno.test("combined() says where the later value stands", () => {
  const place = (file: string, value: string | { readonly [key: string]: number }) => ({
    value,
    origin: { file, line: 1, col: 1 },
  });
  const both = combined(merge, place("a", { x: 1 }), place("b", { y: 2 }));
  assertEquals([both.value, both.origin.file], [{ x: 1, y: 2 }, "b"]);
  assertEquals(combined(replace, place("a", "x"), place("b", "y")).origin.file, "b");
});

/** Mappings at every place that can set a variable. */
const files = {
  "ansible.cfg": "[defaults]\ninventory = one.yaml,two\nhash_behaviour = merge\n",
  "one.yaml": `all:
  vars: { app: { from: all, all: 1, deep: { a: 1, list: [1, 2] } }, plain: x }
  children:
    web:
      vars: { app: { from: web, web: 1, deep: { b: 2 } }, gone: { a: 1 } }
      hosts:
        w1: { app: { from: w1, host: 1, deep: { list: [3] } }, gone: text }
        w2:
        w3: { app: text }
        w4: { app: { from: w4 } }
    db:
      vars: { app: { db: 1 } }
      hosts: { w1: }
`,
  two: `[web]
w1 app="{'two': 2}"
w5 app="{'five': 5}"
[web:vars]
app={'later':True}
`,
  "group_vars/all.yml": "app: { deep: { c: 3 }, vars_all: 1 }\nempty: {}\n",
  "group_vars/web/1.yml": "app: { files: { one: 1 } }\n",
  "group_vars/web/2.yml": "app: { files: { two: 2 } }\nempty: { a: 1 }\n",
  "host_vars/w2.yml": "app: { deep: { a: 9 } }\n",
};

async function ours(cwd: string, extraVars: readonly string[]) {
  const configuration = await readConfiguration({ cwd, env: {}, system: "/nowhere/ansible.cfg" });
  return toAnsibleList(await loadInventory([], { cwd, env: {}, extraVars, configuration }));
}

Deno.test("loadInventory() merges mappings as Ansible does, if hash_behaviour is merge", () =>
  inFolder(files, async (cwd) => {
    const { _meta: { hostvars } } = await ours(cwd, []) as unknown as {
      _meta: { hostvars: Record<string, Record<string, unknown>> };
    };
    const shared = { all: 1, web: 1, later: true, vars_all: 1, files: { one: 1, two: 2 } };
    assertEquals(hostvars.w2!.app, { ...shared, from: "web", deep: { a: 9, b: 2, c: 3, list: [1, 2] } });
    assertEquals(hostvars.w3!.app, "text");
    assertEquals(hostvars.w4!.app, { ...shared, from: "w4", deep: { a: 1, b: 2, c: 3, list: [1, 2] } });
    assertEquals([hostvars.w1!.gone, hostvars.w2!.gone, hostvars.w2!.empty], ["text", { a: 1 }, { a: 1 }]);
    // Another host's mappings are not in it: they share what they inherit.
    assertEquals(hostvars.w5!.app, {
      ...shared,
      from: "web",
      five: 5,
      deep: { a: 1, b: 2, c: 3, list: [1, 2] },
    });
    const plain = await loadInventory(["one.yaml"], { cwd, env: {}, extraVars: [] });
    assertEquals(plain.hosts.find(({ name }) => name === "w4")!.vars.app, { from: "w4" });
  }));

Deno.test({
  name:
    "loadInventory() lists what ansible-inventory lists under the same ansible.cfg, with hash_behaviour and inventory",
  ignore: findProgram("ansible-inventory") === undefined,
  fn: () =>
    inFolder(files, async (cwd) => {
      for (const extra of [[], ['{"app": {"deep": {"x": 1}, "from": "e"}}', '{"app": {"deep": {"y": 2}}}']]) {
        const { stdout, success } = await new Deno.Command(findProgram("ansible-inventory")!, {
          args: ["--list", ...extra.flatMap((text) => ["-e", text])],
          cwd,
          clearEnv: true,
          env: { PATH: "/usr/bin:/bin", HOME: join(cwd, "nowhere"), LC_ALL: "C.UTF-8" },
          stderr: "null",
        }).output();
        assert(success);
        assertEquals(
          JSON.parse(JSON.stringify(await ours(cwd, extra))),
          JSON.parse(new TextDecoder().decode(stdout)),
        );
      }
    }),
});
