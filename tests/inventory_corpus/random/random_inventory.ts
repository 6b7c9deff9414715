/**
 * Inventories left to chance: one or two files in YAML or INI or programs, sometimes in a folder, sometimes with files of variables beside them, and patterns for their hosts.
 * They are such as Ansible takes.
 * @module
 */
import type { Case } from "../case.ts";
import { Chance } from "./chance.ts";
import { literal } from "../literal_json.ts";
import { iniValue, iniWord, yamlEntry, yamlFlow } from "./random_values.ts";

/** Groups whose order by name differs from that by number, by case, or by what a locale says. */
const GROUPS = ["web", "db", "a", "B", "a10", "a2", "edge_1", "Z", "zz", "_x", "prod", "été", "web2"];
const VARIABLES = ["who", "x", "y", "n", "list", "Zz", "app_port", "_v"];
const HOSTS = [
  "h1",
  "h2",
  "web-1",
  "web-2",
  "web-10",
  "n.lan",
  "10.0.0.1",
  "fe80::1",
  "a",
  "db",
  "Z9",
  "é",
  "under_score",
];
const RANGES = [
  ...[
    "r[1:3]",
    "r[01:03]",
    "[a:c]r",
    "r[1:9:4]-x",
    "r[1:2].[x:y]",
    "r[:2]",
    "10.0.[0:1].7",
    "web-[1:2]",
    "r[08:11]",
  ],
  ...["R[A:C]", "r[x:z:2]", "r[001:003]"],
];
const PORTS = [":22", ":2222"];

/** Values as YAML has them, in a flow. */
const YAML_VALUES = [
  ..."1 0 -7 0644 0o17 0x1F 1_000 1.5 .5 1e3 1e+3 1.0e+3 12:30 12:30:45.5 yes No on OFF true n y ~ null Null"
    .split(" "),
  ..."2.0 1.10 -3.0 0.0 -0.0 1.0e+16 1.0e+15 1.5e-7 100000000000000000000.5 8944500312345678901 -9007199254740993 0xaaaaaaaaaaaaaaaa"
    .split(" "),
  ..."0777777777777777777777 0b1_0000 123456789012345678901:20 190:20:30.15 1:30. 12345e6 1_0.5_0 +.5 +1.5"
    .split(" "),
  ..."2026-01-02 2026-01-02T03:04:05Z plain two\\words a:b 1.2.3 08 0b101 +3 -0 http://localhost:9208 /opt/a-b"
    .split(" "),
  ...[
    "'single'",
    "'it''s'",
    '"double\\n\\u00e9"',
    "''",
    '"yes"',
    "'12'",
    "[1, a]",
    "[]",
    "{}",
    "{a: 1}",
    "{a: {b: [yes, 010]}}",
  ],
  ...["!!str 12", "two words", "'a: b'", '"{{ who }}"', "é ü"],
];

/** Values as they stand behind `key=` of a host in INI. */
const INI_INLINE = [
  ..."1 0 -7 0644 0o17 0x1F 1_000 1.5 .5 1. 1e3 yes True true None none '' \"\" a:b 1.2.3 08 +3 -0 /opt/a-b [1,2] (1,2)"
    .split(" "),
  ...[
    "'a b'",
    '"a b"',
    "\"'1'\"",
    "'\"1\"'",
    "\"{'a': 1, 'b': [True, None]}\"",
    "a=b",
    "a\\ b",
    "x#y",
    "\"['a', 'b']\"",
    "é",
    "1+1",
    "(1)",
  ],
  ...[
    "'-o ProxyJump=\"a b\"'",
    '"\\"q\\""',
    "'a\\b'",
    "2.0",
    "1.10",
    "1e16",
    "12345e6",
    "-3.0",
    "-0.0",
    "0xaaaaaaaaaaaaaaaa",
    "8944500312345678901",
    "-9007199254740993",
    "56L",
    "05.30",
    "000000",
    "1e-5",
    "--1",
    "1__0",
    "0b11",
    "0B1",
    "1j2",
    "u'x'",
  ],
];

/** Numbers as a program prints them. */
const JSON_NUMBERS =
  "2.0 1e3 1E-7 -0.0 -0 8944500312345678901 1.10 0.1 1e16 123456.789e3 12345678901234567890.5".split(" ");

