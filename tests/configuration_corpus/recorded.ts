/**
 * The answers of Ansible that were written down, for machines without it. `deno run -A tests/configuration_corpus/recorded.ts` writes them again.
 * @module
 */
import { join } from "@std/path";
import { findProgram } from "../support.ts";
import { AnsibleConfig, type Answer } from "./answer.ts";
import { corpusFolder, readCases, withCase } from "./case.ts";

const file = join(corpusFolder, "recorded.json");

/** What Ansible said about every case when it was last asked, by the case's name. */
export async function readRecorded(): Promise<Readonly<Record<string, Answer>>> {
  return JSON.parse(await Deno.readTextFile(file));
}

if (import.meta.main) {
  const ansible = new AnsibleConfig(findProgram("ansible-config")!);
  const answers: Record<string, Answer> = {};
  for (const each of await readCases()) {
    answers[each.name] = await withCase(each, (at) => ansible.ask(at));
  }
  await ansible.close();
  await Deno.writeTextFile(file, JSON.stringify(answers, null, 2) + "\n");
}
