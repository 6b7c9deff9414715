/**
 * Every inventory of the corpus means here what it means to Ansible: the one that is installed, else its recorded answers.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { sampled } from "../sampled.ts";
import { findProgram, testWhere } from "../support.ts";
import { Ansible } from "./ansible.ts";
import { readCases, withFolder } from "./case.ts";
import { compare, formatDifferences } from "./compare.ts";
import { askOurs } from "./ours.ts";
import { parseLiteral } from "./literal_json.ts";
import { readRecorded, recordedText, recordedVersion } from "./recorded.ts";

const cases = await readCases();

Deno.test("the corpus holds 250 inventories, 70 of them as public projects write theirs, and 60 patterns, or more", () => {
  assert(cases.length >= 250);
  assert(cases.filter(({ name }) => name.startsWith("seen-")).length >= 70);
  assert(new Set(cases.flatMap(({ patterns }) => patterns)).size >= 60);
});

Deno.test("the corpus holds 400 templates, and what Ansible makes of each", async () => {
  const recorded = await Promise.all(cases.filter(({ render }) => render).map(readRecorded));
  const outcomes = recorded.flatMap(({ rendered = {} }) => Object.values(rendered).flatMap(Object.values));
  assert(outcomes.length >= 400, `${outcomes.length} templates`);
  // Those that Ansible refuses, too.
  assert(outcomes.filter((outcome) => "error" in outcome).length >= 80);
});

Deno.test("loadInventory(), toAnsibleList() and selectHosts() agree with Ansible, over the corpus", async (t) => {
  const ansible = await otherAnsible();
  try {
    for (const each of cases) {
      await t.step(`${each.name}: ${each.about}`, () =>
        withFolder(each, async (cwd) => {
          const theirs = ansible ? await ansible.ask({ ...each, cwd }) : await readRecorded(each);
          const differences = compare(await askOurs({ ...each, cwd }), theirs);
          const meant = differences.map(({ about }) => about).filter((about) => about in each.differs);
          const unmeant = differences.filter(({ about }) => !(about in each.differs));
          if (unmeant.length > 0) throw new Error(formatDifferences(unmeant));
          assertEquals(meant.sort(), Object.keys(each.differs).sort(), "what is meant to differ does not");
        }));
    }
  } finally {
    await ansible?.close();
  }
});

/** The Ansible that is installed, if it is of another version than the one whose answers are recorded: that one is asked once, below. */
async function otherAnsible(): Promise<Ansible | undefined> {
  if (findProgram("ansible-inventory") === undefined) return undefined;
  const ansible = new Ansible();
  if (await ansible.version() !== await recordedVersion()) return ansible;
  await ansible.close();
  return undefined;
}

testWhere("the recorded answers are those of Ansible, where it is of the version that gave them", {
  needs: ["ansible-inventory"],
}, async () => {
  const ansible = new Ansible();
  try {
    if (await ansible.version() !== await recordedVersion()) return;
    for (const each of sampled(cases)) {
      await withFolder(each, async (cwd) => {
        const now = parseLiteral(recordedText(await ansible.ask({ ...each, cwd })));
        assertEquals(
          await readRecorded(each) as unknown,
          now,
          `${each.name}: record it anew with recorded.ts`,
        );
      });
    }
  } finally {
    await ansible.close();
  }
});
