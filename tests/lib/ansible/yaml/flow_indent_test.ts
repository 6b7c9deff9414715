import { settingsOfAll } from "../../../../lib/settings/mod.ts";
import { assertEquals } from "@std/assert";
import { indentFlows } from "../../../../lib/ansible/yaml/flow_indent.ts";
import { inventoryOf, problemsOf } from "../files.ts";

Deno.test("indentFlows() moves lines between brackets and quotes alone, whatever else has brackets and quotes in it", () => {
  const table: [text: string, moved: number[]][] = [
    ["a: [\nb\n]\nc: d", [0, 4, 4, 0]],
    ["a: {b: [\n\n1]\n}\nc:", [0, 0, 4, 4, 0]],
    ['- a: "b\nc"\n- d', [0, 6, 0]],
    ["a: 'it''s\nb'\nc", [0, 4, 0]],
    ['a: "b \\"\nc"\nd', [0, 4, 0]],
    ["a: it's [\nb: c", [0, 0]],
    ["a: b # [\nc: d", [0, 0]],
    ["a: |\n  [\n  {\nb: [\n]", [0, 0, 0, 0, 4]],
    ["a: &x !y [\n]\nb: *x", [0, 10, 0]],
    ['"a": ["b", c d",\n]', [0, 6]],
    ["a: [b # ]\n, c]\nd", [0, 4, 0]],
    ['{"a":"b\nc"}', [0, 1]],
    ["? [a,\nb]\n: c", [0, 3, 0]],
  ];
  for (const [text, moved] of table) {
    const lines = text.split("\n").map((line, at) => " ".repeat(moved[at]!) + line);
    const expected = lines.join("\n") === text ? undefined : { text: lines.join("\n"), moved };
    assertEquals<unknown>(indentFlows(text), expected, text);
  }
});

Deno.test("indentFlows() has no answer, if a document ends between brackets or quotes", () => {
  assertEquals(indentFlows("a: [\n---\n]"), undefined);
  assertEquals(indentFlows('a: "\n...\n"'), undefined);
});

Deno.test("indentFlows() has no answer, if it would take the memory", () => {
  assertEquals(indentFlows(`${" ".repeat(10_000)}a: [\n${"1,\n".repeat(10_000)}]`), undefined);
});

Deno.test("loadInventory() says where something is in the user's own text, if lines had to be moved", async () => {
  const text = `web: {hosts: {
a: {ansible_port: twenty},
  b: {x: [
1]}, c: {ansible_port: 22}
}}
`;
  const cwd = Deno.cwd();
  assertEquals(
    await problemsOf(async () => settingsOfAll((await inventoryOf(text)).hosts, { cwd, env: {} })),
    [
      '0.yaml:2:19: web.hosts.a.ansible_port: found "twenty", expected a port from 1 to 65535',
    ],
  );
  const { hosts } = await inventoryOf(text.replace("twenty", "22"));
  assertEquals(hosts.map(({ origins }) => [origins.ansible_port?.line, origins.ansible_port?.col]), [
    [2, 19],
    [undefined, undefined],
    [4, 24],
  ]);
});

Deno.test("loadInventory() names the mistakes of the text as it is, if moving lines does not help", async () => {
  assertEquals(await problemsOf(() => inventoryOf("web: {hosts: {\na: }\n")), [
    "0.yaml:2:1: this is not valid YAML: flow map in block collection must be sufficiently indented and end with a }",
  ]);
});
