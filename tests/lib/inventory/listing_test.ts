import { assertEquals } from "@std/assert";
import { toAnsibleList, toGraph } from "../../../lib/inventory/mod.ts";
import { inventoryOf } from "./files.ts";

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
