/**
 * The commands themselves, ours and Ansible's, over a few cases of the corpus: that the process which is asked about all of them
 * (`oracle.py`) speaks for Ansible, and the library for the command.
 * @module
 */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { longTestWhere } from "../support.ts";
import { Ansible, ansibleArgs, ansibleEnvironment } from "./ansible.ts";
import { type Case, readCases, withFolder } from "./case.ts";
import { parseLiteral } from "./literal_json.ts";

/** Cases that have something of everything, and the patterns that are asked for: what has no host ends in an error on both sides. */
const CHOSEN: Readonly<Record<string, readonly string[]>> = {
  "patterns": ["staging:prod", "web[0:1],db[0]", "nope"],
  "several": ["three,a"],
  "vars-precedence": ["all"],
  "vault-values": [],
};

const PROGRAM = fromFileUrl(new URL("../../mod.ts", import.meta.url));

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args: [...args], cwd, env, stdin: "null" }).output();
  return new TextDecoder().decode(stdout);
}

/** What both programs print, in the shape of the answer of the process. */
async function commandsOf(each: Case, patterns: readonly string[], cwd: string, settings: string) {
  const args = ansibleArgs({ ...each, cwd });
  const env = ansibleEnvironment(settings);
  const ours = (...words: string[]) =>
    run(Deno.execPath(), ["run", "-A", PROGRAM, "inventory", ...args, ...words], cwd);
  return {
    theirs: {
      list: parseLiteral(await run("ansible-inventory", [...args, "--list"], cwd, env)),
      hosts: await Promise.all(
        patterns.map(async (pattern) =>
          (await run("ansible", [pattern, ...args, "--list-hosts"], cwd, env)).split("\n").slice(1).map((
            line,
          ) => line.trim()).filter((line) => line !== "")
        ),
      ),
    },
    ours: {
      list: parseLiteral(await ours("--list")),
      hosts: await Promise.all(
        patterns.map(async (pattern) =>
          (await ours("--hosts", "--limit", pattern)).split("\n").filter((line) => line !== "")
        ),
      ),
    },
  };
}

longTestWhere("inventory --list and --hosts print what ansible-inventory and ansible --list-hosts print", {
  needs: ["ansible-inventory"],
}, async () => {
  const ansible = new Ansible();
  const settings = await Deno.makeTempDir();
  try {
    for (const each of await readCases()) {
      const patterns = CHOSEN[each.name];
      if (patterns === undefined) continue;
      await withFolder(each, async (cwd) => {
        const { theirs, ours } = await commandsOf(each, patterns, cwd, settings);
        const answer = await ansible.ask({ ...each, patterns, cwd });
        const asked = {
          list: answer.list,
          hosts: patterns.map((pattern) => answer.patterns?.[pattern]?.hosts ?? []),
        };
        assertEquals(asked as unknown, theirs, `${each.name}: the process and Ansible`);
        assertEquals(ours, theirs, `${each.name}: the commands`);
      });
    }
  } finally {
    await ansible.close();
    await Deno.remove(settings, { recursive: true });
  }
});

/** Variables of the corpus (numbers alone aside, of which debug makes text) for which Ansible itself is asked, in a run of its own each. */
const TEMPLATES: readonly (readonly [name: string, host: string, variables: readonly string[]])[] = [
  ["jinja-types", "h", ["a09", "a12", "a14", "a21", "a40"]],
  ["jinja-names", "h1", ["a18", "a20", "a28", "a48"]],
];

longTestWhere("ansible -m debug gives what the process that is asked about templates gives", {
  needs: ["ansible-inventory"],
}, async () => {
  const ansible = new Ansible();
  const settings = await Deno.makeTempDir();
  try {
    const cases = new Map((await readCases()).map((each) => [each.name, each]));
    for (const [name, host, variables] of TEMPLATES) {
      const each = cases.get(name)!;
      await withFolder(each, async (cwd) => {
        const { rendered } = await ansible.ask({ ...each, cwd });
        for (const variable of variables) {
          const args = [
            host,
            ...ansibleArgs({ ...each, cwd }),
            "-c",
            "local",
            "-m",
            "debug",
            "-a",
            `var=${variable}`,
          ];
          const printed = await run("ansible", args, cwd, ansibleEnvironment(settings));
          const answer = parseLiteral(printed.slice(printed.indexOf("{"))) as Record<string, unknown>;
          assertEquals(
            { value: answer[variable] },
            rendered?.[host]?.[variable] as unknown,
            `${name}: ${variable}`,
          );
        }
      });
    }
  } finally {
    await ansible.close();
    await Deno.remove(settings, { recursive: true });
  }
});
