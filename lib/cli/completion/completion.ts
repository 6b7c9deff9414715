/**
 * What the shell is told when somebody presses Tab. tab (`@bomb.sh/tab`) finds commands, options and choices in the definitions of
 * commander; this adds what only the folder and the inventory know, and says where file names are wanted.
 * @module
 */
import { script } from "@bomb.sh/tab";
import tab from "@bomb.sh/tab/commander";
import { Command } from "commander";
import process from "node:process";
import type { LoadPipelines } from "../project/pipelines.ts";
import { bashScript } from "./bash.ts";

export type Shell = "bash" | "zsh" | "fish" | "powershell";

/** What tab's scripts take at the end: no file names; not sorted. */
const NO_FILES = 4;
const KEEP_ORDER = 32;

/** The script that completes the command `name` in a shell, by asking that command. */
export function completionScript(shell: Shell, name: string): string {
  if (shell === "bash") return bashScript(name);
  const text = said(() => script(shell, name, name)).join("\n") + "\n";
  // tab lost a backslash there: zsh would take a colon in a value for the end of it.
  return shell === "zsh" ? text.replace("${comp//:/\\:}", "${comp//:/\\\\:}") : text;
}

/**
 * The answer to a line of which these are the words, without the program's name; the last one, perhaps empty, is under the cursor. A value a
 * line, perhaps a tab and what it is, and a directive at the end. Never throws for what the words name.
 */
export async function completionsOf(
  line: readonly string[],
  program: Command,
  load: LoadPipelines,
): Promise<string> {
  // zsh hands on the quotes that a pattern needs.
  const words = line.map((word) => word.replace(/^["']|["']$/g, ""));
  // What follows belongs to the command that exec runs.
  if (words.slice(0, -1).includes("--")) return answer([], 0);
  // The adapter brings a "complete" of its own, and a command for the scripts, which we have already.
  const commands = program.commands.filter((command) => command.name() !== "complete");
  const command = commands.find((command) => command.name() === words[0]);
  const ours = command && await offerOf(command, words.slice(1), load);
  if (ours !== undefined) return ours;
  const shadow = new Command(program.name());
  for (const command of commands) shadow.addCommand(command);
  const root = tab(shadow, { completionCommandName: "scripts" });
  root.commands.delete("scripts");
  return answer(said(() => root.parse([...words])).filter((line) => !line.startsWith(":")), NO_FILES);
}

function answer(values: readonly string[], directive: number): string {
  return [...values, `:${directive}`, ""].join("\n");
}

/** The answer if the word under the cursor is a name that is no part of the definitions; undefined if tab has it. */
async function offerOf(
  command: Command,
  words: readonly string[],
  load: LoadPipelines,
): Promise<string | undefined> {
  const current = words.at(-1) ?? "";
  const [, flag = words.at(-2) ?? "", joined] = /^(--[\w-]+)=(.*)$/s.exec(current) ?? [];
  const option = command.options.find(({ required, optional, short, long }) =>
    (required || optional) && (short === flag || long === flag)
  );
  if (option !== undefined) {
    if (/<(file|dir)>/.test(option.flags)) return answer([], 0);
    const given = optionsOf(command, words.slice(0, joined === undefined ? -2 : -1));
    const names = await namesFor(option.long ?? "", given, load);
    if (names === undefined) return undefined;
    const typed = joined ?? current;
    // Of a list, what stands before the last name stays.
    const before = typed.slice(0, typed.search(/[^,:&!]*$/));
    const values = names.filter(isPlain).map((name) => before + name);
    return answer(values.filter((value) => value.startsWith(typed)), NO_FILES);
  }
  if (current.startsWith("-")) return undefined;
  const argument = command.registeredArguments[0]?.name();
  if (argument === "file" || argument === "dir") return answer([], 0);
  if (argument !== "run") return undefined;
  const { runNames } = await import("../../report/record/runs.ts");
  const runs = await runNames(String(optionsOf(command, words.slice(0, -1)).reports));
  return answer(runs.filter((run) => run.startsWith(current)), NO_FILES | KEEP_ORDER);
}

/** The names that an option's value is made of; undefined if nobody knows them, or tab does. */
async function namesFor(
  option: string,
  given: Readonly<Record<string, unknown>>,
  load: LoadPipelines,
): Promise<readonly string[] | undefined> {
  switch (option) {
    case "--limit":
    case "--host":
      return await inventoryNames(given.inventory as string[], option === "--host");
    case "--format":
      return (await import("../../report/formats/mod.ts")).formats.map(({ name }) => name);
    case "--only":
    case "--skip":
    case "--start-at":
      // Those of a project are not offered: it is code, which Tab must not run.
      return (await load()).pipelines.deploy.map(({ name }) => name);
    default:
      return undefined;
  }
}

/** Hosts and groups. No program is run for it, and no password asked for: Tab must be quick, and not do anything. */
async function inventoryNames(given: readonly string[], hostsOnly: boolean): Promise<string[]> {
  const { loadInventory } = await import("../../settings/mod.ts");
  const { findSources } = await import("../../ansible/sources/sources.ts");
  const cwd = process.cwd();
  const { LOCKSTEP_INVENTORY, DEPLOY_HOST } = process.env;
  const named = given.length > 0 ? given : LOCKSTEP_INVENTORY ? [LOCKSTEP_INVENTORY] : [];
  try {
    for (const name of named) {
      const { sources } = await findSources(name, "--inventory", cwd);
      if (sources.some(({ kind }) => kind === "program")) return [];
    }
    const { hostNames, groups } = await loadInventory(named, {
      extraVars: [],
      env: { DEPLOY_HOST },
      cwd,
      runPlugins: false,
      skipUnreadable: true,
    });
    return hostsOnly ? [...hostNames] : [...groups.keys(), ...hostNames];
  } catch {
    // Anyone who runs the command is told what is wrong with it.
    return [];
  }
}

/** What the words before the cursor set. */
function optionsOf(command: Command, words: readonly string[]): Readonly<Record<string, unknown>> {
  try {
    command.exitOverride().configureOutput({ writeErr: () => {} }).parseOptions([...words]);
  } catch {
    // A line that is not finished may be wrong.
  }
  return command.opts();
}

/** Whether a name from outside is nothing but a word to every shell. Others are not offered: the shell would run what is in them. */
function isPlain(name: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_.@%+-]*$/u.test(name);
}

/** The lines that are printed meanwhile: tab prints its answers, and with them always that file names are not wanted. */
function said(work: () => void): string[] {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line: string) => lines.push(line);
  try {
    work();
  } finally {
    console.log = log;
  }
  return lines;
}
