/**
 * The small languages inside an inventory, over texts left to chance: Python's literals, a shell's words, Python's regular expressions and
 * globs. `INVENTORY_SEED` makes another run: a commit passes or fails by itself.
 * @module
 */
import { assert } from "@std/assert";
import { valueOf } from "../../lib/ansible/python/python_literal.ts";
import { wordsOf } from "../../lib/ansible/sources/words.ts";
import { testWhere } from "../support.ts";
import { Ansible } from "./ansible.ts";
import type { Piece } from "./answer.ts";
import { withFolder } from "./case.ts";
import { Chance } from "./random/chance.ts";
import { compare, equal, formatDifferences } from "./compare.ts";
import { parseLiteral } from "./literal_json.ts";
import { askOurs } from "./ours.ts";

const SEED = Number(Deno.env.get("INVENTORY_SEED") ?? 20261124);
const TEXTS = 1_000;
const PATTERNS = 400;

/** Without Python's `\N{NAME}`: nobody keeps the names of all characters for it, and the text stays as it stands. */
const LITERAL_PIECES = [
  ..."( ) [ ] { } , , : ' \" \"\"\" ''' 1 0 00 012 0x1F 0o17 0b11 1_000 1__0 1_ 12345678901234567890 9007199254740993 2.0 1e16 1e-5 0.0 0xaaaaaaaaaaaaaaaa 1.5 .5 1. 1e3 1E-3 1e 1j . - + ~ * = #"
    .split(" "),
  ..."True False None true not lambda x b' r' u' f' rb' Rb\" U\" \\ \\n \\x41 \\x4 \\101 \\0 \\u00e9 \\q \\' é 日 1.5.2 1L $"
    .split(" "),
  ...[
    " ",
    "  ",
    "\t",
    "''",
    '""',
    "'a'",
    '"b"',
    "(1,)",
    "[1]",
    "{'a': 1}",
    "1,",
    ", ",
    ": ",
    "...",
    "if",
    " # c",
    "set()",
    "-1",
    "- 1",
    "+-1",
  ],
];

const WORD_PIECES = [
  ..."a b=c ' \" \\ \\\\ # ; = \\' \\\" $ ` é '' \"\" a'b' x=1 & | ( [1,2] {'a':1} \\n \\t \\é *".split(" "),
  ...[" ", "  ", "\t", " #", "# ", "a#b", "' '", '" "', '"\\""', "'\\'", "\\ "],
];

const PATTERN_PIECES = [
  ..."web db h 1 2 10 . .* .+ ? * + [ab] [a-z] [^a] [!a] [!a-c] [] [ ] ( ) (?:a|b) | ^ $ \\d \\w \\s \\b \\. \\Z \\A \\- - _ é"
    .split(" "),
  ..."(?i) (?P<n>w) (?P=n) (?=w) (?!w) (?<=e) (?<!e) {2} {1,} {,2} {1 , : & ! ~ [0] [1] [-1] [0:1] [1:] [0:0] [1-2] [:1] all web-1 a2 Z"
    .split(" "),
  ...[
    "[]a]",
    "[!]a]",
    "[a-]",
    "[-a]",
    "[\\w]",
    "[[:alpha:]]",
    "\\1",
    "(w)",
    "(?#c)",
    "*?",
    "(?x)",
    "(?s)",
    "(?a)\\w",
    "\\W",
    "\\D",
    "[\\d-]",
  ],
];

const HOSTS = `
[web]
web-1
web-2
web-10
[db]
db-1
a
[Z]
été
b_2
[a2:children]
Z
[all]
10.0.0.1
lone.lan
W
`;

/**
 * What is meant to differ: a pattern that chance, or Ansible's splitting at colons, left without sense is refused if Ansible takes it for
 * another one, often for every host.
 */
const REFUSED = /expected a valid pattern|found an empty pattern/;

/** Texts of some pieces each. */
function textsOf(chance: Chance, pieces: readonly string[], count: number, most: number): string[] {
  return Array.from(
    { length: count },
    () => Array.from({ length: chance.between(1, most) }, () => chance.pick(pieces)).join(""),
  );
}

/** Fails with every text that both sides read differently. */
async function agree(
  what: "literals" | "words",
  texts: readonly string[],
  read: (text: string) => Piece,
): Promise<void> {
  console.log(`INVENTORY_SEED=${SEED}`);
  const ansible = new Ansible();
  try {
    const theirs = await ansible.read(what, texts);
    const failures = texts.flatMap((text, number) => {
      const [own, other] = [read(text), theirs[number]!];
      // What JSON has no word for is shown as what comes nearest.
      if ("other" in other || ("error" in own && "error" in other)) return [];
      if ("value" in own && "value" in other && equal(own.value, other.value)) return [];
      return [
        `${JSON.stringify(text)}\n  ours:    ${JSON.stringify(own)}\n  Ansible: ${JSON.stringify(other)}`,
      ];
    });
    if (failures.length > 0) {
      throw new Error(`${failures.length} of ${texts.length} differ\n${failures.slice(0, 20).join("\n")}`);
    }
  } finally {
    await ansible.close();
  }
}

testWhere(
  "valueOf() reads what Python does, over literals left to chance",
  { needs: ["ansible-inventory"] },
  () =>
    agree(
      "literals",
      textsOf(new Chance(SEED), LITERAL_PIECES, TEXTS, 7),
      (text) => ({ value: parseLiteral(JSON.stringify(valueOf(text))) }),
    ),
);

testWhere(
  "wordsOf() reads what Python does, over lines left to chance",
  { needs: ["ansible-inventory"] },
  () =>
    agree("words", textsOf(new Chance(SEED), WORD_PIECES, TEXTS, 8), (text) => {
      const words = wordsOf(text, { comments: true })?.map((word) => word.text);
      return words === undefined ? { error: "unreadable" } : { value: words };
    }),
);

testWhere("selectHosts() takes patterns as Ansible does, over patterns left to chance", {
  needs: ["ansible-inventory"],
}, async () => {
  console.log(`INVENTORY_SEED=${SEED}`);
  const chance = new Chance(SEED);
  const texts = textsOf(chance, PATTERN_PIECES, PATTERNS, 5).map((text) =>
    chance.oneIn(2) ? `~${text}` : text
  );
  const patterns = [...new Set(texts)];
  const ansible = new Ansible();
  try {
    await withFolder({ files: { hosts: HOSTS } }, async (cwd) => {
      const question = { cwd, sources: ["hosts"], extraVars: [], patterns };
      const all = compare(await askOurs(question), await ansible.ask(question));
      const differences = all.filter(({ ours }) => !REFUSED.test(ours));
      assert(all.length - differences.length < patterns.length / 10);
      if (differences.length > 0) {
        throw new Error(
          `${differences.length} of ${patterns.length} differ\n${formatDifferences(differences)}`,
        );
      }
    });
  } finally {
    await ansible.close();
  }
});
