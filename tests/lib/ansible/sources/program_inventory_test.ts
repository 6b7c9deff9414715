import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { loadInventory } from "../../../../lib/settings/mod.ts";
import { testWhere } from "../../../support.ts";
import { inFolder, problemsOf } from "../files.ts";

/** Loads the inventory that a program prints; `programSeconds` limits each call. */
const load = (text: string, programSeconds = 20, mode = 0o755) =>
  inFolder({ "inv.sh": text }, async (cwd) => {
    await Deno.chmod(join(cwd, "inv.sh"), mode);
    return await loadInventory(["inv.sh"], { extraVars: [], env: {}, cwd, programSeconds });
  });

const printing = (json: string) => `#!/bin/sh\ncat <<'E'\n${json}\nE\n`;

testWhere("readProgramInventory() reads groups and variables, if a program prints them all at once", {
  needs: ["linux"],
}, async () => {
  const { hosts, groups } = await load(printing(`{
    "web": {"hosts": ["a", "b"], "vars": {"x": 1, "ansible_group_priority": 7}, "children": ["db"]},
    "db": ["c"],
    "lonely": {"ansible_port": 2200},
    "_meta": {"hostvars": {"a": {"x": 2}, "stranger": {"x": 3}}}
  }`));
  assertEquals(hosts.map(({ name, vars }) => [name, vars]), [
    ["a", { x: 2 }],
    ["b", { x: 1 }],
    ["lonely", { ansible_port: 2200 }],
    ["c", { x: 1 }],
  ]);
  assertEquals(groups.get("web")!.priority, 7);
  assertEquals(hosts[0]!.origins.x, { file: "inv.sh", line: 0, col: 0, path: "_meta.hostvars.a.x" });
});

testWhere(
  "readProgramInventory() asks for every host, if there is no _meta",
  { needs: ["linux"] },
  async () => {
    const { hosts } = await load(`#!/bin/sh
case "$1" in
--list) echo '{"g": ["a", "b", "c", "d", "e", "f"]}' ;;
--host) echo "{\\"me\\": \\"$2\\"}" ;;
esac
`);
    assertEquals(hosts.map(({ name, vars }) => [name, vars.me]), [..."abcdef"].map((name) => [name, name]));
  },
);

testWhere("readProgramInventory() names the program and its output, if it gave no inventory", {
  needs: ["linux"],
}, async () => {
  const table: [text: string, message: string][] = [
    ["#!/bin/sh\necho no luck >&2\nexit 3\n", 'inv.sh --list" exited with code 3: no luck'],
    ["#!/bin/sh\nkill -9 $$\n", "was ended by SIGKILL, and printed nothing"],
    ["#!/no/such/interpreter\n", "its first line asks for /no/such/interpreter, which does not exist here"],
    ["#!/bin/sh\r\necho '{}'\r\n", 'CR LF, as on Windows, so that it asks for "/bin/sh\\r"'],
    ["#!/bin/sh\necho hello\n", 'printed "hello", expected JSON'],
    ["#!/bin/sh\necho '[1]'\n", "printed a list, expected a mapping of groups"],
    ["#!/bin/sh\nprintf '\\377'\n", "printed what is not a text in UTF-8"],
    [printing('{"web": {"hosts": "a"}}'), 'web.hosts: found "a", expected a list of names'],
    [printing('{"web": {"vars": [1]}}'), "web.vars: found a list, expected a mapping of variables"],
    [printing('{"web": {"children": ["web"]}}'), 'found the group "web" as a child of itself'],
    [printing('{"web": ["a"], "_meta": {"hostvars": {"a": 1}}}'), "_meta.hostvars.a: found 1, expected"],
    [
      `#!/bin/sh\n[ "$1" = --list ] && echo '{"g": ["a"]}' && exit\nexit 9\n`,
      '--host a" exited with code 9',
    ],
  ];
  for (const [text, message] of table) {
    const problems = (await problemsOf(() => load(text))).join("\n");
    assertStringIncludes(problems, "inv.sh", text);
    assertStringIncludes(problems, message, text);
  }
});

testWhere("readProgramInventory() gives up, if the program hangs", { needs: ["linux"] }, async () => {
  const started = performance.now();
  const problems = await problemsOf(() =>
    load("#!/bin/sh\necho waiting >&2\nsleep 30 &\nexec sleep 30\n", 1)
  );
  assertStringIncludes(problems.join(), "did not end within 1 s: waiting");
  assertLess(performance.now() - started, 20_000);
});

testWhere("loadInventory() reads a file as data, if it may be run but is no program", {
  needs: ["linux"],
}, async () => {
  const { hosts } = await load("[web]\nh1 x=1\n");
  assertEquals(hosts.map(({ vars }) => vars), [{ x: 1 }]);
  const problems = await problemsOf(() => load("#!/bin/sh\n", 1, 0o644));
  assertEquals(problems, [
    "inv.sh: found a script that is not executable",
    "    make it executable: chmod +x inv.sh",
  ]);
});
