import { assert, assertEquals } from "@std/assert";
import { Command } from "commander";
import { commands } from "../../../../lib/cli/commands.ts";
import { completionScript, completionsOf } from "../../../../lib/cli/completion/completion.ts";
import * as tasks from "../../../../tasks/mod.ts";
import { lockstep } from "../../../fleet/support/program.ts";
import { testWhere } from "../../../support.ts";
import { makeDesk } from "../desk.ts";

/** The values for these words, the last of which is under the cursor, and the directive. */
async function complete(...words: string[]): Promise<[values: string[], directive: number]> {
  const program = new Command("lockstep");
  const load = () => Promise.resolve(tasks);
  for (const command of commands(load)) program.addCommand(command as unknown as Command);
  const lines = (await completionsOf(words, program, load)).trimEnd().split("\n");
  const directive = Number(lines.pop()!.slice(1));
  return [lines.map((line) => line.split("\t", 1)[0]!), directive];
}

Deno.test("completionsOf() knows commands, options and choices", async () => {
  const [all] = await complete("");
  for (const command of ["deploy", "report", "completion"]) assert(all.includes(command), command);
  assert(!all.includes("complete") && !all.includes("scripts"), all.join());
  const cases: [words: string[], values: string[]][] = [
    [["re"], ["resume", "report"]],
    [["deploy", "--max"], ["--max-output", "--max-failures", "--max-unreachable"]],
    [["deploy", "--output", ""], ["pretty", "plain", "json", "ndjson"]],
    [["deploy", "-C", "-o", "nd"], ["ndjson"]],
    [["deploy", "--output=js"], ["json"]],
    [["deploy", "--on-failure", "rollback-"], ["rollback-wave", "rollback-all"]],
    [["completion", ""], ["bash", "zsh", "fish", "powershell"]],
    [["completion", "--n"], ["--name"]],
    [["report", "--format", "h"], ["html"]],
    [["report", "--format", "json,j"], ["json,json", "json,junit"]],
    [["plan", "--only", "stage,pre"], ["stage,preflight"]],
    [["nonsense", ""], []],
    [["deploy", "--forks", ""], []],
    [["deploy", "--forks", "many", "-o", "p"], ["pretty", "plain"]],
  ];
  for (const [words, values] of cases) assertEquals(await complete(...words), [values, 4], words.join(" "));
});

Deno.test("completionsOf() asks for file names, where a file or a folder is meant", async () => {
  const lines = [
    "deploy -i ",
    "deploy --inventory=x",
    "deploy --artifacts ",
    "manifest ",
    "init ",
    "exec -- ls --l",
  ];
  for (const line of lines) assertEquals(await complete(...line.split(" ")), [[], 0], line);
});

Deno.test("completionsOf() knows hosts and groups of the inventory, behind whatever stands before", async () => {
  await using desk = await makeDesk(3);
  const inventory = desk.path("prod.yaml");
  const cases: [limit: string[], values: string[]][] = [
    [["-l", "ed"], ["edge", "edge-1", "edge-2", "edge-3"]],
    [["--limit=edge:!edge-2"], ["edge:!edge-2"]],
    [["--limit", "edge-1,edge-"], ["edge-1,edge-1", "edge-1,edge-2", "edge-1,edge-3"]],
    [["--limit", "'edge:&edge-3"], ["edge:&edge-3"]],
    [["--limit", "nobody"], []],
  ];
  for (const [limit, values] of cases) {
    assertEquals(await complete("deploy", "-i", inventory, ...limit), [values, 4], limit.join(" "));
  }
  assertEquals((await complete("inventory", "-i", inventory, "--host", "edge"))[0], [
    "edge-1",
    "edge-2",
    "edge-3",
  ]);
  assertEquals((await complete("deploy", "-i", desk.path("gone.yaml"), "-l", ""))[0], []);
});

Deno.test("completionsOf() offers no name that a shell would not take as it is", async () => {
  await using desk = await makeDesk();
  const evil = ["$(touch pwned)", "`id`", "a;reboot", "-rf", "a b", "é", "10.0.0.1", "x&y", "~root", "*"];
  await Deno.writeTextFile(
    desk.path("evil.json"),
    JSON.stringify({ all: { hosts: Object.fromEntries(evil.map((name) => [name, {}])) } }),
  );
  const [values] = await complete("deploy", "-i", desk.path("evil.json"), "-l", "");
  for (const name of values) assert(/^[\w.-]+$/.test(name) || name === "é", name);
});

testWhere("completionsOf() runs no inventory that is a program", { needs: ["linux"] }, async () => {
  await using desk = await makeDesk();
  await Deno.writeTextFile(desk.path("cloud"), `#!/bin/sh\ntouch '${desk.path("ran")}'\necho '{}'\n`, {
    mode: 0o755,
  });
  assertEquals(await complete("deploy", "-i", desk.path("cloud"), "-l", ""), [[], 4]);
  assertEquals([...Deno.readDirSync(desk.dir)].some(({ name }) => name === "ran"), false);
});

testWhere("completionsOf() asks Ansible nothing, and offers what else the folder has", {
  needs: ["linux"],
}, async () => {
  await using desk = await makeDesk();
  await Deno.mkdir(desk.path("inv"));
  await Deno.writeTextFile(desk.path("inv", "a.yml"), "plugin: no.such.plugin\n");
  await Deno.writeTextFile(desk.path("inv", "b.yml"), "web: {hosts: {static-1: }}\n");
  assertEquals(await complete("deploy", "-i", desk.path("inv"), "-l", "stat"), [["static-1"], 4]);
});

Deno.test("completionsOf() knows the runs, newest first", async () => {
  await using desk = await makeDesk();
  const runs = ["20261124T021945Z-3f9a1c", "20261125T021945Z-3f9a1c"];
  for (const run of runs) await Deno.mkdir(desk.path("kept", run), { recursive: true });
  for (const command of ["report", "resume"]) {
    assertEquals(await complete(command, "--reports", desk.path("kept"), ""), [runs.toReversed(), 36]);
  }
  assertEquals(await complete("report", "--reports", desk.path("gone"), ""), [[], 36]);
});

Deno.test("completionScript() completes the command that it is for, by asking it", () => {
  for (const shell of ["bash", "zsh", "fish", "powershell"] as const) {
    const script = completionScript(shell, "rollout");
    assert(/rollout complete '?--/.test(script), shell);
    assert(!script.includes("lockstep"), shell);
    assert(script.endsWith("\n"));
  }
});

testWhere("completion prints the script of a shell, and knows no other shell", { needs: [] }, async () => {
  const { code, stdout, stderr } = await lockstep(["completion", "bash", "--name", "ls.deploy"]);
  assertEquals([code, stderr, stdout], [0, "", completionScript("bash", "ls.deploy")]);
  assertEquals((await lockstep(["completion", "tcsh"])).code, 64);
  assertEquals((await lockstep(["completion"])).code, 64);
  assertEquals((await lockstep(["completion", "bash", "--name", "a; reboot"])).code, 64);
  const asked = await lockstep(["complete", "--", "deploy", "-o", "j"]);
  assertEquals([asked.code, asked.stdout], [0, "json\t\n:4\n"]);
});
