/**
 * Broken inventories: those of the corpus with bytes flipped, cut, doubled, spliced and swapped, and bombs that are small as files
 * and huge when they are taken at their word. What would be executed is never touched.
 * @module
 */
import type { Case } from "../case.ts";
import type { Chance } from "./chance.ts";

/** A case whose files are bytes. */
export interface Mutant extends Omit<Case, "files"> {
  readonly files: Readonly<Record<string, Uint8Array>>;
}

const encoder = new TextEncoder();

/** What one format or another has a meaning for. */
const TOKENS = [
  ..."[ ] { } : , - ? | > ' \" # ; = & * ! % @ ` ~ < \\ /".split(" "),
  ...[
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    "    ",
    "\0",
    "\ufeff",
    "\u2028",
    "\u0085",
    "\ud83d\ude00",
    "\x1b[31m",
    "\xff",
  ],
  ...[
    "---",
    "...",
    "<<: *a",
    "&a ",
    "*a",
    "<<:",
    "!!binary",
    "!!set",
    "!!omap",
    "!!python/object/apply:os.system",
    "!unsafe",
    "? ",
  ],
  ...[
    "!vault |\n",
    "$ANSIBLE_VAULT;1.1;AES256\n",
    "$ANSIBLE_VAULT;1.2;AES256;x\n3132\n",
    "$ANSIBLE_VAULT;9.9;ROT13",
    "6162\n",
  ],
  ...[
    "[all]",
    "[all:children]",
    "[a:vars]",
    "[a:children]\na\n",
    "[:vars]",
    "[]",
    "[a:b:c]",
    "[[a]]",
    "x=1",
    "x='",
    'x="\\',
  ],
  ...[
    "[1:3]",
    "[01:100]",
    "[1:999999999]",
    "[a:z]",
    "[a:z][a:z][a:z][a:z]",
    "[1:9:0]",
    "[1:9:-1]",
    "[9:1]",
    "[::]",
    "[1:",
    ":22",
    ":99999",
  ],
  ...[
    "all",
    "ungrouped",
    "hosts",
    "children",
    "vars",
    "plugin",
    "_meta",
    "hostvars",
    "__proto__",
    "constructor",
    "toString",
  ],
  ...[
    "ansible_group_priority",
    "ansible_host",
    "ansible_port",
    "deploy_path",
    "{{ a }}",
    "{{ a",
    "{% raw %}",
    "{{ lookup('pipe','x') }}",
  ],
  ...[
    "null",
    "~",
    "yes",
    "1e999",
    ".inf",
    ".nan",
    "0x",
    "99999999999999999999",
    "1:2:3",
    "2026-13-45",
    "2026-01-02T99:99:99Z",
    "-0",
  ],
  ...[
    "(1,",
    "{'a':",
    "[1,[2,[3]]]",
    "'''",
    'b"\\xff"',
    "1+2j",
    "...",
    "'\\N{BULLET}'",
    "'\\ud800'",
    "u'",
    "0o9",
    "1_",
    "lambda: 1",
  ],
];

/** One mutant of the corpus; about one in thirty is a bomb. */
export function mutate(chance: Chance, cases: readonly Case[]): Mutant {
  if (chance.oneIn(30)) return bomb(chance);
  if (chance.oneIn(60)) return fromProgram(chance, cases);
  const chosen = chance.pick(cases);
  const texts = Object.entries(chosen.files);
  const safe = texts.filter(([, text]) => !isProgram(text));
  const others = () => Object.values(chance.pick(cases).files).filter((text) => !isProgram(text));
  const files: Record<string, Uint8Array> = {};
  const victim = safe.length > 0 ? chance.pick(safe)[0] : "";
  for (const [name, text] of texts) {
    files[name] = name === victim ? mutateText(chance, text, others) : encoder.encode(text);
  }
  const patterns = chosen.patterns.length > 0 ? chosen.patterns : ["all"];
  return {
    ...chosen,
    files,
    patterns: [chance.pick(patterns), withTokens(chance, chance.pick(patterns))],
    extraVars: chance.oneIn(20) ? [withTokens(chance, '{"a": [1, {"b": 2}]}')] : chosen.extraVars,
  };
}

