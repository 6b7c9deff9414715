import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { Problem } from "../../../../lib/errors.ts";
import { loadInventory } from "../../../../lib/settings/mod.ts";
import { testWhere } from "../../../support.ts";
import { inFolder, problemsOf } from "../files.ts";

/** Reads `sources` of a folder, without those that cannot be read. */
async function skipping(cwd: string, sources: readonly string[], env: Record<string, string> = {}) {
  const warnings: Problem[] = [];
  const warn = (warning: Problem) => void warnings.push(warning);
  const { hostNames, groups } = await loadInventory(sources, {
    ...{ extraVars: [], env, cwd, skipUnreadable: true, warn },
  });
  return { hostNames, groups, warnings };
}

const FILES = {
  "inv/a-broken.yml": "web: {hosts: {lost: }\n  x: [\n",
  "inv/b-typo.yml": "web:\n  host:\n    lost2:\n  vars: {x: 1}\n",
  "inv/c-bytes": new Uint8Array([0x61, 0xff, 0x0a]),
  "inv/d.toml": "[web]\n",
  "inv/e-rest": "[web]\nkept a=1\nkept a=2\n",
  "inv/f-section": "[web]\nhalf\n[db:vars]\nx=1\n[nope:what]\n",
};

Deno.test("LeftOut names every source that cannot be read in one warning, and the rest is an inventory", () =>
  inFolder(FILES, async (cwd) => {
    const { hostNames, groups, warnings } = await skipping(cwd, ["inv"]);
    assertEquals(hostNames, ["kept"]);
    // Nothing of what was read before the mistake is left.
    assertEquals([...groups.keys()].sort(), ["all", "ungrouped", "web"]);
    const [warning, ...more] = warnings.filter(({ where }) => where === "--skip-unreadable-sources");
    assertEquals(more, []);
    const [head, ...lines] = warning!.message.split("\n");
    assertEquals(head, "left out 5 sources that cannot be read, with all their hosts:");
    const named = lines.map((line) => /^[^:]+(?::\d+:\d+)?/.exec(line)![0]);
    assertEquals(named.map((line) => line.replace(/:.*/, "")).sort(), [
      "inv/a-broken.yml",
      "inv/b-typo.yml",
      "inv/c-bytes",
      "inv/d.toml",
      "inv/f-section",
    ]);
    assertStringIncludes(warning!.message, 'inv/b-typo.yml:2:3: web.host: found the key "host"');
  }));

Deno.test("readInventory() ends with every mistake, if nobody asked to leave out a source", () =>
  inFolder(FILES, async (cwd) => {
    const problems = await problemsOf(() => loadInventory(["inv"], { extraVars: [], env: {}, cwd }));
    const files = problems.map((line) => /^inv\/([a-f])/.exec(line)?.[1]).filter((file) =>
      file !== undefined
    );
    assertEquals([...new Set(files)].sort(), ["a", "b", "c", "d", "f"]);
  }));

Deno.test("readInventory() ends with every mistake, if no source is left", () =>
  inFolder({ "a.yml": "web: {hosts: 3}\n", "b.yml": "[" }, async (cwd) => {
    const problems = await problemsOf(() => skipping(cwd, ["a.yml", "b.yml"]));
    assertStringIncludes(problems.join("\n"), "a.yml:1:14");
    assertStringIncludes(problems.join("\n"), "b.yml:1:");
  }));

Deno.test("readInventory() ends with a mistake, if what is named is not there", () =>
  inFolder({ "a.yml": "web: {hosts: {h: }}\n" }, async (cwd) => {
    const [problem = ""] = await problemsOf(() => skipping(cwd, ["a.yml", "b.yml"]));
    assertStringIncludes(problem, '--inventory: found no file "b.yml"');
  }));

Deno.test("readInventory() leaves out the later source, if only both together are a mistake", () =>
  inFolder({ "a": "[x:children]\ny\n[y]\nh\n", "b": "[y:children]\nx\n[x]\ni\n" }, async (cwd) => {
    const { hostNames, warnings } = await skipping(cwd, ["a", "b"]);
    assertEquals(hostNames, ["h"]);
    assertStringIncludes(
      warnings.at(-1)!.message,
      "left out 1 source that cannot be read, with all its hosts:\nb:2:1: found",
    );
  }));

testWhere("readInventory() runs a program once, though the sources are read again without another one", {
  needs: ["linux"],
}, () =>
  inFolder({ good: "", bad: "" }, async (cwd) => {
    const program = (text: string) => `#!/bin/sh\necho "$@" >>"$0.asked"\n${text}\n`;
    await Deno.writeTextFile(join(cwd, "good"), program(`echo '{"web": ["h"], "_meta": {"hostvars": {}}}'`));
    await Deno.writeTextFile(join(cwd, "bad"), program("echo no luck >&2; exit 3"));
    for (const name of ["good", "bad"]) await Deno.chmod(join(cwd, name), 0o755);
    const { hostNames, warnings } = await skipping(cwd, ["good", "bad"]);
    assertEquals(hostNames, ["h"]);
    assertStringIncludes(warnings.at(-1)!.message, "exited with code 3: no luck");
    for (const name of ["good", "bad"]) {
      assertEquals(await Deno.readTextFile(join(cwd, `${name}.asked`)), "--list\n", name);
    }
  }));
