import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { selectHosts } from "../../../../lib/ansible/mod.ts";
import type { Problem } from "../../../../lib/errors.ts";
import { inFolder, inventoryOf, problemsOf } from "../files.ts";

const inventory = await inventoryOf(`
all:
  hosts:
    gate.example:
    "10.0.0.7":
  children:
    web:
      hosts: {edge-1: , edge-2: , edge-3: }
    db:
      hosts: {edge-3: , db-1: }
    prod:
      children: {db: , web: }
      hosts: {extra: }
`);

const select = (pattern?: string) => selectHosts(inventory, pattern).map((host) => host.name).join(" ");

Deno.test("selectHosts() picks hosts in the pattern's order, if the pattern is any of Ansible's", () => {
  const table: [pattern: string | undefined, expected: string][] = [
    [undefined, "gate.example 10.0.0.7 edge-1 edge-2 edge-3 db-1 extra"],
    ["all", "gate.example 10.0.0.7 edge-1 edge-2 edge-3 db-1 extra"],
    ["*", "gate.example 10.0.0.7 edge-1 edge-2 edge-3 db-1 extra"],
    ["edge-2", "edge-2"],
    ["edge-2,db-1", "edge-2 db-1"],
    ["edge-2 , db-1,", "edge-2 db-1"],
    ["web:db", "edge-1 edge-2 edge-3 db-1"],
    ["web:&db", "edge-3"],
    ["web:&prod:!edge-3", "edge-1 edge-2"],
    ["!web", "gate.example 10.0.0.7 db-1 extra"],
    ["&db", "edge-3 db-1"],
    ["!edge-1:web", "edge-2 edge-3"],
    ["ungrouped", "gate.example 10.0.0.7"],
    ["edge-*", "edge-1 edge-2 edge-3"],
    ["edge-[12]*", "edge-1 edge-2"],
    ["edge-[!12]", "edge-3"],
    ["e?ge-1", "edge-1"],
    ["*.example", "gate.example"],
    ["[wg]*", "edge-1 edge-2 edge-3 gate.example"],
    ["db", "edge-3 db-1"],
    ["db:web", "edge-3 db-1 edge-1 edge-2"],
    ["edge-3,edge-1", "edge-3 edge-1"],
    ["~\\Aedge-[12]\\Z", "edge-1 edge-2"],
    ["edge-[3-1]x,web", "edge-1 edge-2 edge-3"],
    ["10.0.0.7", "10.0.0.7"],
    ["~(edge|db)-1", "edge-1 db-1"],
    ["~(?i)EDGE-1$", "edge-1"],
    ["web[0]", "edge-1"],
    ["web[-1]", "edge-3"],
    ["web[1:]", "edge-2 edge-3"],
    ["web[0:1]", "edge-1 edge-2"],
    ["web[0:0]", "edge-1"],
    ["prod[0]", "extra"],
    ["web[0],db", "edge-1 edge-3 db-1"],
    ["extra,web[0]", "extra edge-1"],
    ["w*[1:2]", "edge-2 edge-3"],
  ];
  for (const [pattern, expected] of table) {
    assertEquals(select(pattern), expected, pattern);
  }
});

Deno.test("selectHosts() refuses the pattern, if nothing is left or it cannot be read", async () => {
  const table: [pattern: string, message: string][] = [
    ["~dge", 'found "~dge", which matches no host and no group'],
    ["web:!web", 'found no host for "web:!web"'],
    ["edg-1", 'found "edg-1", expected the name of a host or a group\n    did you mean "edge-1"?'],
    ["nothing-like-it", '"inventory --graph" shows'],
    ["web[7]", 'found "web[7]", expected an index below 3'],
    ["~(", 'found "~(", expected a valid pattern'],
    ["web:!", 'found "!", expected a pattern after it'],
  ];
  for (const [pattern, message] of table) {
    assertStringIncludes((await problemsOf(() => select(pattern))).join("\n"), `--limit: `, pattern);
    assertStringIncludes((await problemsOf(() => select(pattern))).join("\n"), message, pattern);
  }
});

Deno.test("selectHosts() names every mistake, if a pattern has several", async () => {
  const problems = await problemsOf(() => select("web[9],~(,~["));
  assertEquals(problems.filter((line) => line.startsWith("--limit")).length, 3);
});

Deno.test("selectHosts() passes a name over with a warning, if it is not known but hosts are left", () => {
  const warnings: Problem[] = [];
  const hosts = selectHosts(inventory, "web:!edge-33", (warning) => warnings.push(warning));
  assertEquals(hosts.length, 3);
  assertEquals(warnings.map((warning) => warning.hint), ['did you mean "edge-3"?']);
});

Deno.test("selectHosts() refuses an inventory without hosts, if no pattern is given", async () => {
  const empty = await inventoryOf("web: {vars: {a: 1}}");
  assertStringIncludes((await problemsOf(() => selectHosts(empty, undefined))).join(), "found no host");
});

Deno.test("selectHosts() takes each line of a file for a pattern, if the limit names one", () =>
  inFolder(
    { "limit.txt": "# left over\nedge-3\n\n  db-1  # slow\n!db\n", "empty.txt": "# none\n" },
    async (cwd) => {
      const names = (pattern: string) =>
        selectHosts(inventory, pattern, () => {}, "--limit", cwd).map((host) => host.name).join(" ");
      assertEquals(names("@limit.txt,edge-3,edge-1"), "edge-1");
      const problems = async (pattern: string) => (await problemsOf(() => names(pattern))).join();
      assertStringIncludes(await problems("@empty.txt"), 'found no host in the file "empty.txt"');
      assertStringIncludes(await problems("@none.txt"), 'cannot read the file "none.txt"');
    },
  ));

Deno.test("selectHosts() warns as Ansible does, if a pattern of any kind matches nothing", () => {
  const warnings: string[] = [];
  selectHosts(inventory, "web,x*,~y,&w*,!z?,x*", ({ message }) => warnings.push(message));
  assertEquals(warnings.map((message) => /"(.*)"/.exec(message)?.[1]), ["x*", "~y", "z?"]);
});

Deno.test("selectHosts() refuses the pattern by its bound, if it does not end or is too long", async () => {
  const long = await inventoryOf(`all: {hosts: {${"a".repeat(60)}b: {}, edge-1: {}}}`);
  const [many, dots] = ["*a".repeat(30), ".".repeat(11_000)];
  const table: [pattern: string, message: string][] = [
    ["~(a+)+$", 'found "~(a+)+$": it takes longer than 2 s to match'],
    [`${many}c`, "it takes longer than 2 s to match"],
    [`~${dots},edge-1`, "found an expression of 11001 characters, expected at most 10000"],
    [`a:${dots}`, "found a pattern of 11002 characters, expected at most 10000 without a comma"],
  ];
  for (const [pattern, message] of table) {
    const began = performance.now();
    assertStringIncludes((await problemsOf(() => selectHosts(long, pattern))).join("\n"), message, pattern);
    assert(performance.now() - began < 6000, pattern);
  }
});
