import { assertEquals } from "@std/assert";
import { loadInventory, toAnsibleList, toGraph, toOriginRows } from "../../../lib/settings/mod.ts";
import { inFolder, inventoryOf } from "../ansible/files.ts";

const inventory = await inventoryOf(`
web:
  hosts: {edge-2: , edge-1: {b: 1, a: {d: 1, c: 2}}}
prod:
  children: {web: , spare: }
all:
  hosts: {alone: }
`);

Deno.test("toAnsibleList() gives sorted keys and leaves out what is empty, when groups are nested", () => {
  assertEquals(
    JSON.stringify(toAnsibleList(inventory)),
    JSON.stringify({
      _meta: { hostvars: { "edge-1": { a: { c: 2, d: 1 }, b: 1 } } },
      all: { children: ["ungrouped", "prod"] },
      prod: { children: ["web", "spare"] },
      ungrouped: { hosts: ["alone"] },
      web: { hosts: ["edge-2", "edge-1"] },
    }),
  );
});

Deno.test("toGraph() draws groups before hosts, when groups are nested", () => {
  assertEquals(
    toGraph(inventory),
    `@all:
  |--@ungrouped:
  |  |--alone
  |--@prod:
  |  |--@web:
  |  |  |--edge-2
  |  |  |--edge-1
  |  |--@spare:`,
  );
});

Deno.test("toOriginRows() says of each variable where it was set, when sources, files and -e set some", () =>
  inFolder({
    "hosts": "[web]\nh a=1 long=" + "x".repeat(99) + "\n",
    "group_vars/web.yml": "b: {c: 1}\nd: !unsafe '{{ x }}'\ne: !vault abc\n",
  }, async (cwd) => {
    const { hosts } = await loadInventory(["hosts"], { extraVars: ["f=2"], env: {}, cwd });
    assertEquals(toOriginRows(hosts[0]!), [
      ["a", "1", "hosts:2:5"],
      ["b", '{"c":1}', "group_vars/web.yml:1:4"],
      ["d", '"{{ x }}"', "group_vars/web.yml:2:12"],
      ["e", "(encrypted)", "group_vars/web.yml:3:11"],
      ["f", '"2"', "-e"],
      ["long", `"${"x".repeat(59)}…`, "hosts:2:12"],
    ]);
  }));
