/**
 * The answers of Ansible that were written down, for machines without it. `deno run -A tests/inventory_corpus/recorded.ts` writes them
 * again; with names of cases (or their beginnings) behind it, only theirs.
 * @module
 */
import { join } from "@std/path";
import { Ansible } from "./ansible.ts";
import type { Answer } from "./answer.ts";
import { type Case, corpusFolder, readCases, withFolder } from "./case.ts";
import { parseLiteral } from "./literal_json.ts";

const folder = join(corpusFolder, "recorded");
const versionFile = join(folder, "version.txt");
const fileOf = (name: string) => join(folder, `${name}.json`);

/** Which Ansible it was. */
export async function recordedVersion(): Promise<string> {
  return (await Deno.readTextFile(versionFile)).trim();
}

/** What Ansible said about a case when it was last asked. */
export async function readRecorded({ name }: Case): Promise<Answer> {
  return parseLiteral(await Deno.readTextFile(fileOf(name))) as unknown as Answer;
}

/** The text of the file that keeps an answer: errors are only there or not, for their words hold paths and change with every version. */
export function recordedText({ list, secrets = {}, patterns = {}, rendered = {}, error }: Answer): string {
  const kept = error !== undefined ? { error: "refused" } : {
    list,
    secrets,
    patterns: Object.fromEntries(
      Object.entries(patterns).map(([pattern, { hosts, unmatched }]) => [
        pattern,
        { ...(hosts === undefined ? { error: "refused" } : { hosts }), unmatched },
      ]),
    ),
    ...(Object.keys(rendered).length > 0 ? { rendered: withoutWords(rendered) } : {}),
  };
  return JSON.stringify(kept, null, 2) + "\n";
}

function withoutWords(rendered: NonNullable<Answer["rendered"]>): NonNullable<Answer["rendered"]> {
  return Object.fromEntries(
    Object.entries(rendered).map(([host, variables]) => [
      host,
      Object.fromEntries(
        Object.entries(variables).map((
          [name, found],
        ) => [name, "error" in found ? { error: "refused" } : found]),
      ),
    ]),
  );
}

async function record(names: readonly string[]): Promise<void> {
  if (names.length === 0) await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  const ansible = new Ansible();
  await Deno.writeTextFile(versionFile, `${await ansible.version()}\n`);
  for (const each of await readCases()) {
    if (names.length > 0 && !names.some((name) => each.name.startsWith(name))) continue;
    await withFolder(each, async (cwd) => {
      await Deno.writeTextFile(fileOf(each.name), recordedText(await ansible.ask({ ...each, cwd })));
    });
  }
  await ansible.close();
}

if (import.meta.main) await record(Deno.args);
