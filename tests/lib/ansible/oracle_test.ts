/**
 * Ansible itself says what is right: the same inventories and patterns, read by both.
 * @module
 */
import { assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { selectHosts } from "../../../lib/ansible/mod.ts";
import { loadInventory, toAnsibleHost, toAnsibleList, toGraph } from "../../../lib/settings/mod.ts";
import { findProgram, testWhere } from "../../support.ts";
import { inFolder, inventoryOf } from "./files.ts";

const RICH = `
all:
  vars: {who: all, keep: 1}
  hosts:
    loose-1:
    web:2222:
  children:
    web:
      hosts:
        edge-[01:03]: {x: yes}
        "[a:c]z:2200":
      vars: {who: web}
      children:
        canary: {hosts: edge-01, vars: {who: canary, when: 2026-01-02, oct: 0644, sexa: 12:30, sha: 1234e567, y: y}}
    db: {hosts: {"db[1:9:4]-[x:y]": {a: {b: 1}}}, vars: {ansible_group_priority: 10, who: db}}
    mixed: {hosts: {edge-02: , db1-x: }, vars: {who: mixed}, children: {db: }}
`;

const PATTERNS = [
  ..."all * web db web:&mixed web:!edge-02 !web &db edge-* edge-0[12] edge-0[!1] ?z ~edge-0[13] ~(?i)EDGE web[0]"
    .split(" "),
  ..."web[-1] web[1:3] web[2:] web[0:0] db*[0:1] all[1-2] ungrouped u* al* edge-01,loose-1 loose-1,edge-* z* m*:!d*"
    .split(" "),
];

const CASES: readonly { readonly texts: readonly string[]; readonly patterns: readonly string[] }[] = [
  { texts: [RICH], patterns: PATTERNS },
  {
    texts: [
      "a: {hosts: {x: {v: 1}}, vars: {w: 1}}",
      "b: {hosts: {x: {v: 2}}}\na: {vars: {w: {z: 1}}, hosts: y}",
    ],
    patterns: ["a"],
  },
  {
    texts: ["b: {hosts: {h: }, vars: {w: b}}\na: {hosts: {h: }, vars: {w: a, ansible_group_priority: '3'}}"],
    patterns: [],
  },
  {
    texts: ["ungrouped: {hosts: {u: , v: }}\na: {hosts: {u: }}\nall: {hosts: {t: }}"],
    patterns: ["ungrouped", "!ungrouped"],
  },
  {
    texts: [
      "p: {children: {c: {children: {d: {hosts: {h: }}}}}}\nq: {children: {d: }, vars: {w: q}}\nc: {vars: {w: c}}",
    ],
    patterns: [],
  },
  {
    texts: [
      "all: {hosts: {'fe80::7': , '[fe80::1]:22': , '10.0.0.[1:2]:2200': , 'h_': , '-o x': , 'é1': , 'h_:22': , 'a.b-[1:2].c': }}",
    ],
    patterns: [
      "fe80::7",
      "[fe80::1]:22",
      "10.0.0.1",
      "10.*",
      "h_",
      "é1",
      "a.b-1.c",
      "*.c,10.0.0.2",
      "fe80::1",
    ],
  },
  {
    texts: [`all:
  vars: {a: on, b: 'on', c: 1_000, d: 0b11, e: 0x1F, f: 012, g: 08, h: 1e5, i: 1.5e+3, j: .5, k: 1., l: ~, m: Null, n: n, o: OFF,
    p: 190:20:30, q: 1:2.5, r: 2026-01-02 03:04:05.6Z, s: 2026-01-02T03:04:05+02:00, t: 2026-1-2, u: !!str 12, v: "\\u00e9\\n", w: -0o7,
    x: {1: a, 2.5: b}, y: [1, [no]], z: +12, aa: -1_0, bb: 0, cc: -0, dd: 0.1}
  hosts: {h: }`],
    patterns: [],
  },
  {
    texts: [
      "all:\n  vars: {s: &s {p: 1, q: 2}, m: &m {q: 3, r: 4}}\n  hosts: {a: {<<: *s, q: 9}, b: {<<: [*s, *m]}, c: *m, d: {q: 0, <<: *s}}",
    ],
    patterns: [],
  },
];

/** The Python that Ansible runs with, which need not be the first on the path. */
async function interpreter(): Promise<string> {
  const program = await Deno.readTextFile(findProgram("ansible-inventory")!);
  return /^#!\s*(\S+)/.exec(program)![1]!;
}

async function run(program: string, args: readonly string[], input = ""): Promise<string> {
  return await inFolder({ "ansible.cfg": "" }, async (cwd) => {
    const child = new Deno.Command(program, {
      args: [...args],
      env: {
        ANSIBLE_CONFIG: join(cwd, "ansible.cfg"),
        ANSIBLE_LOCALHOST_WARNING: "false",
        LC_ALL: "C.UTF-8",
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  });
}

testWhere("loadInventory() and selectHosts() agree with Ansible, if both read the same", {
  needs: ["ansible-inventory"],
}, async () => {
  const script = join(dirname(fromFileUrl(import.meta.url)), "oracle.py");
  const theirs = JSON.parse(await run(await interpreter(), [script], JSON.stringify(CASES)));
  for (const [number, { texts, patterns }] of CASES.entries()) {
    const inventory = await inventoryOf(texts);
    const groups = [...inventory.groups.values()].map((
      { name, hosts, children },
    ) => [name, [hosts, children]]);
    const ours = {
      hosts: inventory.hosts.map((host) => [host.name, host.vars]),
      groups: Object.fromEntries(groups),
      selected: patterns.map((pattern) => {
        try {
          return selectHosts(inventory, pattern).map((host) => host.name);
        } catch {
          return [];
        }
      }),
    };
    assertEquals(JSON.parse(JSON.stringify(ours)), theirs[number], texts.join("---\n"));
  }
});

testWhere(
  "toAnsibleList(), toAnsibleHost() and toGraph() print what ansible-inventory prints, byte for byte",
  {
    needs: ["ansible-inventory"],
  },
  () =>
    inFolder({ "rich.yaml": RICH }, async (cwd) => {
      const inventory = await loadInventory(["rich.yaml"], { extraVars: ["n=1"], env: {}, cwd });
      const file = join(cwd, "rich.yaml");
      const list = await run("ansible-inventory", ["-i", file, "-e", "n=1", "--list"]);
      assertEquals(JSON.stringify(toAnsibleList(inventory), null, 4), list.trimEnd());
      assertEquals(toGraph(inventory), (await run("ansible-inventory", ["-i", file, "--graph"])).trimEnd());
      const withVars = await run("ansible-inventory", ["-i", file, "-e", "n=1", "--graph", "--vars"]);
      assertEquals(toGraph(inventory, { vars: true }), withVars.trimEnd());
      const host = await run("ansible-inventory", ["-i", file, "-e", "n=1", "--host", "edge-01"]);
      const edge = inventory.hosts.find(({ name }) => name === "edge-01")!;
      assertEquals(JSON.stringify(toAnsibleHost(edge), null, 4), host.trimEnd());
    }),
);
