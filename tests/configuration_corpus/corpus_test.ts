/**
 * Every configuration of the corpus means here what it means to Ansible: the one that is installed, else its recorded answers.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { sampled } from "../sampled.ts";
import { findProgram } from "../support.ts";
import { settingNames } from "../../lib/ansible/configuration/mod.ts";
import { AnsibleConfig, askOurs, differences, formatDifferences } from "./answer.ts";
import { readCases, withCase } from "./case.ts";
import { readRecorded } from "./recorded.ts";

const cases = await readCases();
const recorded = await readRecorded();

Deno.test("the corpus holds 40 configurations or more, and sets every setting", () => {
  assert(cases.length >= 40, String(cases.length));
  const set = new Set(
    Object.values(recorded).flatMap((answer) => "refused" in answer ? [] : Object.keys(answer.settings)),
  );
  assertEquals(settingNames.filter((name) => !set.has(name)), []);
});

Deno.test("readConfiguration() agrees with ansible-config, over the corpus", async (t) => {
  const program = findProgram("ansible-config");
  const ansible = program === undefined ? undefined : new AnsibleConfig(program);
  const asked = new Set(sampled(cases, 16));
  for (const each of cases) {
    await t.step(`${each.name}: ${each.about}`, () =>
      withCase(each, async (at) => {
        const theirs = asked.has(each)
          ? await ansible?.ask(at) ?? recorded[each.name]!
          : recorded[each.name]!;
        const ours = await askOurs(at);
        const all = differences(ours, theirs);
        const unmeant = all.filter((name) => !(name in each.differs));
        if (unmeant.length > 0) throw new Error(formatDifferences(unmeant, ours, theirs, each));
        assertEquals(all.sort(), Object.keys(each.differs).sort(), "what is meant to differ does not");
        assertEquals(recorded[each.name], theirs, "record it anew with recorded.ts");
      }));
  }
  await ansible?.close();
});
