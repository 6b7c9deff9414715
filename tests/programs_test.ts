/**
 * Programs of devices that take arguments by name, as they are made: with the line that gives them their values. A name that is not used, or
 * not known, is a finding of shellcheck.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join, toFileUrl } from "@std/path";
import { bare, namedPrograms } from "../lib/remote/program.ts";
import { lineOf } from "../lib/remote/program_arguments.ts";
import { restartTexts } from "../tasks/restart/restart.ts";
import { testWhere } from "./support.ts";

const root = fromFileUrl(new URL("..", import.meta.url));

/** The modules that make programs, read: from then on their programs are known. */
async function readPrograms(): Promise<ReturnType<typeof namedPrograms>> {
  const modules = (folder: string): string[] =>
    [...Deno.readDirSync(folder)].flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory ? modules(path) : entry.name.endsWith(".ts") ? [path] : [];
    });
  const makers = ["lib", "tasks"].flatMap((folder) => modules(join(root, folder)))
    .filter((path) => Deno.readTextFileSync(path).includes(" program("));
  await Promise.all(makers.map((path) => import(toFileUrl(path).href)));
  return namedPrograms();
}

/** Variables of the prelude that programs read, or set for it. */
const SHARED = ["nl", "reader", "foreign", "private"];

const DIRECTIVE = /^# shellcheck shell=sh(?: disable=([A-Z0-9,]+))?.*\n/gm;

/** What shellcheck is to read of a program: its text, with comments, behind the line that is made of its names. */
function wholeText({ name, takes, text }: Named): string {
  const left = [...text.matchAll(DIRECTIVE)].flatMap(([, codes = ""]) => codes.split(","))
    .filter((code) => code !== "" && code !== "SC2154" && code !== "SC2034");
  const disable = left.length === 0 ? "" : ` disable=${left.join(",")}`;
  const shared = SHARED.map((name) => `${name}=; : "$${name}"`);
  const head = [`# shellcheck shell=sh${disable}`, ...shared, lineOf(name, takes)].join("\n");
  return `${head}\n${text.replaceAll(DIRECTIVE, "")}\n`;
}

interface Named {
  readonly name: string;
  readonly takes: readonly string[];
  readonly text: string;
}

/**
 * What shellcheck finds in the texts of one program, each as "NAME: WORDS [CODE]". Where a program has several texts, one for each service
 * manager, a variable that one of them uses is used.
 */
async function findingsOf(texts: readonly Named[]): Promise<string[]> {
  const dir = await Deno.makeTempDir();
  try {
    const found = await Promise.all(texts.map(async (named, at) => {
      const file = join(dir, `${at}.sh`);
      await Deno.writeTextFile(file, wholeText(named));
      const command = new Deno.Command("shellcheck", { args: ["-s", "sh", "-f", "gcc", file] });
      const said = new TextDecoder().decode((await command.output()).stdout);
      return said.split("\n").filter((line) => line !== "")
        .map((line) => `${named.name}: ${line.replace(/^.*?:\d+:\d+: /, "")}`);
    }));
    const everywhere = (finding: string): boolean => found.every((findings) => findings.includes(finding));
    const all = [...new Set(found.flat())];
    return all.filter((finding) => !finding.includes("[SC2034]") || everywhere(finding));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

testWhere("shellcheck finds nothing, when it reads every program with its arguments", {
  needs: ["shellcheck"],
}, async () => {
  const programs = Map.groupBy(await readPrograms(), ({ name }) => name);
  // It reads the program that restarts the service, and has its values ready.
  const restore = programs.get("restore")![0]!;
  const restores = Object.values(restartTexts).map((restart) => ({
    ...restore,
    text: restore.text.replace(". ./restore/restart", () => restart),
  }));
  programs.set("restore", restores);
  assert(programs.size > 30, `${programs.size} programs`);
  for (const texts of programs.values()) assertEquals(await findingsOf(texts), []);
});

testWhere(
  "shellcheck finds an argument that is not used, and a name that none has, when a program is wrong",
  {
    needs: ["shellcheck"],
  },
  async () => {
    const wrong = {
      name: "x",
      takes: ["root", "live"],
      text: '# shellcheck shell=sh disable=SC2034,SC2154\necho "$root$nl$liev"\n',
    };
    const findings = await findingsOf([wrong]);
    assertEquals(findings.map((finding) => finding.replace(/^.*\[/, "[")).sort(), ["[SC2034]", "[SC2154]"]);
    // Used in another text of it.
    assertEquals(
      await findingsOf([{ ...wrong, text: 'echo "$root"\n' }, { ...wrong, text: 'echo "$root$live"\n' }]),
      [],
    );
  },
);

Deno.test("program() is told in its comments what it takes, when it is a file", async () => {
  for (const { name, takes, text } of await readPrograms()) {
    if (!text.startsWith("#")) continue;
    const comments = text.split("\n").filter((line) => line.startsWith("#")).join(" ");
    assertEquals(takes.filter((take) => !new RegExp(`\\b${take}\\b`).test(comments)), [], name);
  }
});

Deno.test("program() takes nothing by the name of a variable that the prelude's functions set", async () => {
  const prelude = bare(await Deno.readTextFile(join(root, "lib/remote/prelude.sh")));
  const set = new Set(
    [...prelude.matchAll(/(?<![\w$-])([a-z_][a-z0-9_]*)=|\bfor ([a-z_]+) in|\bread -r ([a-z_ ]+)/g)]
      .flatMap(([, one, each, several = ""]) => [one ?? [], each ?? [], several.split(" ")].flat()),
  );
  for (const known of ["name", "path", "left", "uid", "type", "private"]) assert(set.has(known), known);
  // So what a project calls by two words or more is its own, whatever function it uses.
  assertEquals([...set].filter((name) => name.includes("_")), []);
  for (const { name, takes } of await readPrograms()) {
    // fetch is told by it.
    assertEquals(takes.filter((take) => set.has(take) && take !== "private"), [], name);
  }
});
