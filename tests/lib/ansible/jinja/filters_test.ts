import { assert, assertEquals } from "@std/assert";
import { TESTS } from "../../../../lib/ansible/jinja/checks.ts";
import { FILTERS } from "../../../../lib/ansible/jinja/filters/mod.ts";

const DOCUMENT = new URL("../../../../docs/inventory.md", import.meta.url);

Deno.test("docs/inventory.md names every filter and every test that there is", async () => {
  const text = await Deno.readTextFile(DOCUMENT);
  const named = (what: string) => {
    const [, list = ""] =
      new RegExp(`^- \\*\\*${what}\\*\\*: ([\\s\\S]*?)(?=\\n\\n|\\n- )`, "m").exec(text) ?? [];
    return [...list.matchAll(/`([a-z]\w*)`/g)].map(([, name]) => name!);
  };
  assert(FILTERS.size > 70);
  assertEquals(named("filters"), [...FILTERS.keys()].sort());
  assertEquals(named("tests"), [...TESTS.keys()].filter((name) => /^[a-z]/.test(name)).sort());
});