/** Values as they stand behind `key =` in a section of variables. */
const INI_SECTION = [
  ...INI_INLINE,
  ...[
    "a b c",
    "'a' 'b'",
    "1, 2",
    "a # b",
    "1 # b",
    "[1, 2",
    "{'a': (1, 2)}",
    "r'a\\n'",
    "'a\\n\\x41\\u00e9'",
    "f'x'",
    "- 1",
    "~1",
    "not True",
  ],
  ...[
    "{}",
    "[]",
    "()",
    "(1,)",
    '"it\'s"',
    "'''a'''",
    "1 if True else 2",
    "[x]",
    "{'a': x}",
    "{1: 'a', 'b': 2.5}",
    "True # x",
  ],
];

/** What is given with -e, of a variable. */
const EXTRA_VARS: readonly ((name: string) => string)[] = [
  (name) => `${name}=extra`,
  (name) => `${name}='two words' y=1.0`,
  (name) => `{"${name}": 2.50}`,
  (name) => `{${name}: [0x10, yes, 1_0]}`,
];

interface Plan {
  /** Children by group; a group's children come later in the order of all groups, so that there is no loop. */
  readonly groups: readonly string[];
  readonly children: ReadonlyMap<string, readonly string[]>;
}

/** The inventory of a seed, with its patterns. */
export function randomInventory(seed: number): Case {
  const chance = new Chance(seed);
  const groups = chance.shuffled(GROUPS).slice(0, chance.between(1, 8));
  const children = new Map(groups.map((group, at) => [group, chance.some(groups.slice(at + 1), 3)]));
  const plan = { groups, children };
  const files: Record<string, string> = {};
  const kinds = Array.from(
    { length: chance.oneIn(3) ? 2 : 1 },
    () => chance.pick(["yaml", "yaml", "ini", "ini", "program"] as const),
  );
  const folder = chance.oneIn(5) ? "inv/" : "";
  const written = { yaml: yamlText, ini: iniText, program: programText };
  const suffixes = {
    yaml: ["", ".yaml", ".yml"],
    // A folder's files named .ini are skipped.
    ini: folder === "" ? ["", ".ini", ".prod"] : ["", ".prod"],
    program: ["", ".sh"],
  };
  for (const [number, kind] of kinds.entries()) {
    files[`${folder}${number}${chance.pick(suffixes[kind])}`] = written[kind](chance, plan);
  }
  if (chance.oneIn(8)) files[`${folder}z.yml`] = constructedText(chance);
  const sources = folder === "" ? Object.keys(files) : ["inv"];
  if (chance.oneIn(3)) addVariableFiles(chance, groups, folder, files);
  return {
    name: `seed ${seed}`,
    about: "left to chance",
    sources,
    extraVars: chance.oneIn(6) ? [chance.pick(EXTRA_VARS)(chance.pick(VARIABLES))] : [],
    render: chance.some(HOSTS, 2),
    patterns: Array.from({ length: 6 }, () => randomPattern(chance, groups)),
    differs: {},
    files,
  };
}