/** A program that is sound, and prints what is not. */
function fromProgram(chance: Chance, cases: readonly Case[]): Mutant {
  const json = chance.pick(
    cases.flatMap(({ files }) => Object.values(files)).filter((text) => text.startsWith("{")).concat(
      '{"_meta": {"hostvars": {"w1": {"a": 1}}}, "web": {"hosts": ["w2", "w1"], "vars": {"v": 1}}, "db": ["d1"], "f": {"children": ["web"]}}',
    ),
  );
  return {
    name: "program",
    about: "a program that prints anything",
    sources: ["inv.sh"],
    extraVars: [],
    patterns: ["all"],
    differs: {},
    files: {
      "inv.sh": encoder.encode('#!/bin/sh\ncat "$(dirname "$0")/out.txt"\n'),
      "out.txt": mutateText(chance, json, () => []),
    },
  };
}

/** Whether a file would be run. */
function isProgram(text: string): boolean {
  return text.startsWith("#!");
}

function mutateText(chance: Chance, text: string, others: () => string[]): Uint8Array {
  let bytes = encoder.encode(text);
  for (let times = chance.between(1, 4); times > 0; times--) bytes = mutateOnce(chance, bytes, others);
  // Nothing that chance wrote is ever to be run, whatever takes it for a program.
  return bytes[0] === 0x23 && bytes[1] === 0x21 ? join(encoder.encode("\n"), bytes) : bytes;
}

function mutateOnce(chance: Chance, bytes: Uint8Array, others: () => string[]): Uint8Array<ArrayBuffer> {
  const at = chance.below(bytes.length + 1);
  const length = chance.below(Math.min(200, bytes.length - at + 1));
  const [before, piece, after] = [bytes.slice(0, at), bytes.slice(at, at + length), bytes.slice(at + length)];
  switch (chance.below(9)) {
    case 0: {
      const flipped = bytes.slice();
      for (let times = chance.between(1, 8); times > 0 && flipped.length > 0; times--) {
        flipped[chance.below(flipped.length)]! ^= 1 << chance.below(8);
      }
      return flipped;
    }
    case 1:
      return before;
    case 2:
      return join(before, after);
    case 3:
      return join(before, piece, piece, piece, after);
    case 4: {
      const other = encoder.encode(chance.pick([...others(), ""]));
      return join(before, other.slice(chance.below(other.length + 1)));
    }
    case 5: {
      // Two words change places.
      const words = new TextDecoder().decode(bytes).split(/(\s+)/);
      const [a, b] = [chance.below(words.length), chance.below(words.length)];
      [words[a], words[b]] = [words[b]!, words[a]!];
      return encoder.encode(words.join(""));
    }
    case 6: {
      const lines = new TextDecoder().decode(bytes).split("\n");
      return encoder.encode(
        chance.oneIn(2)
          ? chance.shuffled(lines).join("\n")
          : lines.map((line) => " ".repeat(chance.below(3)) + line).join("\n"),
      );
    }
    default:
      return join(before, encoder.encode(chance.pick(TOKENS)), after);
  }
}

