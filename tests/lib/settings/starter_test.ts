import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { loadInventory, settingsOfAll } from "../../../lib/settings/mod.ts";
import { STARTER, writeStarter } from "../../../lib/settings/starter.ts";
import { inFolder, problemsOf } from "../ansible/files.ts";

Deno.test("writeStarter() writes an inventory that loads as it is, when there is none", () =>
  inFolder({ "with/lockstep.schema.json": "{}" }, async (cwd) => {
    const file = join(cwd, "new/prod.yaml");
    await writeStarter(file);
    const warnings: unknown[] = [];
    const inventory = await loadInventory([file], {
      extraVars: [],
      env: {},
      cwd,
      warn: (warning) => warnings.push(warning),
    });
    assertEquals(warnings, []);
    assertEquals(settingsOfAll(inventory.hosts, { cwd, env: {} }).map(({ address }) => address), [
      "edge-01.example.com",
      "edge-02.example.com",
      "edge-03.example.com",
      "edge-04.example.com",
      "192.0.2.17",
    ]);
    await writeStarter(join(cwd, "with/prod.yaml"));
    assertEquals(
      await Deno.readTextFile(join(cwd, "with/prod.yaml")),
      `# yaml-language-server: $schema=lockstep.schema.json\n${STARTER}`,
    );
  }));

Deno.test("writeStarter() leaves a file as it is, when there is one", () =>
  inFolder({ "prod.yaml": "mine" }, async (cwd) => {
    const file = join(cwd, "prod.yaml");
    assertStringIncludes((await problemsOf(() => writeStarter(file))).join(), "which stays as it is");
    assertEquals(await Deno.readTextFile(file), "mine");
    assertStringIncludes((await problemsOf(() => writeStarter(join(file, "x")))).join(), "cannot write");
  }));