function yamlText(chance: Chance, { groups, children }: Plan): string {
  const lines: string[] = [];
  const body = (group: string, indent: string, depth: number) => {
    const sections = chance.shuffled(["vars", "hosts", "children"]);
    for (const section of sections) {
      if (section === "vars" && chance.below(3) > 0) {
        lines.push(`${indent}vars:`);
        for (const name of chance.some(VARIABLES, 4)) {
          if (chance.oneIn(2)) lines.push(...yamlEntry(chance, `${indent}  `, name, VARIABLES));
          else lines.push(`${indent}  ${name}: ${chance.pick(YAML_VALUES)}`);
        }
        if (chance.oneIn(3)) {
          lines.push(`${indent}  ansible_group_priority: ${chance.pick(["1", "2", "10", "'3'", "-1"])}`);
        }
      }
      if (section === "hosts" && chance.below(4) > 0) {
        lines.push(`${indent}hosts:`);
        for (const host of unique(hostWords(chance))) {
          const named = chance.some(VARIABLES, 3);
          if (chance.oneIn(3) && named.length > 0) {
            lines.push(`${indent}  ${JSON.stringify(host)}:`);
            for (const name of named) lines.push(...yamlEntry(chance, `${indent}    `, name, VARIABLES));
            continue;
          }
          const vars = named.map((name) => `${name}: ${yamlValue(chance)}`);
          lines.push(`${indent}  ${JSON.stringify(host)}: ${vars.length > 0 ? `{${vars.join(", ")}}` : ""}`);
        }
      }
      const inner = children.get(group) ?? [];
      if (section === "children" && inner.length > 0) {
        lines.push(`${indent}children:`);
        for (const child of inner) {
          lines.push(`${indent}  ${child}:`);
          if (depth < 4 && chance.oneIn(3)) body(child, `${indent}    `, depth + 1);
        }
      }
    }
  };
  const define = (indent: string) => {
    // A group that is there twice, of which the later counts.
    const twice = chance.oneIn(12) ? [chance.pick(groups)] : [];
    for (const group of [...chance.shuffled(groups), ...twice]) {
      lines.push(`${indent}${group}:`);
      body(group, `${indent}  `, 0);
    }
  };
  const top = chance.below(3);
  if (top > 0) {
    lines.push("all:");
    body("all", "  ", 9);
    if (top === 1) {
      lines.push("  children:");
      define("    ");
    }
    if (chance.oneIn(3)) {
      lines.push("ungrouped:", "  hosts:", `    ${JSON.stringify(chance.pick(HOSTS))}:`);
    }
  }
  if (top !== 1) define("");
  return lines.join("\n") + "\n";
}

function iniText(chance: Chance, { groups, children }: Plan): string {
  const hosts = () =>
    hostWords(chance).map((host) =>
      [
        host,
        ...chance.some(VARIABLES, 3).map((name) =>
          `${name}=${chance.oneIn(2) ? iniWord(chance, VARIABLES) : chance.pick(INI_INLINE)}`
        ),
      ].join(" ") +
      (chance.oneIn(6) ? " # a comment" : "")
    );
  const vars = () => [
    ...chance.some(VARIABLES, 4).map((name) =>
      `${name}${chance.pick(["=", " = ", "= "])}${
        chance.oneIn(2) ? iniValue(chance, VARIABLES) : chance.pick(INI_SECTION)
      }`
    ),
    ...(chance.oneIn(3) ? [`ansible_group_priority=${chance.pick(["1", "2", "10", "'3'", "-1"])}`] : []),
  ];
  const sections = groups.flatMap((group) => {
    const inner = children.get(group) ?? [];
    return [
      // Every group is declared, whatever else is said about it.
      [`[${group}]`, ...(chance.oneIn(4) ? [] : hosts())],
      ...(inner.length > 0 ? [[`[${group}:children]`, ...inner]] : []),
      ...(chance.oneIn(2) ? [[`[${group}:vars]`, ...vars()]] : []),
      ...(chance.oneIn(6) ? [[`[${group}]`, ...hosts()]] : []),
    ];
  });
  if (chance.oneIn(2)) sections.push(["[all:vars]", ...vars()]);
  if (chance.oneIn(8)) sections.push(["[ungrouped]", ...hosts()]);
  const lines = [...(chance.oneIn(2) ? hosts() : []), ...chance.shuffled(sections).flat()];
  return lines.map((line) => chance.oneIn(30) ? `${line}\n\n; a comment` : line).join("\n") + "\n";
}

/** A program that prints JSON and is not asked twice. */
function programText(chance: Chance, { groups, children }: Plan): string {
  const values = [
    1,
    -2.5,
    "1",
    "yes",
    true,
    null,
    [1, "a"],
    { a: { b: 0 } },
    "",
    "{{ who }}",
    literal(chance.pick(JSON_NUMBERS)),
    "é",
  ];
  const vars = () => Object.fromEntries(chance.some(VARIABLES, 3).map((name) => [name, chance.pick(values)]));
  const names = () => chance.some(HOSTS, 4);
  const json = {
    ...Object.fromEntries(
      chance.shuffled(groups).map((group) => [
        group,
        chance.oneIn(4) ? names() : {
          hosts: names(),
          ...(chance.oneIn(2) ? { vars: vars() } : {}),
          ...(chance.oneIn(3) ? {} : { children: children.get(group) ?? [] }),
          ...(chance.oneIn(6) ? { odd: 1 } : {}),
        },
      ]),
    ),
    ...(chance.oneIn(3) ? { all: { vars: vars() } } : {}),
    ...(chance.oneIn(3) ? { ungrouped: { hosts: names() } } : {}),
    _meta: { hostvars: Object.fromEntries(names().map((name) => [name, vars()])) },
  };
  return `#!/bin/sh\n[ "$1" = --list ] || exit 1\ncat <<'JSON'\n${JSON.stringify(json, null, 1)}\nJSON\n`;
}