function withTokens(chance: Chance, text: string): string {
  const at = chance.below(text.length + 1);
  return chance.oneIn(2) ? text : text.slice(0, at) + chance.pick(TOKENS).replace("\0", "") + text.slice(at);
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Small files that are meant to become huge, endless or deep. */
function bomb(chance: Chance): Mutant {
  const depth = chance.pick([50, 500, 5_000, 50_000]);
  const width = chance.between(2, 12);
  const levels = chance.between(3, 30);
  const level = (make: (n: number) => string) => Array.from({ length: levels }, (_, n) => make(n)).join("\n");
  const bombs: Readonly<Record<string, () => string>> = {
    "aliases.yaml": () =>
      `a0: &a0 [x, x]\n${
        level((n) => `a${n + 1}: &a${n + 1} [${Array(width).fill(`*a${n}`).join(", ")}]`)
      }\n`,
    "alias-vars.yaml": () =>
      `all:\n  hosts: {h: }\n  vars:\n    a0: &a0 {k: x}\n${
        level((n) =>
          `    a${n + 1}: &a${n + 1} {${Array.from({ length: width }, (_, i) => `k${i}: *a${n}`).join(", ")}}`
        )
      }\n`,
    "merges.yaml": () =>
      `all:\n  hosts: {h: }\n  vars:\n    a0: &a0 {k: x}\n${
        level((n) => `    a${n + 1}: &a${n + 1} {<<: [${Array(width).fill(`*a${n}`).join(", ")}], k${n}: 1}`)
      }\n`,
    "alias-groups.yaml": () =>
      `g0: &g0\n  hosts: {h: }\n${
        level((n) =>
          `g${n + 1}: &g${n + 1}\n  children: {${
            Array.from({ length: width }, (_, i) => `c${n}_${i}: *g${n}`).join(", ")
          }}`
        )
      }\n`,
    "self.yaml": () => "all: &a\n  children:\n    b: *a\n",
    "self-vars.yaml": () => "all:\n  hosts: {h: }\n  vars: &a\n    b: *a\n",
    "flow.yaml": () =>
      `all: {hosts: {h: {a: ${"[".repeat(depth)}${chance.oneIn(2) ? "]".repeat(depth) : ""}}}}\n`,
    "mappings.yaml": () =>
      `all: {vars: ${"{a: ".repeat(depth)}${chance.oneIn(2) ? "}".repeat(depth + 1) : ""}\n`,
    "indent.yaml": () =>
      Array.from({ length: Math.min(depth, 2_000) }, (_, n) => " ".repeat(n) + "a:").join("\n"),
    "dashes.yaml": () => `all:\n  vars:\n    a:\n    ${"- ".repeat(depth)}x\n`,
    "nested.json": () => `{"all": {"vars": {"a": ${"[".repeat(depth)}${"]".repeat(depth)}}}}`,
    "range.ini": () => `h[1:${"9".repeat(chance.between(5, 30))}]\n`,
    "ranges.ini": () => `${"[a:z]".repeat(chance.between(2, 9))}\n`,
    "range.yaml": () => `all: {hosts: {"h[0:${"9".repeat(chance.between(5, 30))}]": }}\n`,
    "children.ini": () =>
      Array.from({ length: Math.min(depth, 5_000) }, (_, n) => `[g${n}:children]\ng${n + 1}`).join("\n") +
      `\n[g${Math.min(depth, 5_000)}]\nh\n`,
    "lattice.ini": () =>
      level((n) =>
        Array.from(
          { length: width },
          (_, i) =>
            `[g${n}_${i}:children]\n${Array.from({ length: width }, (_, j) => `g${n + 1}_${j}`).join("\n")}`,
        ).join("\n")
      ) + `\n${Array.from({ length: width }, (_, i) => `[g${levels}_${i}]\nh${i}`).join("\n")}\n`,
    "literal.ini": () => `h x=${"[".repeat(depth)}${chance.oneIn(2) ? "]".repeat(depth) : ""}\n`,
    "tuple.ini": () => `[all:vars]\nx = ${"(".repeat(depth)}${")".repeat(depth)}\n`,
    "minus.ini": () => `[all:vars]\nx = ${"-".repeat(depth)}1\n`,
    "digits.ini": () => `h x=${"9".repeat(depth)}\n`,
    "quotes.ini": () => `h x=${`"a"'b'`.repeat(depth)}\n`,
    "word.ini": () => `${"a".repeat(depth)}\n`,
    "dots.ini": () => `${"a.".repeat(depth)}-\n${"a-".repeat(depth)}\n${"1:".repeat(depth)}\n`,
    "brackets.ini": () => `${"[".repeat(depth)}\n${"[a]".repeat(depth)}\n`,
    "anchor.yaml": () => `all: {vars: {a: ${"&a ".repeat(depth)}x, b: "${"\\u0000".repeat(100)}"}}\n`,
    "tags.yaml": () => `all: {vars: {a: ${"!x ".repeat(depth)}y}}\n`,
    "number.yaml": () =>
      `all: {hosts: {h: {a: ${"1_".repeat(depth)}1, b: ${"1:".repeat(depth)}1, c: 0x${
        "f".repeat(depth)
      }}}}\n`,
    "quoted.yaml": () => `all: {hosts: {h: {a: "${"\\\n".repeat(depth)}", b: '${"''".repeat(depth)}'}}}\n`,
    "templates.yaml": () =>
      `all:\n  hosts: {h: }\n  vars:\n    deploy_path: "{{ a0 }}"\n${
        level((n) => `    a${n}: "${`{{ a${n + 1} }}`.repeat(width)}"`)
      }\n`,
    "template-loop.yaml": () =>
      `all: {hosts: {h: }, vars: {deploy_path: "{{ a }}", a: "{{ b }}", b: "{{ a }}"}}\n`,
    "braces.yaml": () =>
      `all: {hosts: {h: }, vars: {deploy_path: "${"{{".repeat(depth)}${"}}".repeat(depth)}"}}\n`,
    "vault.yaml": () =>
      `all:\n  hosts: {h: }\n  vars:\n    a: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n${
        `      ${"61".repeat(40)}\n`.repeat(Math.min(depth, 2_000))
      }`,
  };
  const name = chance.pick(Object.keys(bombs));
  return {
    name,
    about: "a bomb",
    sources: [name],
    extraVars: [],
    patterns: ["all", "g*:!h", "~h.*"],
    differs: {},
    files: { [name]: encoder.encode(bombs[name]!()) },
  };
}
