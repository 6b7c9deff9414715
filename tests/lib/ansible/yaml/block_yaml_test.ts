import { assert, assertEquals } from "@std/assert";
import { isMap, type Node, type YAMLMap } from "yaml";
import type { Json } from "../../../../lib/events.ts";
import { readBlockYaml } from "../../../../lib/ansible/yaml/block_yaml.ts";
import { noPassword } from "../../../../lib/ansible/vault/sealed.ts";
import { readYaml, type YamlSource } from "../../../../lib/ansible/yaml/yaml_document.ts";

const reading = { unseal: noPassword, secret: false, warn: () => {} };

/** Keys, values and places of everything in a text. */
function everything(source: YamlSource, node: Node | null = source.root): Json {
  if (!isMap(node)) return source.value(node);
  return source.entries(node as YAMLMap).map(({ key, keyNode, value, offset }) => [
    key,
    keyNode.range![0],
    offset,
    isMap(value) ? everything(source, value) : source.value(value),
  ]);
}

const plain: readonly string[] = [
  "all:\n",
  "all:\n  hosts:\n    h:\n    i:\n",
  "---\n# c\nall:\n\n  hosts: # here\n      a-[1:3].x:2222:\n        n: 1\n   # odd\n      b:\n  vars:\n    x: y\nweb:\n",
  "a: 1\nb: 0644\nc: yes\nd: nO\ne: ~\nf: 1_0\ng: 12:30\nh: 2026-01-02\ni: .5\nj: 1e5\nk: -7\nl: null\nm: Off\nn: t\n",
  'a: "x # y"\nb: \'z: "w"\'\nc: ""   # none\nd: "yes"\ne: a "b" \'c\'\nf: x#y\ng: http://h:80/p?q=[1]&{r}\nh: -x\ni: a - b\n',
  "1: a\nyes: b\n2026-01-02: c\na.b/c_d-e: f\n",
  "x: é\n",
  "a:\n  b: 1\nc:\n d:\n   e: 2",
  "a: x {{ y }} z\n",
];

const full: readonly string[] = [
  "",
  "# only\n",
  "a: {b: 1}\n",
  "a: [1]\n",
  "- a\n",
  "a:\n  - b\n",
  "a: &x 1\nb: *x\n",
  "a: !vault x\n",
  "a: |\n  b\n",
  "a: b\n  c\n",
  "a: b\n  c: d\n",
  "a:\n  b: 1\n c: 2\n",
  " a: 1\n",
  "a: b: c\n",
  'a: "x\\n"\n',
  "a: 'it''s'\n",
  'a: "x" y\n',
  "a:\tb\n",
  "a: b\r\n",
  "? a\n",
  "a\n",
  "<<: x\n",
  "a: 'open\n",
  "a: =\n",
  "a: .inf\n",
  "a: @b\n",
  "a: 1\n---\nb: 2\n",
  '{"a": 1}',
  "a: x:\n",
  "\ufeffa: 1\n",
];

Deno.test("readBlockYaml() reads keys, values and places as the full reader does, if a text is plain", () => {
  for (const text of plain) {
    const block = readBlockYaml("f", text, reading);
    assert(block, JSON.stringify(text));
    const whole = readYaml("f", text, [], reading)!;
    assertEquals(everything(block), everything(whole), text);
    for (let at = 0; at < text.length; at += 3) assertEquals(block.origin(at, "p"), whole.origin(at, "p"));
  }
});

Deno.test("readBlockYaml() leaves a text to the full reader, if it is more than plain", () => {
  for (const text of full) assertEquals(readBlockYaml("f", text, reading), undefined, JSON.stringify(text));
});

Deno.test("readBlockYaml() takes the last of two and warns, if a key is there twice", () => {
  const messages: string[] = [];
  const warn = ({ line, col, message }: { line?: number; col?: number; message: string }) =>
    messages.push(`${line}:${col} ${message}`);
  const block = readBlockYaml("f", "a:\n  b: 1\n  c: 2\n  b: 3\n", { ...reading, warn })!;
  assertEquals(everything(block), [["a", 0, 5, [["b", 19, 22, 3], ["c", 12, 15, 2]]]]);
  assertEquals(messages, [
    '4:3 the key "b" is here a second time; as with Ansible it replaces the first, on line 2',
  ]);
});