function hostWords(chance: Chance): string[] {
  return Array.from({ length: chance.below(5) }, () => {
    const word = chance.oneIn(3) ? chance.pick(RANGES) : chance.pick(HOSTS);
    if (!chance.oneIn(6)) return word;
    return (word.includes("::") ? `[${word}]` : word) + chance.pick(PORTS);
  });
}

function addVariableFiles(
  chance: Chance,
  groups: readonly string[],
  folder: string,
  files: Record<string, string>,
): void {
  const text = () =>
    chance.some(VARIABLES, 4).flatMap((name) =>
      chance.oneIn(3) ? yamlEntry(chance, "", name, VARIABLES) : [`${name}: ${yamlValue(chance)}`]
    ).map((line) => `${line}\n`).join("");
  for (const group of chance.some([...groups, "all", "ungrouped"], 3)) {
    files[`${folder}group_vars/${group}${chance.pick(["", ".yml", ".yaml", ".json", "/main.yml"])}`] = text();
  }
  for (const host of chance.some(HOSTS, 2)) {
    files[`${folder}host_vars/${host}${chance.pick(["", ".yml"])}`] = text();
  }
  // A folder of files for one host, and files of the current folder beside those of the inventory's.
  if (chance.oneIn(4)) {
    const host = chance.pick(HOSTS);
    if (!(`${folder}host_vars/${host}` in files)) {
      for (const name of ["10", "20.yml", "sub/5.yaml"]) files[`${folder}host_vars/${host}/${name}`] = text();
    }
  }
  if (folder !== "" && chance.oneIn(3)) files[`group_vars/${chance.pick([...groups, "all"])}.yml`] = text();
}

/** A source that makes groups and variables of the hosts before it. */
function constructedText(chance: Chance): string {
  const name = () => chance.pick(VARIABLES);
  return [
    "plugin: constructed",
    `strict: ${chance.pick(["no", "false"])}`,
    "groups:",
    `  made: ${name()} is defined`,
    `  both: ${name()} is defined and 'web' in group_names`,
    "compose:",
    `  composed: ${name()} ~ '-' ~ inventory_hostname`,
    "keyed_groups:",
    `  - {key: ${name()} | string, prefix: ${chance.pick(["by", "''", "p_"])}, separator: '${
      chance.pick(["_", "-", ""])
    }'}`,
    "",
  ].join("\n");
}

function yamlValue(chance: Chance): string {
  return chance.oneIn(2) ? yamlFlow(chance, VARIABLES) : chance.pick(YAML_VALUES);
}

function randomPattern(chance: Chance, groups: readonly string[]): string {
  const term = (): string => {
    const name = chance.pick([...groups, ...groups, ...HOSTS, "all", "ungrouped", "nope", "r1", "r01"]);
    switch (chance.below(8)) {
      case 0:
        return `${name.slice(0, chance.between(1, name.length))}*`;
      case 1:
        return `*${name.slice(-1)}`;
      case 2:
        return `~${chance.pick(["", "^", ".*"])}${name.slice(0, 2).replace(".", "\\.")}${
          chance.pick(["", ".*", "$", "[0-9]"])
        }`;
      case 3:
        return name + chance.pick(["[0]", "[-1]", "[1]", "[0:1]", "[1:]", "[2]", "[0:0]", "[1:9]"]);
      case 4:
        return name.replace(/.$/, "?");
      default:
        return name;
    }
  };
  const signed = () => chance.pick(["", "", "", "!", "&"]) + term();
  // A colon parts terms only if no address has one.
  return Array.from({ length: chance.between(1, 3) }, signed).join(chance.pick([",", ",", ":"]));
}

function unique<T>(things: readonly T[]): T[] {
  return [...new Set(things)];
}
